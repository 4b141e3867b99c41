import Testing

@testable import HTTPServer

/// How long a client may take over what waits for it: 30 seconds for each 240 KiB, as the limits say.
@Suite struct WriteClockTests {
    private static let second: UInt64 = 1_000_000_000
    private static let stretch = 30 * 8 * 1024

    /// The seconds after the start at which the client is given up, if at each of the given times it had taken so much.
    private func givenUp(_ taken: [(second: UInt64, sent: Int)]) -> UInt64 {
        var clock = WriteClock(Timeouts(ServerLimits()), sent: 1000, now: Self.second)
        for event in taken { clock.blocked(sent: 1000 + event.sent, now: Self.second + event.second * Self.second) }
        return (clock.deadline - Self.second) / Self.second
    }

    @Test func oneThatTakesNothing() {
        #expect(givenUp([]) == 30)
        #expect(givenUp([(10, 0), (20, 0)]) == 30)
    }

    @Test func oneThatTakesALittleNowAndThen() {
        #expect(givenUp((1...29).map { ($0, Int($0)) }) == 30)
        #expect(givenUp([(29, Self.stretch - 1)]) == 30)
    }

    @Test func oneThatTakesEnoughHasAsLongAgain() {
        #expect(givenUp([(29, Self.stretch)]) == 59)
        #expect(givenUp([(10, Self.stretch), (39, 2 * Self.stretch)]) == 69)
        #expect(givenUp([(10, Self.stretch), (39, 2 * Self.stretch - 1)]) == 40)
    }

    @Test func whenItLastTookSomething() {
        var clock = WriteClock(Timeouts(ServerLimits()), sent: 0, now: 5)
        clock.blocked(sent: 0, now: 7)
        #expect(clock.lastTaken == 5)
        clock.blocked(sent: 1, now: 9)
        #expect(clock.lastTaken == 9)
    }

    @Test func aSlowReaderIsResetThoughItReads() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.respond()
        for second in 0..<30 {
            talk.blocked(after: second)
            #expect(talk.input == .parse && talk.secondsLeft == Double(30 - second))
            #expect(talk.wait(1) == (second < 29 ? "" : "reset"))
        }
    }
}
