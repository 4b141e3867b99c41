import Testing

@testable import HTTPServer

/// Bodies of requests, and the time that they may take, as the state machine orders them.
@Suite struct StateMachineBodyTests {
    private static let chunk = BodyFlow.chunkLimit

    // MARK: Whole bodies

    @Test func aWholeBody() {
        let talk = MachineDialogue()
        #expect(talk.head(.post, .length(5)) == "ask")
        #expect(talk.want() == "")
        #expect(talk.input == .parse && talk.secondsLeft == 5)
        #expect(talk.body(3) == "" && talk.body(2) == "")
        #expect(talk.end() == "finish 5")
        #expect(talk.input == .wait && talk.secondsLeft == nil)
        #expect(talk.respond() == "send 200 keep")
        #expect(talk.input == .parse)
    }

    @Test func requestsWithoutABody() {
        let talk = MachineDialogue()
        for framing in [BodyFraming.none, .length(0)] {
            _ = talk.head(.post, framing)
            #expect(talk.want() == "")
            #expect(talk.end() == "finish 0")
            #expect(talk.respond() == "send 200 keep")
        }
    }

    @Test(arguments: [
        (BodyFraming.length(5), true, "continue"), (.chunked, true, "continue"), (.length(5), false, ""),
        (.none, true, ""), (.length(0), true, ""),
    ])
    func continueIsSentWhereABodyWaitsForIt(framing: BodyFraming, expects: Bool, action: String) {
        let talk = MachineDialogue()
        _ = talk.head(.post, framing) { $0.expectation = expects ? .interimResponse : .none }
        #expect(talk.want() == action)
    }

    @Test(arguments: [
        (BodyFraming.length(10), ""), (.length(11), "refuse 413 last"), (.length(.max), "refuse 413 last"),
    ])
    func anAnnouncedLengthIsCheckedBeforehand(framing: BodyFraming, action: String) {
        let talk = MachineDialogue()
        _ = talk.head(.post, framing)
        #expect(talk.want(limit: 10) == action)
    }

    @Test(arguments: [
        (8, 2, ""), (8, 3, "refuse 413 last"), (11, 0, "refuse 413 last"), (1, Int.max, "refuse 413 last"),
    ])
    func aChunkIsRefusedAsSoonAsItIsKnownToBeTooLong(count: Int, ahead: Int, action: String) {
        let talk = MachineDialogue()
        _ = talk.head(.post, .chunked)
        _ = talk.want(limit: 10)
        #expect(talk.body(count, ahead: ahead) == action)
    }

    @Test(arguments: [BodyFraming.length(5), .chunked])
    func anUnknownCodingKeepsTheConnection(framing: BodyFraming) {
        let talk = MachineDialogue()
        _ = talk.head(.post, framing)
        #expect(talk.want(coding: .unsupported) == "refuse 415 keep")
        #expect(talk.body(5) == "" && talk.end() == "")
        #expect(talk.head() == "ask")
    }

    @Test func contentThatIsNotItsCodingEndsTheConnection() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(500))
        _ = talk.want(coding: .coded(.gzip))
        #expect(talk.body(5) == "refuse 400 last")
    }

    @Test func contentThatEndsTooEarlyKeepsIt() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(0))
        _ = talk.want(coding: .coded(.gzip))
        #expect(talk.end() == "refuse 400 keep")
        #expect(talk.input == .parse)
    }

    @Test func aMalformedBodyEndsTheConnection() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .chunked)
        _ = talk.want()
        #expect(talk.garbage() == "refuse 400 last")
    }

    @Test func aFullPoolKeepsTheConnection() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(1))
        _ = talk.want()
        _ = talk.body(1)
        _ = talk.end()
        #expect(talk.poolIsFull() == "refuse 503 keep")
        #expect(talk.poolIsFull() == "")
        #expect(talk.input == .parse)
    }

    // MARK: Bodies in chunks

    @Test func chunksAreGivenOneAtATime() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(7))
        _ = talk.want(.chunks)
        #expect(talk.body(3) == "give 3")
        #expect(talk.body(2) == "", "the consumer is busy")
        #expect(talk.input == .parse)
        #expect(talk.consumed() == "give 2")
        #expect(talk.consumed() == "")
        #expect(talk.body(2) == "give 2")
        #expect(talk.end() == "", "the last chunk is with the consumer")
        #expect(talk.input == .wait && talk.secondsLeft == nil)
        #expect(talk.consumed() == "finish 0")
        #expect(talk.respond() == "send 200 keep")
    }

    @Test func whatIsReadAtOnceIsOneChunk() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .chunked)
        _ = talk.want(.chunks)
        #expect(talk.body(3, batchEnds: false) == "" && talk.body(4, batchEnds: false) == "")
        #expect(talk.end() == "give 7")
    }

    @Test func aChunkAheadStopsTheReading() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .chunked)
        _ = talk.want(.chunks, limit: .max)
        #expect(talk.body(Self.chunk) == "give \(Self.chunk)")
        #expect(talk.body(Self.chunk - 1) == "" && talk.input == .parse)
        #expect(talk.body(1) == "" && talk.input == .wait)
        #expect(talk.secondsLeft == nil, "the client's clock stands still")
        #expect(talk.wait(1000) == "")
        #expect(talk.consumed() == "give \(Self.chunk)")
        #expect(talk.input == .parse && talk.secondsLeft == 5, "and runs again, with a new window")
    }

    @Test func theConsumerAnswersBeforeTheEnd() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(6))
        _ = talk.want(.chunks)
        _ = talk.body(3)
        #expect(talk.respond(400) == "send 400 last", "the rest of the body is not wanted")
        #expect(talk.input == .discard)
        #expect(talk.consumed() == "" && talk.end() == "")
    }

    @Test func theConsumerAnswersAtTheEnd() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(3))
        _ = talk.want(.chunks)
        _ = talk.body(3)
        _ = talk.end()
        #expect(talk.respond(400) == "send 400 keep")
        #expect(talk.input == .parse)
    }

    @Test func aFullPoolInTheMiddleOfABodyEndsTheConnection() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(6))
        _ = talk.want(.chunks)
        #expect(talk.body(3) == "give 3")
        #expect(talk.poolIsFull() == "refuse 503 last")
    }

    // MARK: Time

    @Test func aHeaderSectionHasItsTime() {
        let talk = MachineDialogue()
        _ = talk.seen()
        #expect(talk.wait(9.9) == "")
        #expect(talk.wait(0.1) == "refuse 408 last")
    }

    @Test func aBodyMustComeAtALeastRate() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(100_000))
        _ = talk.want(limit: 100_000)
        _ = talk.body(2500)
        #expect(talk.wait(5) == "")
        _ = talk.body(2499)
        #expect(talk.wait(5) == "refuse 408 last")
    }

    @Test func aBodyHasItsTimeInAll() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(100_000))
        _ = talk.want(limit: 100_000)
        for _ in 0..<5 {
            _ = talk.body(3000)
            #expect(talk.wait(5) == "")
        }
        _ = talk.body(3000)
        #expect(talk.wait(5) == "refuse 408 last")
    }

    @Test func workForAClientThatHasLeftIsCancelledOnce() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.want()
        _ = talk.end()
        talk.clientCloses()
        #expect(talk.secondsLeft == 1)
        talk.clientCloses()
        #expect(talk.wait(1) == "cancel")
        #expect(talk.secondsLeft == nil)
        #expect(talk.respond(503) == "send 503 keep")
        #expect(talk.inputEnds() == "close")
    }

    @Test func aBusyConsumerOfAClientThatHasLeftIsToldSo() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(3))
        _ = talk.want(.chunks)
        _ = talk.body(3)
        _ = talk.end()
        talk.clientCloses()
        #expect(talk.secondsLeft == 1)
        // The job that makes the response inherits the time.
        #expect(talk.consumed() == "finish 0")
        #expect(talk.wait(1) == "cancel")
    }

    @Test func aResponseInTimeEndsTheWait() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.want()
        _ = talk.end()
        talk.clientCloses()
        #expect(talk.respond() == "send 200 keep")
        #expect(talk.secondsLeft == 60)
    }

    @Test func aStreamToAClientThatHasLeftIsCancelled() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.want()
        _ = talk.end()
        _ = talk.stream()
        talk.clientCloses()
        #expect(talk.wait(1) == "cancel")
        #expect(talk.streamEnded() == "end keep")
    }
}
