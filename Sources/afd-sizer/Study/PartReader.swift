import SizingContract

/// A part with the line at its head. A class, because readers cannot be copied into arrays.
final class PartReader {
    private(set) var line: [UInt8] = []
    private var reader: LineReader
    private let path: String

    init(path: String) throws(Unreadable) {
        self.path = path
        reader = try LineReader(path: path)
    }

    /// Gives the next line to `merge`, if there is one.
    func advance(_ part: Int, _ merge: inout StudyMerge) throws {
        guard let next = try reader.next() else { return }
        guard next.isComplete else {
            throw Unreadable(path, "the last line is cut: run its shard again")
        }
        do throws(StudyError) {
            try merge.lineWasRead(next.bytes, from: part)
        } catch {
            throw Unreadable(path, "\(error)")
        }
        line = next.bytes
    }

    func nextScenario() throws(Unreadable) -> [UInt8]? {
        while let next = try reader.next() {
            if !StudyRun.isBlank(next.bytes) { return next.bytes }
        }
        return nil
    }
}
