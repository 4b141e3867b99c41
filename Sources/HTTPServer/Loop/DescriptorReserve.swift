import Glibc

/// Descriptors that connections do not get. Dispatch opens files of /proc to count its running threads and traps where it gets no
/// descriptor for one; certificates, tokens and logs are opened anew while the server runs.
struct DescriptorReserve: Sendable {
    /// How many are held back.
    static let count = 8

    /// The lowest number that no connection keeps. The system gives the lowest that is free, so where it gives this or a higher one,
    /// all below are taken.
    private let ceiling: Int

    /// - Parameter limit: descriptors that the process may have.
    init(limit: Int = DescriptorReserve.limit) { ceiling = limit - Self.count }

    enum Outcome {
        case accepted(ListeningSocket.Accepted)
        /// There was no descriptor for it, and the connection was closed: left alone it would wait in the kernel's queue until its
        /// client gives up.
        case turnedAway
    }

    /// Accepts a connection, or turns it away where only the reserve is left.
    func accept(_ accept: () -> ListeningSocket.Accepted) -> Outcome {
        let accepted = accept()
        guard case .connection(let descriptor, _) = accepted, Int(descriptor) >= ceiling else {
            return .accepted(accepted)
        }
        close(descriptor)
        return .turnedAway
    }

    /// Descriptors that the process may have.
    private static var limit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
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
                throw ServerStartError(
                    "cannot start with fewer than \(count) free file descriptors; there are \(taken.count) "
                        + "(\(String(cString: strerror(error))); the limit is \(limit), see ulimit -n)")
            }
            taken.append(descriptor)
        }
    }
}
