import CLinux
import Glibc

/// How a busy event loop shares its core with the other threads of the machine.
///
/// With more busy threads than cores, a thread that never sleeps keeps its core until the scheduler's next tick, 4 ms on
/// many kernels, and the connections of the loop that waits for the core wait as long: that was the p99 under load. So a
/// loop lets others go first every ``interval``. On newer kernels (6.18, measured) that costs a thread its slice, so the
/// loop asks for a short slice first (`sched_setattr(2)`, Linux 6.12), and where it can't have one, it does not yield.
struct CoreSharing {
    /// Nanoseconds between two yields.
    static let interval: UInt64 = 200_000
    /// The slice of a loop's thread in nanoseconds: the shortest that Linux grants.
    static let slice: UInt64 = 100_000

    private var thread: pthread_t?
    private var hasShortSlice = false
    private var lastYield: UInt64 = 0

    /// At the beginning of a turn: Dispatch may have given it another thread than the one before.
    mutating func beginTurn(now: UInt64, on current: pthread_t = pthread_self(), shorten: () -> Bool = shortenSlice) {
        lastYield = now
        guard thread != current else { return }
        thread = current
        hasShortSlice = shorten()
    }

    /// Whether it is time to let others go first.
    mutating func isYieldDue(now: UInt64) -> Bool {
        guard hasShortSlice, now &- lastYield >= Self.interval else { return false }
        lastYield = now
        return true
    }

    /// Gives the calling thread the short slice; its policy and niceness stay.
    /// - Returns: false where the kernel has no such setting, or does not allow it.
    static func shortenSlice() -> Bool {
        afd_set_slice(slice) == slice
    }
}
