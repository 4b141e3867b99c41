import Testing

@testable import HTTPServer

/// Whole conversations: what a client says, and what it hears.
@Suite struct DialogueTests {
    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private let root = "HTTP/1.1 200 OK\nContent-Length: 4\n\nroot"

    // MARK: Keep-alive and order

    @Test func oneRequestAfterTheOther() {
        let talk = Dialogue()
        #expect(talk.say(get) == root)
        #expect(talk.say(get) == root)
        #expect(!talk.isClosed && !talk.isHalfClosed)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() {
        let talk = Dialogue()
        let answer = talk.say(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\(get)"
                + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyou\r\n0\r\n\r\n\(get)")
        #expect(
            answer
                == "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi\(root)HTTP/1.1 200 OK\nContent-Length: 3\n\nyou\(root)")
    }

    @Test func nothingIsReadWhileAnAnswerIsAwaited() {
        let talk = Dialogue()
        #expect(talk.say("POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\(get)") == "")
        #expect(!talk.http.acceptsInput)
        #expect(talk.runWork() == "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi\(root)")
    }

    @Test func closeIsHonoured() {
        let talk = Dialogue()
        #expect(
            talk.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n\(get)")
                == "HTTP/1.1 200 OK\nContent-Length: 4\nConnection: close\n\nroot")
        #expect(talk.isHalfClosed && !talk.isClosed)
        talk.hangUp()
        #expect(talk.isClosed)
    }

    @Test func http10ClosesUnlessAskedNotTo() {
        let talk = Dialogue()
        #expect(
            talk.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                == "HTTP/1.1 200 OK\nContent-Length: 4\nConnection: keep-alive\n\nroot")
        #expect(
            talk.say("GET / HTTP/1.0\r\n\r\n") == "HTTP/1.1 200 OK\nContent-Length: 4\nConnection: close\n\nroot")
        #expect(talk.isHalfClosed)
    }

    @Test func theLastRequestOfAConnection() {
        var limits = ServerLimits()
        limits.requestsPerConnection = 2
        let talk = Dialogue(limits: limits)
        #expect(talk.say(get) == root)
        #expect(talk.say(get + get) == "HTTP/1.1 200 OK\nContent-Length: 4\nConnection: close\n\nroot")
        #expect(talk.isHalfClosed)
    }

    @Test func headAndBodilessAnswers() {
        let talk = Dialogue()
        #expect(talk.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") == "HTTP/1.1 200 OK\nContent-Length: 4\n\n")
        #expect(talk.say("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n") == "HTTP/1.1 204 No Content\n\n")
        #expect(talk.say("GET /wrong HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 500 "))
        #expect(talk.say(get) == root)
    }

    @Test func serverWideRequests() {
        let talk = Dialogue()
        #expect(
            talk.say("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
                == "HTTP/1.1 204 No Content\nAllow: GET, HEAD, POST, OPTIONS\n\n")
        #expect(talk.say("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 501 "))
        #expect(talk.say(get) == root)
        let refused = talk.say("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(refused.hasPrefix("HTTP/1.1 405 ") && refused.contains("Allow: "))
        #expect(talk.isHalfClosed)
    }

    // MARK: Bodies

    @Test func continueIsSentBeforeTheBodyIsRead() {
        let talk = Dialogue()
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        #expect(talk.say(head) == "HTTP/1.1 100 Continue\n\n")
        #expect(talk.say("hi") == "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi")
        // An announced body that is refused from the head alone ends the connection: it may or may not follow.
        let refused = talk.say("POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(refused == "HTTP/1.1 404 Not Found\nContent-Length: 4\nConnection: close\n\nnone")
        #expect(talk.isHalfClosed)
    }

    @Test func continueIsNotSentTo10NorWithoutABody() {
        let talk = Dialogue()
        #expect(
            talk.say("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")
                == "HTTP/1.1 200 OK\nContent-Length: 0\n\n")
        #expect(
            talk.say("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n") == "")
        #expect(talk.say("hi") == "HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nhi")
    }

    @Test func anUnknownExpectationIsRefused() {
        let talk = Dialogue()
        #expect(talk.say("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n").hasPrefix("HTTP/1.1 417 "))
        #expect(talk.say(get) == root)
    }

    /// After an early answer a body that some expectation stands before may never come: what comes instead must not be taken for
    /// it, nor a body for a request.
    @Test(arguments: [
        ("POST /echo HTTP/1.1\r\nExpect: y 100-continue\r\nContent-Length: 38", 417),
        ("POST /echo HTTP/1.1\r\nExpect: x\r\nTransfer-Encoding: chunked", 417),
        ("POST /echo HTTP/1.1\r\nExpect: 100-continue, x\r\nContent-Length: 38", 417),
        ("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Encoding: br\r\nContent-Length: 38", 415),
        ("POST /small HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 38", 413),
        ("POST /small HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 38", 413),
        ("POST /up HTTP/1.0\r\nConnection: keep-alive\r\nExpect: x\r\nContent-Encoding: br\r\nContent-Length: 8", 415),
        ("POST /none HTTP/1.0\r\nConnection: keep-alive\r\nExpect: x\r\nContent-Length: 38", 404),
        ("BREW /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 38", 501),
        ("OPTIONS * HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 38", 204),
        ("CONNECT a:1 HTTP/1.1\r\nContent-Length: 38", 405),
    ])
    func anEarlyAnswerBeforeABodyThatMayNotComeIsTheLast(head: String, status: Int) {
        let talk = Dialogue()
        let answer = talk.say(head + "\r\nHost: a:1\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("\nConnection: close\n"))
        #expect(talk.isHalfClosed)
        #expect(talk.say(get) == "")
    }

    @Test func aBodyTooLargeIsRefusedBeforeItIsRead() {
        let talk = Dialogue()
        let answer = talk.say(
            "POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("Connection: close"))
        #expect(answer.contains("application/problem+json"))
        #expect(talk.isHalfClosed)
    }

    @Test func aChunkedBodyTooLargeIsRefusedWhenItGrows() {
        let talk = Dialogue()
        #expect(
            talk.say("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n") == "")
        #expect(talk.say("3\r\n1").hasPrefix("HTTP/1.1 413 "))
        // A chunk that is announced too large is refused with its first byte.
        let other = Dialogue()
        let head = "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n"
        #expect(other.say(head) == "")
        #expect(other.say("x").hasPrefix("HTTP/1.1 413 "))
    }

    @Test func anUnwantedBodyIsReadOver() {
        let talk = Dialogue()
        let answer = talk.say("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /")
        #expect(answer == "HTTP/1.1 404 Not Found\nContent-Length: 4\n\nnone")
        #expect(talk.say(get) == root)
        #expect(talk.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n") == root)
        #expect(talk.say("0\r\n\r\n\(get)") == root)
    }

    @Test func aLongUnwantedBodyEndsTheConnection() {
        var limits = ServerLimits()
        limits.drainBytes = 10
        let talk = Dialogue(limits: limits)
        #expect(talk.say("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n").contains("Connection: close"))
        #expect(talk.isHalfClosed)
        // Chunked, its length is found out too late to say so.
        let other = Dialogue(limits: limits)
        #expect(!other.say("POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").contains("close"))
        other.say("b\r\n12345678901\r\n")
        #expect(other.isHalfClosed)
    }

    @Test func garbageAfterAnEarlyAnswerEndsTheConnectionWithoutAnother() {
        let talk = Dialogue()
        talk.say("POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(talk.say("garbage") == "")
        #expect(talk.isHalfClosed)
    }

    // MARK: Errors

    @Test func afterAnErrorNothingIsAnswered() {
        let talk = Dialogue()
        let answer = talk.say("GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n\(get)")
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\nContent-Type: application/problem+json\n"))
        #expect(answer.contains("\"status\":400") && answer.contains("Connection: close"))
        #expect(talk.isHalfClosed)
        #expect(talk.say(get) == "")
    }

    @Test func drainingAfterAnErrorIsBounded() {
        var limits = ServerLimits()
        limits.lingerBytes = 100
        let talk = Dialogue(limits: limits)
        talk.say("x y z\r\n")
        #expect(talk.isHalfClosed)
        talk.say([UInt8](repeating: 0, count: 90))
        #expect(!talk.isClosed)
        talk.say([UInt8](repeating: 0, count: 11))
        #expect(talk.isClosed)
        let slow = Dialogue(limits: limits)
        slow.say("x y z\r\n")
        slow.wait(1.9)
        #expect(!slow.isClosed)
        slow.wait(0.1)
        #expect(slow.isClosed)
    }

    @Test(arguments: ["", "GET / HT", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel"])
    func anEndInsideARequestIsNotAnswered(text: String) {
        let talk = Dialogue()
        talk.say(text)
        #expect(talk.hangUp() == "")
        #expect(talk.isClosed)
    }

    // MARK: Work

    @Test func aFullQueueIsSaidAtOnce() {
        let talk = Dialogue()
        talk.box.isFull = true
        let answer = talk.say("POST /work HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 1"))
        talk.box.isFull = false
    }

    @Test func workForAClientThatHasGoneIsCancelled() {
        let talk = Dialogue()
        talk.say("POST /work HTTP/1.1\r\nHost: a\r\n\r\n")
        guard case .respond(_, let context)? = talk.box.works.first else {
            Issue.record("no work")
            return
        }
        talk.hangUp()
        talk.wait(0.9)
        #expect(!context.isCancelled)
        talk.wait(0.1)
        #expect(context.isCancelled)
        #expect(talk.runWork().hasPrefix("HTTP/1.1 503 "))
        #expect(talk.isClosed)
    }

    @Test func aHalfClosedClientGetsItsAnswer() {
        let talk = Dialogue()
        talk.say("POST /work HTTP/1.1\r\nHost: a\r\n\r\n")
        talk.hangUp()
        #expect(talk.runWork().hasPrefix("HTTP/1.1 200 "))
        #expect(talk.isClosed)
    }

    @Test func aBrokenConnectionCancelsItsWork() {
        let talk = Dialogue()
        talk.say("POST /work HTTP/1.1\r\nHost: a\r\n\r\n")
        guard case .respond(_, let context)? = talk.box.works.first else {
            Issue.record("no work")
            return
        }
        talk.breakOff()
        #expect(context.isCancelled)
        #expect(talk.runWork() == "")
    }

    @Test func aStreamedBodyIsHandedOnPieceByPiece() {
        let talk = Dialogue()
        talk.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab")
        #expect(talk.box.works.count == 1)
        talk.say("cd")
        #expect(talk.box.works.count == 1, "the next piece waits for the first")
        talk.runWork()
        #expect(talk.box.works.count == 1)
        talk.say("ef\(get)")
        talk.runWork()
        talk.runWork()
        #expect(talk.runWork() == "HTTP/1.1 200 OK\nContent-Length: 1\n\n6\(root)")
    }

    @Test func aConsumerMayAnswerEarly() {
        let talk = Dialogue()
        talk.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\na!")
        #expect(talk.runWork() == "HTTP/1.1 400 Bad Request\nContent-Length: 5\nConnection: close\n\nearly")
        #expect(talk.isHalfClosed)
        let whole = Dialogue()
        whole.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na!\(get)")
        #expect(whole.runWork() == "HTTP/1.1 400 Bad Request\nContent-Length: 5\n\nearly\(root)")
    }

    @Test func aStreamedAnswer() {
        let talk = Dialogue()
        #expect(
            talk.say("GET /events HTTP/1.1\r\nHost: a\r\n\r\n\(get)")
                == "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n")
        // The second piece may be left out, since the first was not sent when it came.
        #expect(talk.runWork() == "4\none\n\n5\nlast\n\n0\n\n\(root)")
        let old = Dialogue()
        #expect(
            old.say("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                == "HTTP/1.1 200 OK\nConnection: close\n\n")
        #expect(old.runWork() == "one\nlast\n")
        #expect(old.isHalfClosed)
    }

    // MARK: Time

    @Test func aSlowHeaderSection() {
        let talk = Dialogue()
        #expect(talk.wait(30) == "")
        talk.say("GET / HT")
        talk.wait(9)
        talk.say("TP/1.1\r\n")
        #expect(talk.wait(0.9) == "")
        #expect(talk.wait(0.1).hasPrefix("HTTP/1.1 408 "))
        #expect(talk.isHalfClosed)
        talk.wait(2)
        #expect(talk.isClosed)
    }

    @Test func aSlowBody() {
        let talk = Dialogue()
        talk.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        talk.say([UInt8](repeating: 65, count: 2500))
        #expect(talk.wait(5) == "")
        talk.say([UInt8](repeating: 65, count: 2499))
        #expect(talk.wait(5).hasPrefix("HTTP/1.1 408 "))
    }

    @Test func aBodyThatTakesTooLongInAll() {
        let talk = Dialogue()
        talk.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        for _ in 0..<29 {
            talk.say([UInt8](repeating: 65, count: 600))
            #expect(talk.wait(1) == "")
        }
        #expect(talk.wait(1).hasPrefix("HTTP/1.1 408 "))
    }

    /// A trace of a gigabyte over a slow link: 50 KB/s is far above the least rate, and takes hours.
    @Test func aLongBodyHasItsTimeForEachStretch() {
        let talk = Dialogue()
        talk.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in 0..<120 {
            talk.say([UInt8](repeating: 65, count: 50_000))
            talk.runWork()
            #expect(talk.wait(1) == "")
        }
        // At a fiftieth of that, the first megabyte does not come in time.
        let slow = Dialogue()
        slow.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
        var said = ""
        for _ in 0..<31 where said.isEmpty {
            slow.say([UInt8](repeating: 65, count: 1000))
            slow.runWork()
            said += slow.wait(1)
        }
        #expect(said.hasPrefix("HTTP/1.1 408 "))
    }

    @Test func timeInWhichTheServerDoesNotReadDoesNotCount() {
        let chunk = [UInt8](repeating: 65, count: BodyFlow.chunkLimit)
        let talk = Dialogue()
        talk.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: \(2 * chunk.count + 2)\r\n\r\n")
        talk.say(chunk)
        talk.say(chunk)
        #expect(talk.wait(100) == "")
        talk.runWork()
        talk.runWork()
        talk.wait(1)
        talk.say("cd")
        talk.runWork()
        #expect(talk.runWork() == "HTTP/1.1 200 OK\nContent-Length: 6\n\n131074")
    }

    @Test func oneChunkIsReadAheadOfTheConsumer() {
        let chunk = [UInt8](repeating: 65, count: BodyFlow.chunkLimit)
        let talk = Dialogue()
        talk.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: \(3 * chunk.count)\r\n\r\n")
        talk.say(chunk)
        #expect(talk.http.acceptsInput)
        talk.say(chunk)
        #expect(!talk.http.acceptsInput && talk.box.works.count == 1)
        talk.runWork()
        #expect(talk.http.acceptsInput && talk.box.works.count == 1)
        talk.say(chunk)
        talk.runWork()
        talk.runWork()
        #expect(talk.runWork().hasSuffix("\n\n\(3 * chunk.count)"))
    }

    @Test func whatABusyConsumerSaysOfARefusedRequestIsNotWanted() {
        let talk = Dialogue()
        talk.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na!")
        #expect(talk.wait(100).hasPrefix("HTTP/1.1 408 "))
        #expect(talk.runWork() == "")
        #expect(talk.box.works.isEmpty)
    }

    @Test func anIdleConnectionIsClosedSilently() {
        let talk = Dialogue()
        talk.say(get)
        talk.wait(59.9)
        #expect(!talk.isClosed)
        #expect(talk.wait(0.1) == "")
        #expect(talk.isClosed)
    }

    @Test func aClientThatDoesNotReadIsReset() {
        let talk = Dialogue()
        talk.isBlocked = true
        talk.say("GET /big HTTP/1.1\r\nHost: a\r\n\r\n\(get)")
        talk.wait(29.9)
        #expect(!talk.isClosed)
        talk.wait(0.1)
        #expect(talk.commands == [.reset])
    }

    @Test func requestsBehindAFullOutputWait() {
        let talk = Dialogue()
        talk.isBlocked = true
        talk.say("GET /big HTTP/1.1\r\nHost: a\r\n\r\n\(get)")
        #expect(!talk.http.acceptsInput)
        #expect(talk.unblock().hasSuffix("x\(root)"))
    }

    // MARK: Draining

    @Test func drainingAnswersWithClose() {
        let talk = Dialogue()
        talk.say("POST /work HTTP/1.1\r\nHost: a\r\n\r\n")
        talk.drain()
        #expect(talk.runWork() == "HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n")
        let idle = Dialogue()
        idle.say(get)
        idle.drain()
        idle.wait(0.5)
        #expect(idle.say(get) == "HTTP/1.1 200 OK\nContent-Length: 4\nConnection: close\n\nroot")
        let silent = Dialogue()
        silent.drain()
        silent.wait(1)
        #expect(silent.isClosed)
    }

    @Test func workThatIsNotDoneInTimeIsRefused() {
        let talk = Dialogue()
        talk.say("POST /work HTTP/1.1\r\nHost: a\r\n\r\n")
        talk.drain()
        let refusal = talk.graceEnds()
        #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Connection: close"))
        #expect(refusal.contains("Retry-After: "))
        #expect(talk.runWork() == "", "what comes of it later is not sent")
    }

    // MARK: Identifiers

    @Test(arguments: [("abc-1", true), ("a b", false), ("x\"", false), (String(repeating: "x", count: 129), false)])
    func theCallersIdentifierIsRepeatedIfSane(id: String, sane: Bool) {
        let talk = RawTalk()
        let answer = talk.say("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n")
        #expect(answer.contains("X-Request-Id: \(id)\r\n") == sane)
        #expect(answer.contains("X-Request-Id: "))
        #expect(answer.contains("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"))
    }
}

/// A dialogue that shows every byte of the answer.
private final class RawTalk {
    private var http: HTTPConnection

    init() {
        let services = ConnectionServices(
            handler: DialogueHandler(), limits: ServerLimits(), seed: 1, submit: { _, _ in .workQueueFull })
        services.date.update(to: 0)
        http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: .unknown, listener: .main, isTLS: false),
            id: ConnectionID(index: 0, generation: 0), now: 0)
    }

    func say(_ text: String) -> String {
        let bytes = Array(text.utf8)
        _ = http.receive(bytes.span, now: 0)
        return http.output.withNext { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
