import Testing

@testable import HTTPServer

@Suite struct MonotonicClockTests {
    /// A system whose time is made up may say anything, before 1970 too.
    @Test(
        arguments: [
            (0, 0, 1_000_000_000), (5, 12, 1_000_000_007), (-2_000_000_000, -1_500_000_000, 1_500_000_000),
            (10, 3, 1_000_000_000), (Int64.min, Int64.max, 1_000_000_000), (Int64.max, Int64.min, 1_000_000_000),
            (0, Int64.max, 9_223_372_037_854_775_807),
        ] as [(Int64, Int64, UInt64)])
    func anyReadingGivesATime(origin: Int64, reading: Int64, elapsed: UInt64) {
        #expect(MonotonicClock.elapsed(since: origin, at: reading) == elapsed)
    }

    @Test func doesNotGoBack() {
        let times = (0..<1000).map { _ in MonotonicClock.now() }
        #expect(times == times.sorted() && times[0] >= 1_000_000_000)
    }
}
