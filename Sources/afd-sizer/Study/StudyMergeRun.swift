import SizingContract

/// `size --merge`: joins the parts of a study into what one run over all scenarios would have written.
struct StudyMergeRun {
    let parts: [String]
    /// Where given, the merge is also checked to answer all of these, and no others.
    let scenarios: String?
    /// nil or `-` is standard output; a file is written anew.
    let output: String?

    /// How many records were joined.
    func run() throws -> Int {
        var merge = StudyMerge(parts: parts.count)
        let readers = try parts.map { try PartReader(path: $0) }
        let file = try StudyFile(path: output)
        try file.clear()
        do {
            let count = try join(readers, &merge, into: file)
            try file.synchronise()
            return count
        } catch {
            // Half a result could be taken for a whole one.
            try file.clear()
            throw error
        }
    }

    private func join(_ readers: [PartReader], _ merge: inout StudyMerge, into file: borrowing StudyFile) throws -> Int
    {
        let check = try scenarios.map { try PartReader(path: $0) }
        for part in parts.indices { try readers[part].advance(part, &merge) }
        var pending: [UInt8] = []
        while let (record, part) = try merge.takeNext() {
            if check != nil {
                guard let scenario = try check?.nextScenario() else {
                    throw StudyError.tooManyRecords(scenarios: record.scenario)
                }
                if StudyRecord(scenario: record.scenario, text: scenario) != record {
                    throw StudyError.changedScenario(record.scenario)
                }
            }
            pending += readers[part].line
            pending.append(UInt8(ascii: "\n"))
            if pending.count >= 1 << 16 {
                try file.write(pending)
                pending.removeAll(keepingCapacity: true)
            }
            try readers[part].advance(part, &merge)
        }
        if try check?.nextScenario() != nil { throw StudyError.missingScenario(merge.count) }
        try file.write(pending)
        return merge.count
    }
}

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
