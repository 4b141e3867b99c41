import TestSupport
import Testing

@testable import Calibration

@Suite("Sessions")
struct SessionTests {
    @Test("rounds, gaps and resident tokens of two sessions")
    func two() throws {
        var tracker = SessionTracker()
        tracker.add(session: 1, prefill: 100, decode: 10, time: 0)
        tracker.add(session: 2, prefill: 50, decode: 20, time: 5_000_000)
        tracker.add(session: 1, prefill: 200, decode: 30, time: 20_000_000)
        tracker.add(session: 1, prefill: 300, decode: 1, time: 100_000_000)
        let statistics = try #require(SessionStatistics(tracker, duration: 100_000_000))
        #expect(statistics.sessions == 2 && statistics.requests == 4 && statistics.longest == 3)
        #expect(statistics.rounds.map(\.number) == [1, 2, 3] && statistics.rounds.map(\.requests) == [2, 1, 1])
        #expect(statistics.rounds[0].prefillMean == 75 && statistics.rounds[0].newTokensMean == nil)
        // (100·10 + 45 + 50·20 + 190)/30
        #expect(statistics.rounds[0].slotLoadMean == 2235.0 / 30)
        #expect(statistics.rounds[1].newTokensMean == 90 && statistics.rounds[2].newTokensMean == 70)
        let gaps = try #require(statistics.gaps)
        #expect(gaps.count == 2 && gaps.mean == 50 && relativeError(gaps.p99, 80) < 0.06)
        // 110 tokens for 20 s and 230 for 80 s, over 100 s.
        #expect(statistics.residentTokens == 206)
        #expect(statistics.warnings.isEmpty)
    }

    @Test("rounds without sessions count by their number, from 0 or from 1", arguments: [0, 1])
    func turns(base: Int) throws {
        var tracker = SessionTracker()
        for turn in [0, 0, 1, 2, 40] { tracker.add(turn: base + turn, prefill: 10 * turn, decode: 1) }
        let statistics = try #require(SessionStatistics(tracker, duration: nil))
        #expect(statistics.sessions == nil && statistics.rounds.map(\.number) == [1, 2, 3, 17])
        #expect(statistics.rounds.map(\.requests) == [2, 1, 1, 1] && statistics.gaps == nil)
    }

    @Test("lengths of the new tokens alone are told of")
    func increments() throws {
        var tracker = SessionTracker()
        for session in 0..<10 as Range<UInt64> {
            for round in 0..<5 {
                tracker.add(session: session, prefill: round == 0 ? 500 : 40, decode: 100, time: nil)
            }
        }
        let statistics = try #require(SessionStatistics(tracker, duration: nil))
        #expect(statistics.warnings.map(\.code) == ["prefill_is_not_the_whole_context"])
        #expect(statistics.gaps == nil && statistics.residentTokens == nil)
    }

    @Test("memory is bounded: the sessions silent longest are forgotten, which is said")
    func bounded() throws {
        var tracker = SessionTracker(maximumSessions: 100)
        // One session that comes back often is kept among many that do not.
        for request in 0..<10_000 as Range<UInt64> {
            tracker.add(session: request % 50 == 0 ? 0 : request + 1, prefill: 10, decode: 1, time: nil)
        }
        #expect(tracker.longest == 200 && tracker.hasForgotten)
        let statistics = try #require(SessionStatistics(tracker, duration: nil))
        #expect(statistics.warnings.contains { $0.code == "sessions_beyond_limit" })
        var table = RecentTable<Int>(capacity: 10)
        for key in 0..<100 as Range<UInt64> {
            table.set(Int(key), for: key)
            for recent in key - min(key, 9)...key { #expect(table.value(of: recent) == Int(recent)) }
        }
        #expect(table.value(of: 50) == nil)
    }
}
