import Glibc
import Synchronization

/// A descriptor held back by a server, so that at the limit a connection can still be accepted, and closed: left alone
/// it would wait in the kernel's queue until its client gives up. Shared by the loops.
final class DescriptorReserve: Sendable {
    private let descriptor = Mutex<Int32>(-1)

    init() {
        descriptor.withLock { $0 = Self.take() }
    }

    deinit {
        descriptor.withLock { if $0 >= 0 { close($0) } }
    }

    /// Frees the descriptor while `body` runs. False, and nothing is done, if there is none to be had: somebody else
    /// took it meanwhile, which makes one more connection that is served.
    func lend(_ body: () -> Void) -> Bool {
        descriptor.withLock { descriptor in
            if descriptor < 0 { descriptor = Self.take() }
            guard descriptor >= 0 else { return false }
            close(descriptor)
            body()
            descriptor = Self.take()
            return true
        }
    }

    private static func take() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }
}
