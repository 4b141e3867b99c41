import Glibc
import SizingContract

/// Where the lines of a study go: standard output, or a file that is continued where it ends.
struct StudyFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// - Parameter path: nil or `-` is standard output.
    init(path: String?) throws(Unreadable) {
        self.path = path ?? "-"
        descriptor = self.path == "-" ? STDOUT_FILENO : open(self.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Unreadable(errnoOf: self.path) }
        // Two writers would mix their lines.
        if self.path != "-", flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            throw Unreadable(self.path, "another process is writing it")
        }
    }

    deinit {
        if path != "-" { close(descriptor) }
    }

    /// Tells `progress` of the records that are there, and cuts off a last line that has no line feed: its writer was killed.
    func resume(_ progress: inout StudyProgress) throws {
        guard path != "-" else { return }
        var reader = LineReader(FileReader(descriptor: descriptor, path: path, owned: false))
        var complete = 0
        while let line = try reader.next(), line.isComplete {
            do throws(StudyError) {
                try progress.recordWasRead(line.bytes)
            } catch {
                throw Unreadable(path, "\(error)")
            }
            complete += line.bytes.count + 1
        }
        try cut(at: complete)
    }

    /// Makes it empty.
    func clear() throws(Unreadable) {
        if path != "-" { try cut(at: 0) }
    }

    private func cut(at length: Int) throws(Unreadable) {
        guard ftruncate(descriptor, length) == 0, lseek(descriptor, length, SEEK_SET) == length else {
            throw Unreadable(errnoOf: path)
        }
    }

    func write(_ bytes: [UInt8]) throws(Unreadable) {
        guard Output.write(bytes, to: descriptor) else { throw Unreadable(errnoOf: path) }
    }

    /// Returns when everything is on the disk. Pipes and terminals have none.
    func synchronise() throws(Unreadable) {
        if path != "-", fsync(descriptor) != 0, errno != EINVAL { throw Unreadable(errnoOf: path) }
    }
}
