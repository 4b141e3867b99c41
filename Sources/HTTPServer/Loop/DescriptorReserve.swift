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
    ///
    /// - Parameter accept: accepts one. Linux says that no descriptor is left before it looks whether anybody waits.
    func accept(_ accept: () -> ListeningSocket.Accepted) -> Outcome {
        reserve.withLock { reserve in
            // The reserve comes before a further connection.
            if reserve == nil { reserve = Self.take() }
            let accepted = accept()
            guard case .exhausted = accepted else { return .accepted(accepted) }
            guard reserve != nil else { return .exhausted }
            reserve = nil
            let second = accept()
            defer { reserve = Self.take() }
            switch second {
            case .connection(let connection, _):
                close(connection)
                return .turnedAway
            case .exhausted: return .exhausted
            case .wouldBlock, .failed: return .accepted(second)
            }
        }
    }

    /// Makes sure that so many more descriptors can be had, for those who do not take no for an answer: Dispatch traps where it
    /// gets none for its own epoll, its timers and its signals.
    ///
    /// - Throws: ``ServerStartError`` that names the limit.
    static func require(_ count: Int) throws {
        var taken: [Int32] = []
        defer { for descriptor in taken { close(descriptor) } }
        while taken.count < count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let error = errno
                var limit = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                throw ServerStartError(
                    "cannot start with fewer than \(count) free file descriptors; there are \(taken.count) "
                        + "(\(String(cString: strerror(error))); the limit is \(limit.rlim_cur), see ulimit -n)")
            }
            taken.append(descriptor)
        }
    }

    private static func take() -> FileDescriptor? { FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)) }
}
