import Glibc

/// Files and standard input.
enum Input {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// The whole of a file, or of standard input where `path` is `-`.
    ///
    /// - Parameter limit: in bytes; more is an error.
    static func read(_ path: String, limit: Int = 1 << 30) throws(Unreadable) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Unreadable(description: "\(path): \(String(cString: strerror(errno)))")
            }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit { throw Unreadable(description: "\(path): longer than \(limit) bytes") }
        }
    }
}
