import Glibc

/// Reads small configuration files whole.
enum FileContents {
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String { "\(path): \(reason)" }
    }

    /// Only regular files are read: a pipe or a terminal would keep its reader waiting.
    ///
    /// - Parameter limit: a file of more bytes is refused.
    /// - Throws: `Failure`, which names the path and the system's reason.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // Without O_NONBLOCK the open itself would wait for the writer of a pipe.
        guard let file = FileDescriptor(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) else { throw failure(path) }
        let descriptor = file.number
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(path: path, reason: "not a regular file") }
        var contents: [UInt8] = []
        while true {
            var count = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, initialized in
                repeat {
                    count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                } while count < 0 && errno == EINTR
                initialized = max(0, count)
            }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return contents }
            contents += chunk
            guard contents.count <= limit else { throw Failure(path: path, reason: "larger than \(limit) bytes") }
        }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(path: path, reason: String(cString: strerror(errno)))
    }
}
