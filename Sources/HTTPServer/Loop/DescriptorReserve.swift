import Glibc
import Synchronization

/// A descriptor held back by a server, so that at the limit a connection can still be accepted, and closed: left alone
/// it would wait in the kernel's queue until its client gives up.
///
/// Shared by the loops, which accept under its lock: so the descriptor that is freed to turn somebody away cannot
/// become somebody else's connection.
final class DescriptorReserve: Sendable {
    private let reserve: Mutex<FileDescriptor?> = Mutex(DescriptorReserve.take())

    enum Outcome {
        case accepted(ListeningSocket.Accepted)
        /// There was no descriptor, and one connection was closed.
        case turnedAway
        /// There is no descriptor, not even to turn somebody away.
        case exhausted
    }

    /// Accepts a connection, or turns it away where there is no descriptor for it.
    func accept(_ socket: ListeningSocket) -> Outcome {
        reserve.withLock { reserve in
            // The reserve comes before a further connection.
            if reserve == nil { reserve = Self.take() }
            let accepted = socket.accept()
            guard case .exhausted = accepted else { return .accepted(accepted) }
            guard reserve != nil else { return .exhausted }
            reserve = nil
            if case .connection(let connection, _) = socket.accept() { close(connection) }
            reserve = Self.take()
            return .turnedAway
        }
    }

    private static func take() -> FileDescriptor? { FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)) }
}
