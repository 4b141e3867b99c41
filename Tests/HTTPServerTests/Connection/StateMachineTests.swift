import Testing

@testable import HTTPServer

/// Requests and their responses, as the state machine orders them.
@Suite struct StateMachineTests {
    // MARK: One request after the other

    @Test func aRequestAndItsResponse() {
        let talk = MachineDialogue()
        #expect(talk.input == .parse && talk.secondsLeft == 60)
        #expect(talk.seen() == "begin")
        #expect(talk.seen() == "", "once a request")
        #expect(talk.secondsLeft == 10)
        #expect(talk.head() == "ask")
        #expect(talk.input == .wait && talk.secondsLeft == nil)
        #expect(talk.respond() == "send 200 keep")
        #expect(talk.input == .parse && talk.secondsLeft == 60)
        #expect(talk.end() == "", "the end of a request without a body")
        #expect(talk.sent() == "")
        #expect(talk.head() == "ask")
    }

    @Test func aHeadOutOfOrderIsNotServed() {
        let talk = MachineDialogue()
        #expect(talk.head() == "ask")
        #expect(talk.head() == "", "the response to the first is awaited")
        #expect(talk.respond() == "send 200 keep")
        #expect(talk.respond() == "", "one response a request")
    }

    @Test(arguments: [
        (1, false, false, "keep"), (1, true, false, "last"), (1, true, true, "last"), (0, false, false, "last 1.0"),
        (0, false, true, "keep 1.0"), (0, true, true, "last 1.0"),
    ])
    func whetherAConnectionIsKept(minor: Int, close: Bool, keepAlive: Bool, terms: String) {
        let talk = MachineDialogue()
        _ = talk.head {
            $0.minorVersion = minor
            $0.connectionClose = close
            $0.connectionKeepAlive = keepAlive
        }
        #expect(talk.respond() == "send 200 \(terms)")
        #expect(talk.input == (terms.hasPrefix("keep") ? .parse : .discard))
    }

    @Test func theLastOfTheRequestsThatAConnectionMayMake() {
        let talk = MachineDialogue { $0.requestsPerConnection = 2 }
        _ = talk.head()
        #expect(talk.respond() == "send 200 keep")
        _ = talk.head()
        #expect(talk.respond() == "send 200 last")
    }

    @Test func headHasNoBody() {
        let talk = MachineDialogue()
        _ = talk.head(.head)
        #expect(talk.respond() == "send 200 keep head")
    }

    @Test(arguments: [0, 100, 101, 199])
    func interimStatusesAreNotSent(status: Int) {
        let talk = MachineDialogue()
        _ = talk.head()
        #expect(talk.respond(status) == "refuse 500 keep")
        #expect(talk.input == .parse)
    }

    // MARK: What the server answers by itself

    @Test func optionsForTheWholeServer() {
        let talk = MachineDialogue()
        #expect(talk.head(.options) { $0.form = .asterisk } == "options keep")
        #expect(talk.input == .parse)
    }

    @Test func connectEndsTheConnection() {
        let talk = MachineDialogue()
        #expect(talk.head(.connect) == "refuse 405 last")
        #expect(talk.input == .discard)
    }

    @Test(arguments: [(MethodCode.other, false, 501), (.get, true, 417)])
    func refusalsThatKeepTheConnection(method: MethodCode, expectation: Bool, status: Int) {
        let talk = MachineDialogue()
        let set = { (request: inout RequestFraming) in request.expectation = expectation ? .unknown : .none }
        #expect(talk.head(method, change: set) == "refuse \(status) keep")
        // With a body that follows, too, where it is certain to follow: it is read over.
        #expect(talk.head(method, .length(10), change: set) == "refuse \(status) \(expectation ? "last" : "keep")")
        #expect(talk.body(10) == "")
        #expect(talk.end() == "")
        #expect(talk.head() == (expectation ? "" : "ask"))
    }

    @Test func garbageIsRefusedOnce() {
        let talk = MachineDialogue()
        _ = talk.seen()
        #expect(talk.garbage() == "refuse 400 last")
        #expect(talk.garbage() == "")
        #expect(talk.input == .discard)
    }

    @Test func noRoomForTheConnection() {
        let talk = MachineDialogue()
        #expect(talk.tooManyConnections() == "refuse 503 last")
        #expect(talk.sent() == "half-close")
    }

    // MARK: A body that nobody wants

    @Test(arguments: [
        (BodyFraming.length(64 * 1024), BodyExpectation.none, "keep"), (.length(64 * 1024 + 1), .none, "last"),
        (.chunked, .none, "keep"), (.none, .interimResponse, "keep"), (.length(0), .interimResponse, "keep"),
        (.length(5), .interimResponse, "last"), (.chunked, .interimResponse, "last"), (.none, .ignored, "keep"),
        (.length(5), .ignored, "last"), (.chunked, .ignored, "last"),
    ])
    func whetherAConnectionSurvivesAnUnreadBody(framing: BodyFraming, expectation: BodyExpectation, terms: String) {
        let talk = MachineDialogue()
        _ = talk.head(.post, framing) { $0.expectation = expectation }
        #expect(talk.respond(404) == "send 404 \(terms)")
    }

    @Test func anUnreadBodyIsThrownAway() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(5))
        _ = talk.respond(404)
        #expect(talk.input == .parse && talk.secondsLeft == 30)
        #expect(talk.body(5) == "")
        #expect(talk.end() == "")
        #expect(talk.secondsLeft == 60, "idle again")
    }

    @Test func oneThatTurnsOutLongEndsTheConnection() {
        let talk = MachineDialogue { $0.drainBytes = 10 }
        _ = talk.head(.post, .chunked)
        #expect(talk.respond(404) == "send 404 keep")
        #expect(talk.body(10) == "" && talk.input == .parse)
        #expect(talk.body(1) == "" && talk.input == .discard)
        #expect(talk.sent() == "half-close")
    }

    @Test func oneThatIsMalformedEndsItWithoutAnotherResponse() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .chunked)
        _ = talk.respond(404)
        #expect(talk.garbage() == "")
        #expect(talk.input == .discard)
    }

    @Test func oneThatDoesNotComeEndsItInSilence() {
        let talk = MachineDialogue()
        _ = talk.head(.post, .length(5))
        _ = talk.respond(404)
        #expect(talk.wait(30) == "")
        #expect(talk.input == .discard)
        #expect(talk.sent() == "half-close")
    }

    // MARK: Streamed responses

    @Test func aResponseInPieces() {
        let talk = MachineDialogue()
        _ = talk.head()
        _ = talk.want()
        #expect(talk.end() == "finish 0")
        #expect(talk.stream() == "stream keep")
        #expect(talk.input == .wait && talk.secondsLeft == nil)
        #expect(talk.piece(3) == "piece 3 keep")
        #expect(talk.respond() == "", "it has its response")
        #expect(talk.streamEnded() == "end keep")
        #expect(talk.piece(3) == "" && talk.streamEnded() == "")
        #expect(talk.input == .parse)
    }

    @Test func http10HasItsEndAtTheEndOfTheConnection() {
        let talk = MachineDialogue()
        _ = talk.head {
            $0.minorVersion = 0
            $0.connectionKeepAlive = true
        }
        _ = talk.want()
        _ = talk.end()
        #expect(talk.stream() == "stream last 1.0")
        #expect(talk.streamEnded() == "end last 1.0")
        #expect(talk.input == .discard)
    }

    @Test func aStreamOutOfOrderIsNotBegun() {
        let talk = MachineDialogue()
        #expect(talk.stream() == "")
        _ = talk.head()
        #expect(talk.stream() == "")
        _ = talk.want()
        #expect(talk.stream() == "", "the body has not come")
    }

    // MARK: Draining

    @Test func theResponseUnderWayIsTheLast() {
        let talk = MachineDialogue()
        _ = talk.head()
        talk.drain()
        #expect(talk.respond() == "send 200 last")
        #expect(talk.sent() == "half-close")
    }

    @Test func whatHasNoResponseAtTheEndIsRefused() {
        let waiting = MachineDialogue()
        _ = waiting.head()
        waiting.drain()
        #expect(waiting.graceEnds() == "refuse 503 last")
        #expect(waiting.sent() == "half-close")
        let idle = MachineDialogue()
        #expect(idle.graceEnds() == "", "it asks for nothing")
    }

    @Test func anIdleConnectionHasTimeForOneMore() {
        let talk = MachineDialogue()
        talk.drain(1)
        #expect(talk.secondsLeft == 1)
        _ = talk.head()
        #expect(talk.respond() == "send 200 last")
        let silent = MachineDialogue()
        silent.drain(1)
        #expect(silent.wait(1) == "close")
        // No later than it would have been closed anyway.
        let late = MachineDialogue()
        #expect(late.wait(59.5) == "")
        late.drain(1)
        #expect(late.secondsLeft == 0.5)
    }
}
