import Glibc

/// Standard output and standard error, whole lines at a time.
enum Output {
    static func line(_ text: String) { write(Array((text + "\n").utf8), to: STDOUT_FILENO) }

    static func error(_ text: String) { write(Array(("afd-sizer: " + text + "\n").utf8), to: STDERR_FILENO) }

    /// Writes everything, however many calls it takes; gives up where nobody reads.
    static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}

/// How the command ends where it does not end well; see the help of `afd-sizer`.
enum ExitStatus {
    static let refused: Int32 = 1
    static let usage: Int32 = 64
    static let unavailable: Int32 = 69
}
