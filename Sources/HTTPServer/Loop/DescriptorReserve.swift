import Glibc
import Synchronization

/// A descriptor held back by a server, so that at the limit a connection can still be accepted, and closed: left alone
/// it would wait in the kernel's queue until its client gives up.
///
/// Shared by the loops, which accept under its lock: so the descriptor that is freed to turn somebody away cannot
/// become somebody else's connection.
final class DescriptorReserve: Sendable {
    private let descriptor = Mutex<Int32>(-1)

    init() {
        descriptor.withLock { $0 = Self.take() }
    }

    deinit {
        descriptor.withLock { if $0 >= 0 { close($0) } }
    }

    enum Outcome {
        case accepted(ListeningSocket.Accepted)
        /// There was no descriptor, and one connection was closed.
        case turnedAway
        /// There is no descriptor, not even to turn somebody away.
        case exhausted
    }

    /// Accepts a connection, or turns it away where there is no descriptor for it.
    func accept(_ socket: ListeningSocket) -> Outcome {
        descriptor.withLock { descriptor in
            // The reserve comes before a further connection.
            if descriptor < 0 { descriptor = Self.take() }
            let accepted = socket.accept()
            guard case .exhausted = accepted else { return .accepted(accepted) }
            guard descriptor >= 0 else { return .exhausted }
            close(descriptor)
            if case .connection(let connection, _) = socket.accept() { close(connection) }
            descriptor = Self.take()
            return .turnedAway
        }
    }

    private static func take() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }
}
