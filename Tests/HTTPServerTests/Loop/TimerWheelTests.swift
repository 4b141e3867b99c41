import TestSupport
import Testing

@testable import HTTPServer

@Suite struct TimerWheelTests {
    private func expired(_ wheel: inout TimerWheel, at time: UInt64) -> [Int] {
        var owners: [Int] = []
        wheel.advance(to: time, &owners)
        return owners.sorted()
    }

    @Test func ownersComeUpAfterTheirTimeAndNotBefore() {
        var wheel = TimerWheel(tick: 10, slots: 8, now: 1000)
        wheel.schedule(0, at: 1025)
        wheel.schedule(1, at: 1031)
        #expect(expired(&wheel, at: 1029) == [])
        #expect(expired(&wheel, at: 1030) == [0])
        #expect(expired(&wheel, at: 1040) == [1])
        #expect(wheel.count == 0)
    }

    @Test func beyondTheHorizonOwnersComeUpEarly() {
        var wheel = TimerWheel(tick: 10, slots: 8, now: 0)
        wheel.schedule(3, at: 1_000_000)
        #expect(expired(&wheel, at: 69) == [])
        #expect(expired(&wheel, at: 70) == [3])
    }

    @Test func aLaterTimeNeedsNoMoveAndAnEarlierMoves() {
        var wheel = TimerWheel(tick: 10, slots: 8, now: 0)
        wheel.schedule(0, at: 35)
        wheel.schedule(0, at: 55)
        #expect(expired(&wheel, at: 40) == [0])
        wheel.schedule(0, at: 95)
        wheel.schedule(0, at: 65)
        #expect(expired(&wheel, at: 69) == [])
        #expect(expired(&wheel, at: 70) == [0])
    }

    @Test func cancelledOwnersDoNotComeUp() {
        var wheel = TimerWheel(tick: 10, slots: 8, now: 0)
        for owner in 0..<3 { wheel.schedule(owner, at: 15) }
        wheel.cancel(1)
        wheel.cancel(1)
        wheel.cancel(99)
        #expect(expired(&wheel, at: 20) == [0, 2])
    }

    @Test func aLongPauseBringsEverybodyUpOnce() {
        var wheel = TimerWheel(tick: 10, slots: 8, now: 0)
        for owner in 0..<8 { wheel.schedule(owner, at: UInt64(owner) * 10) }
        #expect(expired(&wheel, at: 1_000_000_000) == Array(0..<8))
        wheel.schedule(0, at: 1_000_000_005)
        #expect(expired(&wheel, at: 1_000_000_010) == [0])
    }

    @Test func ownersMayBeScheduledAgain() {
        var wheel = TimerWheel(tick: 10, slots: 8, now: 0)
        wheel.schedule(0, at: 5)
        var ups = 0
        for time in stride(from: UInt64(10), through: 100, by: 10) {
            for owner in expired(&wheel, at: time) {
                ups += 1
                wheel.schedule(owner, at: time + 5)
            }
        }
        #expect(ups == 10)
    }

    /// Against a list of deadlines that is searched.
    @Test func randomSchedules() {
        var random = SeededGenerator(seed: 7)
        var wheel = TimerWheel(tick: 10, slots: 16, now: 0)
        var deadlines: [Int: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<20_000 {
            let owner = Int.random(in: 0..<40, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let deadline = now + UInt64.random(in: 0..<400, using: &random)
                deadlines[owner] = deadline
                wheel.schedule(owner, at: deadline)
            case 2:
                deadlines[owner] = nil
                wheel.cancel(owner)
            default:
                now += UInt64.random(in: 0..<60, using: &random)
                for owner in expired(&wheel, at: now) {
                    guard let deadline = deadlines[owner] else { continue }
                    if deadline <= now { deadlines[owner] = nil } else { wheel.schedule(owner, at: deadline) }
                }
                // Nobody is left who was due before the tick that has just ended.
                #expect(!deadlines.values.contains { $0 / 10 < now / 10 })
            }
        }
    }
}
