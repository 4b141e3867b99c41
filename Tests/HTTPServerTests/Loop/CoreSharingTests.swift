import CLinux
import Glibc
import Testing

@testable import HTTPServer

@Suite struct CoreSharingTests {
    private static let start: UInt64 = 1_000_000_000

    private func sharing(shortSlice: Bool) -> CoreSharing {
        var core = CoreSharing()
        core.beginTurn(now: Self.start) { shortSlice }
        return core
    }

    @Test func aLoopYieldsOnceAnInterval() {
        var core = sharing(shortSlice: true)
        let interval = CoreSharing.interval
        let due = [
            interval - 1, interval, interval + 1, 2 * interval - 1, 2 * interval, 5 * interval, 5 * interval + 1,
        ]
        .map { core.isYieldDue(now: Self.start + $0) }
        #expect(due == [false, true, false, false, true, true, false])
    }

    @Test func aLoopWithoutTheShortSliceNeverYields() {
        var core = sharing(shortSlice: false)
        let due = core.isYieldDue(now: Self.start + 100 * CoreSharing.interval)
        #expect(!due)
    }

    @Test func theSliceIsAskedForOncePerThread() {
        var core = CoreSharing()
        var asked = 0
        for thread in [1, 1, 2, 2, 1] as [pthread_t] {
            core.beginTurn(now: Self.start, on: thread) {
                asked += 1
                return true
            }
        }
        #expect(asked == 3)
    }

    @Test func aTurnBeginsAnInterval() {
        var core = sharing(shortSlice: true)
        core.beginTurn(now: Self.start + CoreSharing.interval) { true }
        let due = core.isYieldDue(now: Self.start + CoreSharing.interval + 1)
        #expect(!due)
    }

    /// On a kernel before 6.12 the answer is no, and nothing else may have changed either.
    @Test(.ownThreads) func theSliceLeavesPolicyAndNicenessAlone() {
        // On Linux this is the niceness of the calling thread alone, which ends with the test.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 7)
        let policy = sched_getscheduler(0)
        let first = CoreSharing.shortenSlice()
        let second = CoreSharing.shortenSlice()
        #expect(first == second)
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == 7)
        #expect(sched_getscheduler(0) == policy)
    }
}
