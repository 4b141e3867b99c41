import Synchronization
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(1)))
struct WorkPoolTests {
    @Test func runsEveryJobThatItAccepts() async throws {
        let pool = WorkPool(workers: 3, queueLimit: 10_000)
        try pool.start()
        let done = Atomic<Int>(0)
        for _ in 0..<5000 { #expect(pool.submit { done.add(1, ordering: .relaxed) }) }
        await Gate.until { done.load(ordering: .relaxed) == 5000 }
        await Gate.until { pool.depth == (0, 0) }
        pool.stop()
    }

    @Test func refusesBeyondItsBounds() async throws {
        let pool = WorkPool(workers: 2, queueLimit: 3)
        try pool.start()
        let gate = Gate()
        for _ in 0..<5 { #expect(pool.submit { gate.wait() }) }
        #expect(!pool.submit {})
        await Gate.until { pool.depth == (3, 2) }
        #expect(!pool.submit {})
        gate.release()
        await Gate.until { pool.depth == (0, 0) }
        #expect(pool.submit {})
        pool.stop()
        #expect(!pool.submit {})
    }

    @Test func aMonitorIsWaitedForAsLongAsIsSaid() {
        let monitor = Monitor(0)
        var looks = 0
        let start = MonotonicClock.now()
        let result = monitor.wait(milliseconds: 20) { _ -> Int? in
            looks += 1
            return nil
        }
        #expect(result == nil && MonotonicClock.now() - start >= 20_000_000)
        #expect(looks < 10, "it sleeps in between")
        #expect(monitor.wait(milliseconds: 20) { $0 } == 0)
    }

    @Test func restsOnceWhenItsWorkIsOver() async throws {
        let rests = Atomic<Int>(0)
        let pool = WorkPool(workers: 2, queueLimit: 10, patience: 10) { rests.add(1, ordering: .relaxed) }
        try pool.start()
        let gate = Gate()
        #expect(pool.submit { gate.wait() })
        #expect(pool.submit {})
        await Gate.until { pool.depth == (0, 1) }
        try await Task.sleep(nanoseconds: 50_000_000)
        #expect(rests.load(ordering: .relaxed) == 0, "a job is running")
        gate.release()
        await Gate.until { rests.load(ordering: .relaxed) == 1 }
        try await Task.sleep(nanoseconds: 50_000_000)
        #expect(rests.load(ordering: .relaxed) == 1, "nothing was done since")
        #expect(pool.submit {})
        await Gate.until { rests.load(ordering: .relaxed) == 2 }
        pool.stop()
    }
}
