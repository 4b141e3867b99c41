import Testing

@testable import HTTPServer

/// The ends of a connection, as the state machine orders them.
@Suite struct StateMachineEndTests {
    /// After a last response.
    private func closing(_ change: (inout ServerLimits) -> Void = { _ in }) -> MachineDialogue {
        let talk = MachineDialogue(change)
        _ = talk.head { $0.connectionClose = true }
        _ = talk.respond()
        return talk
    }

    @Test func afterTheLastResponseOurSideIsClosedAndTheClientsEndAwaited() {
        let talk = closing()
        #expect(talk.input == .discard && talk.secondsLeft == nil)
        #expect(talk.sent() == "half-close")
        #expect(talk.sent() == "", "once")
        #expect(talk.input == .discard && talk.secondsLeft == 2)
        #expect(talk.inputEnds() == "close")
        #expect(talk.input == .wait)
    }

    @Test func aClientThatDoesNotCloseHasTwoSeconds() {
        let talk = closing()
        _ = talk.sent()
        #expect(talk.wait(1.9) == "")
        #expect(talk.wait(0.1) == "close")
    }

    @Test func whatIsStillReadIsBounded() {
        let talk = closing { $0.lingerBytes = 10 }
        #expect(talk.discard(8) == "", "it counts before the half-close too")
        _ = talk.sent()
        #expect(talk.discard(2) == "")
        #expect(talk.discard(1) == "close")
    }

    @Test func aClientThatHasClosedMeanwhileIsNotWaitedFor() {
        let talk = closing()
        talk.blocked()
        #expect(talk.inputEnds() == "")
        #expect(talk.sent() == "close")
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() {
        let talk = MachineDialogue()
        #expect(talk.wait(59.9) == "")
        #expect(talk.wait(0.1) == "close")
        #expect(talk.wait(100) == "")
    }

    @Test func aClientThatLeavesBetweenRequests() {
        let talk = MachineDialogue()
        talk.clientCloses()
        #expect(talk.secondsLeft == 60, "what it sent before is read first")
        #expect(talk.inputEnds() == "close")
    }

    @Test func anIncompleteRequestGetsNoResponse() {
        let talk = MachineDialogue()
        _ = talk.seen()
        #expect(talk.inputEnds() == "close")
        let body = MachineDialogue()
        _ = body.head(.post, .length(5))
        _ = body.want()
        _ = body.body(3)
        #expect(body.inputEnds() == "close")
        #expect(body.respond() == "")
    }

    @Test func aClientThatLeavesItsUnreadBody() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(5))
        _ = talk.respond(404)
        #expect(talk.inputEnds() == "close")
    }

    @Test func responsesOnTheirWayAreSentFirst() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.respond()
        talk.blocked()
        #expect(talk.inputEnds() == "")
        #expect(talk.sent() == "close")
    }

    @Test func anEndWhileTheResponseIsAwaited() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.want()
        _ = talk.end()
        #expect(talk.inputEnds() == "")
        #expect(talk.secondsLeft == 1)
        #expect(talk.respond() == "send 200 last")
        #expect(talk.sent() == "close")
    }

    // MARK: A client that does not read

    @Test func aClientThatTakesNothingIsReset() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.respond()
        talk.blocked()
        #expect(talk.secondsLeft == 30)
        #expect(talk.wait(29) == "")
        talk.blocked(after: 30 * 8 * 1024)
        #expect(talk.wait(29) == "", "it took something")
        #expect(talk.wait(1) == "reset")
        #expect(talk.secondsLeft == nil)
    }

    @Test func theTimeToReadCountsInEveryState() {
        let talk = closing()
        talk.blocked()
        #expect(talk.wait(30) == "reset")
        let stream = MachineDialogue()
        _ = stream.head()
        _ = stream.want()
        _ = stream.end()
        _ = stream.stream()
        stream.blocked()
        #expect(stream.secondsLeft == 30)
        stream.clientCloses()
        #expect(stream.secondsLeft == 1)
    }

    // MARK: Broken connections

    @Test func afterTheSocketIsClosedNothingHappens() {
        let talk = MachineDialogue()
        _ = talk.head()
        talk.socketCloses()
        #expect(talk.respond() == "" && talk.garbage() == "" && talk.end() == "" && talk.consumed() == "")
        #expect(talk.poolIsFull() == "" && talk.stream() == "" && talk.seen() == "" && talk.head() == "")
        #expect(talk.inputEnds() == "" && talk.discard(1 << 30) == "" && talk.sent() == "" && talk.wait(1000) == "")
        #expect(talk.input == .wait && talk.secondsLeft == nil)
    }

    @Test func aTransportThatFailsMaySayALastThing() {
        let talk = MachineDialogue()
        _ = talk.head()
        talk.transportFails()
        #expect(talk.respond() == "")
        #expect(talk.input == .discard)
        #expect(talk.sent() == "half-close")
        talk.transportFails()
        #expect(talk.secondsLeft == 2, "it lingers already")
        #expect(talk.wait(2) == "close")
    }
}
