import Glibc
import HTTPServer
import Synchronization

/// Work that waits until the test lets it go, and counts.
final class Gate: Sendable {
    private let open = Atomic<Bool>(false)
    let entered = Atomic<Int>(0)
    let cancelled = Atomic<Int>(0)

    func release() { open.store(true, ordering: .releasing) }

    /// Blocks the calling worker until the gate opens or the work is cancelled.
    func wait(_ context: WorkContext? = nil) {
        entered.add(1, ordering: .relaxed)
        while !open.load(ordering: .acquiring) {
            if context?.isCancelled == true {
                cancelled.add(1, ordering: .relaxed)
                return
            }
            usleep(500)
        }
    }

    /// Waits until a condition holds; the test's own time limit ends it if it never does.
    static func until(_ condition: () -> Bool) async {
        while !condition() { try? await Task.sleep(nanoseconds: 1_000_000) }
    }
}
