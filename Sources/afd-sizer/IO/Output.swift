import ArgumentParser
import Glibc
import Synchronization

/// Standard output and standard error, whole lines at a time.
enum Output {
    static func line(_ text: String) throws(ExitCode) { try answer(Array((text + "\n").utf8)) }

    /// What is not said, where standard error cannot be written, is lost: the exit status still tells.
    static func error(_ text: String) {
        write(Array(("afd-sizer: " + visible(text) + "\n").utf8), to: STDERR_FILENO)
    }

    /// `text` with a question mark for each control character but line feeds: what a file holds must not steer the terminal.
    static func visible(_ text: String) -> String {
        func steers(_ scalar: Unicode.Scalar) -> Bool {
            scalar != "\n" && (scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value)
        }
        guard text.unicodeScalars.contains(where: steers) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { steers($0) ? "?" : $0 }))
    }

    /// Writes the answer of a command to standard output.
    ///
    /// - Throws: exit code 69 where not all of it can be written, which is said on standard error. Who stops reading, as `head`
    ///   does, has what it wants: nothing is said then.
    static func answer(_ bytes: [UInt8]) throws(ExitCode) {
        guard write(bytes, to: STDOUT_FILENO) else {
            if errno != EPIPE { error("standard output: \(String(cString: strerror(errno)))") }
            throw ExitCode(ExitStatus.unavailable)
        }
    }

    /// Writes everything, however many calls it takes.
    ///
    /// - Returns: false where not all could be written; `errno` says why.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

/// How the command ends where it does not end well; see the help of `afd-sizer`.
enum ExitStatus {
    static let refused: Int32 = 1
    static let usage: Int32 = 64
    static let unavailable: Int32 = 69
}

/// The three streams that every process expects to have.
enum StandardStreams {
    /// Opens /dev/null in place of each of them that is closed: else the next file or connection would get its number, and what is
    /// meant for a terminal or a log would be written to it.
    static func openMissing() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one: those below it are open by now.
            _ = open("/dev/null", O_RDWR)
        }
    }
}

/// A bar on standard error that is drawn over itself: for a terminal only.
final class ProgressBar: Sendable {
    private static let width = 40
    private let shown = Mutex(-1)

    /// `nil` where standard error is no terminal.
    init?() {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
    }

    /// - Parameter fraction: 0…1; smaller ones than before are not drawn.
    func show(_ fraction: Double) {
        let percent = Int((min(1, max(0, fraction)) * 100).rounded(.down))
        shown.withLock { last in
            guard percent > last else { return }
            last = percent
            let done = percent * Self.width / 100
            let bar = String(repeating: "#", count: done) + String(repeating: ".", count: Self.width - done)
            Output.write(Array("\r[\(bar)] \(percent) %".utf8), to: STDERR_FILENO)
        }
    }

    /// Wipes the bar.
    func finish() {
        shown.withLock { last in
            guard last >= 0 else { return }
            last = -1
            Output.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
        }
    }
}
