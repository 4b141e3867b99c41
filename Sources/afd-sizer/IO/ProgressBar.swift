import Glibc
import Synchronization

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
