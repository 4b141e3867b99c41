import Glibc

/// A file or standard input that cannot be used, as a sentence.
struct Unreadable: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ reason: String) { description = "\(path): \(reason)" }

    /// The reason of the system call that failed last.
    init(errnoOf path: String) { self.init(path, String(cString: strerror(errno))) }
}

/// Reads a file or standard input from its beginning to its end.
struct FileReader: ~Copyable {
    let path: String
    private let descriptor: Int32
    private let owned: Bool

    /// - Parameter path: `-` is standard input.
    init(path: String) throws(Unreadable) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(errnoOf: path) }
        self.init(descriptor: descriptor, path: path, owned: path != "-")
    }

    /// - Parameter owned: whether the descriptor is closed at the end.
    init(descriptor: Int32, path: String, owned: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.owned = owned
    }

    deinit {
        if owned { close(descriptor) }
    }

    /// Bytes of the file; nil where that is not known, as of a pipe.
    var length: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return nil }
        return status.st_size
    }

    /// Overwrites the beginning of `buffer` with the next bytes.
    ///
    /// - Returns: how many; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(Unreadable) -> Int {
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw Unreadable(errnoOf: path) }
        }
    }

    /// The whole of a file, or of standard input where `path` is `-`.
    ///
    /// - Parameter limit: in bytes; more is an error.
    static func contents(of path: String, limit: Int = 1 << 30) throws(Unreadable) -> [UInt8] {
        let file = try FileReader(path: path)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try file.read(into: &buffer)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit { throw Unreadable(path, "longer than \(limit) bytes") }
        }
    }
}
