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
}
