/// Decides what happens next on a connection, and is the only place that does. Pure: events are methods in the past
/// tense; they return the ``ConnectionAction`` that is due, if any. The time comes in with each event, in nanoseconds
/// of a clock that never goes back.
///
/// One request is served at a time and the next is not looked at before its response is complete, so responses are in
/// the order of requests.
struct ConnectionStateMachine {
    private enum State {
        /// Nothing of a next request has come.
        case idle(deadline: UInt64)
        /// The end of the header section is awaited.
        case head(deadline: UInt64)
        /// The handler is to say what happens with the request.
        case deciding(Exchange)
        /// The body is awaited, or the consumer of its last chunks.
        case receiving(Exchange, BodyFlow, BodyClock)
        /// The body has come; the response is awaited.
        case responding(Exchange)
        /// The rest of a response's body is awaited, in pieces.
        case streaming(Exchange, ResponseTerms)
        /// The response was given; the rest of the unread body is awaited, to be thrown away.
        case discarding(deadline: UInt64, count: Int)
        /// The last response was given; the end of its transmission is awaited.
        case closing(discarded: Int)
        /// The last response was sent and our side closed; the client's end is awaited (RFC 9112, section 9.6).
        case lingering(deadline: UInt64, discarded: Int)
        case closed
    }

    /// The request being served.
    private struct Exchange {
        let request: RequestFraming
        let keepAlive: Bool
    }

    private let timeouts: Timeouts
    private let drainBytes: Int
    private let requestsPerConnection: Int

    private var state: State
    private var requests = 0
    private var isDraining = false
    /// The client has closed its side and all its bytes were read.
    private var inputEnded = false
    /// When a client that takes nothing is given up; nil while nothing waits to be sent.
    private var writeDeadline: UInt64?
    /// When the work for a client that has closed its side is cancelled.
    private var workDeadline: UInt64?

    init(limits: ServerLimits, timeouts: Timeouts, now: UInt64) {
        self.timeouts = timeouts
        drainBytes = limits.drainBytes
        requestsPerConnection = limits.requestsPerConnection
        state = .idle(deadline: now + timeouts.idle)
    }

    /// What becomes of bytes from the client.
    var inputUse: InputUse {
        switch state {
        case .idle, .head, .discarding: .parse
        case .receiving(_, let flow, _): flow.awaitsConsumer ? .wait : .parse
        case .deciding, .responding, .streaming, .closed: .wait
        case .closing, .lingering: .discard
        }
    }

    /// When ``deadlinePassed(now:)`` is to be called next; nil where time does not matter.
    var deadline: UInt64? {
        guard let writeDeadline else { return stateDeadline }
        return min(writeDeadline, stateDeadline ?? .max)
    }

    private var stateDeadline: UInt64? {
        switch state {
        case .idle(let deadline), .head(let deadline), .discarding(let deadline, _), .lingering(let deadline, _):
            deadline
        case .receiving(_, let flow, let clock): flow.awaitsConsumer ? workDeadline : clock.deadline
        case .responding, .streaming: workDeadline
        case .deciding, .closing, .closed: nil
        }
    }

    // MARK: The request

    /// A byte that belongs to a request was seen.
    mutating func requestSeen(now: UInt64) -> ConnectionAction? {
        guard case .idle = state else { return nil }
        state = .head(deadline: now + timeouts.header)
        return .beginRequest
    }

    /// The header section is complete.
    mutating func headReceived(_ request: RequestFraming, now: UInt64) -> ConnectionAction? {
        guard case .head = state else { return nil }
        requests += 1
        let keepAlive = request.asksToKeepAlive && requests < requestsPerConnection
        state = .deciding(Exchange(request: request, keepAlive: keepAlive))
        if request.method == .connect { return refuse(.connectRefused, now: now) }
        if request.method == .other { return refuse(.unknownMethod, now: now) }
        if request.unknownExpectation { return refuse(.unknownExpectation, now: now) }
        if request.form == .asterisk { return responseMade(ServerResponses.options, now: now) }
        return .askHandler
    }

    /// The handler wants the body, of at most `limit` bytes.
    mutating func bodyWanted(
        _ delivery: BodyFlow.Delivery, coding: ContentCoding.Requested, limit: Int, now: UInt64
    ) -> ConnectionAction? {
        guard case .deciding(let exchange) = state else { return nil }
        if coding == .unsupported { return refuse(.unsupportedCoding, now: now) }
        if case .length(let length) = exchange.request.body, length > limit { return refuse(.bodyTooLarge, now: now) }
        let flow = BodyFlow(delivery, coding: coding.known, limit: limit)
        state = .receiving(exchange, flow, BodyClock(timeouts, now: now))
        return exchange.request.announcesBytes && exchange.request.expectsContinue ? .sendContinue : nil
    }

    /// Bytes of the body came.
    ///
    /// - Parameter ahead: bytes that are known to follow, in the same chunk.
    mutating func bodyReceived(_ bytes: Span<UInt8>, ahead: Int, now: UInt64) -> ConnectionAction? {
        switch state {
        case .receiving(let exchange, var flow, var clock):
            // The bytes that are held must have one owner while they grow.
            state = .closed
            clock.received(bytes.count, now: now)
            let step = flow.arrived(bytes, ahead: ahead)
            return take(step, exchange, flow, clock, now: now)
        case .discarding(let deadline, let count):
            state = .discarding(deadline: deadline, count: count + bytes.count)
            if count + bytes.count > drainBytes { becomeClosing() }
            return nil
        default: return nil
        }
    }

    /// The bytes that were read at once are used up.
    mutating func batchEnded(now: UInt64) -> ConnectionAction? {
        advanceBody(now: now) { $0.batchEnded() }
    }

    /// The request is complete.
    mutating func requestEnded(now: UInt64) -> ConnectionAction? {
        if case .discarding = state {
            becomeIdle(now: now)
            return nil
        }
        return advanceBody(now: now) { $0.ended() }
    }

    /// The bytes are not HTTP, or too much of it.
    mutating func parseFailed(_ error: ParseError, now: UInt64) -> ConnectionAction? {
        if case .discarding = state {
            // A response was given to this request already: there is nothing more to say.
            becomeClosing()
            return nil
        }
        return refuse(.malformed(error), now: now)
    }

    /// The consumer is done with a chunk of the body.
    mutating func chunkConsumed(now: UInt64) -> ConnectionAction? {
        advanceBody(now: now) { $0.consumed() }
    }

    private mutating func advanceBody(
        now: UInt64, _ event: (inout BodyFlow) -> BodyFlow.Step?
    ) -> ConnectionAction? {
        guard case .receiving(let exchange, var flow, let clock) = state else { return nil }
        state = .closed
        let step = event(&flow)
        return take(step, exchange, flow, clock, now: now)
    }

    /// Does what the flow of the body asks for, and stops or restarts the client's clock.
    private mutating func take(
        _ step: BodyFlow.Step?, _ exchange: Exchange, _ flow: BodyFlow, _ clock: BodyClock, now: UInt64
    ) -> ConnectionAction? {
        if case .finish(let body) = step {
            state = .responding(exchange)
            return .finishBody(body)
        }
        if !flow.awaitsConsumer { workDeadline = nil }
        var clock = clock
        clock.setPaused(flow.awaitsConsumer, now: now)
        state = .receiving(exchange, flow, clock)
        switch step {
        case .give(let chunk): return .giveChunk(chunk)
        case .fail(let error): return refuse(error, now: now)
        case .finish, nil: return nil
        }
    }

    // MARK: The response

    /// The response is there: from the head alone, from the consumer of a body before its end, or after the body.
    mutating func responseMade(_ response: Response, now: UInt64) -> ConnectionAction? {
        guard let (terms, hasUnreadBody) = termsOfResponse() else { return nil }
        // A handler may not send interim or unheard-of statuses.
        guard response.isFinal else { return refuse(.internalError, now: now) }
        end(terms, hasUnreadBody: hasUnreadBody, now: now)
        return .send(response, terms)
    }

    /// The pieces of a response's body will be made on the work pool.
    mutating func streamBegan(_ head: Response, now: UInt64) -> ConnectionAction? {
        guard case .responding(let exchange) = state else { return nil }
        var terms = terms(exchange.request, exchange.keepAlive)
        // Without chunked coding the end of the body is the end of the connection.
        if terms.isHTTP10 { terms.keepAlive = false }
        state = .streaming(exchange, terms)
        return .beginStream(head, terms)
    }

    mutating func pieceMade(_ bytes: [UInt8]) -> ConnectionAction? {
        guard case .streaming(_, let terms) = state else { return nil }
        return .sendPiece(bytes, terms)
    }

    mutating func streamEnded(now: UInt64) -> ConnectionAction? {
        guard case .streaming(_, let terms) = state else { return nil }
        end(terms, hasUnreadBody: false, now: now)
        return .endStream(terms)
    }

    /// The work pool has no room for the request.
    mutating func workRefused(now: UInt64) -> ConnectionAction? {
        termsOfResponse() == nil ? nil : refuse(.workQueueFull, now: now)
    }

    /// There is no room for this connection.
    mutating func connectionRefused(now: UInt64) -> ConnectionAction? { refuse(.tooManyConnections, now: now) }

    /// Everything that was to be sent was sent.
    mutating func outputSent(now: UInt64) -> ConnectionAction? {
        writeDeadline = nil
        guard case .closing(let discarded) = state else { return nil }
        if inputEnded { return close() }
        state = .lingering(deadline: now + timeouts.drain, discarded: discarded)
        return .halfClose
    }

    /// The transport takes no more for now. Called again whenever it took something.
    mutating func outputBlocked(now: UInt64) { writeDeadline = now + timeouts.write }

    // MARK: The end

    /// The client has closed its side, and there may be bytes before that which were not read.
    mutating func clientClosed(now: UInt64) {
        switch state {
        case .receiving(_, let flow, _) where !flow.awaitsConsumer: return
        case .receiving, .responding, .streaming:
            workDeadline = min(workDeadline ?? .max, now + timeouts.halfClose)
        // What it sent before is read first, and then its end.
        case .idle, .head, .deciding, .discarding, .closing, .lingering, .closed: return
        }
    }

    /// The client has closed its side and all bytes before that were read.
    mutating func inputClosed(now: UInt64) -> ConnectionAction? {
        inputEnded = true
        switch state {
        case .idle, .discarding:
            guard writeDeadline != nil else { return close() }
            // The responses to its requests are still on their way.
            becomeClosing()
            return nil
        case .receiving(_, let flow, _) where !flow.awaitsConsumer: return close()
        // An incomplete request gets no response: its client is as good as gone (RFC 9112, section 8).
        case .head, .lingering: return close()
        case .deciding, .receiving, .responding, .streaming:
            clientClosed(now: now)
            return nil
        case .closing, .closed: return nil
        }
    }

    /// Bytes were thrown away unparsed.
    mutating func inputDiscarded(_ count: Int) -> ConnectionAction? {
        switch state {
        case .closing(let discarded):
            state = .closing(discarded: discarded + count)
            return nil
        case .lingering(let deadline, let discarded):
            state = .lingering(deadline: deadline, discarded: discarded + count)
            return discarded + count > drainBytes ? close() : nil
        default: return nil
        }
    }

    /// The server is going to stop: this request is the last, and an idle connection has `grace` for another one.
    mutating func drainBegan(now: UInt64, grace: UInt64) {
        isDraining = true
        if case .idle(let deadline) = state { state = .idle(deadline: min(deadline, now + grace)) }
    }

    /// No more requests can be read and no more responses written; what the transport itself has to say is to be sent.
    mutating func transportFailed() {
        switch state {
        case .closed, .lingering: return
        default: becomeClosing()
        }
    }

    /// The socket is closed.
    mutating func connectionClosed() { _ = close() }

    /// The deadline has passed.
    mutating func deadlinePassed(now: UInt64) -> ConnectionAction? {
        if let writeDeadline, now >= writeDeadline {
            _ = close()
            return .reset
        }
        guard let stateDeadline, now >= stateDeadline else { return nil }
        switch state {
        case .idle, .lingering: return close()
        case .discarding:
            becomeClosing()
            return nil
        case .head: return refuse(.headerTimeout, now: now)
        case .receiving(let exchange, let flow, var clock) where !flow.awaitsConsumer:
            let isLate = clock.isLate(now: now)
            state = .receiving(exchange, flow, clock)
            return isLate ? refuse(.bodyTimeout, now: now) : nil
        case .receiving, .responding, .streaming:
            workDeadline = nil
            return .cancelWork
        case .deciding, .closing, .closed: return nil
        }
    }

    // MARK: Transitions

    /// The terms on which a response can be given now, and whether a part of the request's body follows that nobody reads; nil
    /// where no response is due.
    private func termsOfResponse() -> (ResponseTerms, hasUnreadBody: Bool)? {
        switch state {
        case .deciding(let exchange):
            let keepAlive = exchange.keepAlive && exchange.request.canBeReadOver(upTo: drainBytes)
            return (terms(exchange.request, keepAlive), exchange.request.body != .none)
        case .receiving(let exchange, let flow, _):
            return (terms(exchange.request, exchange.keepAlive && flow.hasEnded), !flow.hasEnded)
        case .responding(let exchange):
            return (terms(exchange.request, exchange.keepAlive), false)
        default: return nil
        }
    }

    private func terms(_ request: RequestFraming, _ keepAlive: Bool) -> ResponseTerms {
        ResponseTerms(
            keepAlive: keepAlive && !isDraining && !inputEnded, isHTTP10: request.minorVersion == 0,
            isHead: request.method == .head)
    }

    private mutating func refuse(_ error: ServerError, now: UInt64) -> ConnectionAction? {
        var terms = terms(RequestFraming(), false)
        var hasUnreadBody = false
        switch state {
        case .idle, .head: break
        default:
            guard let due = termsOfResponse() else { return nil }
            (terms, hasUnreadBody) = due
        }
        switch error {
        case .connectRefused: terms.keepAlive = false
        case .bodyTooLarge where hasUnreadBody: terms.keepAlive = false
        default: break
        }
        end(terms, hasUnreadBody: hasUnreadBody, now: now)
        return .refuse(error, terms)
    }

    /// A response was given in full.
    private mutating func end(_ terms: ResponseTerms, hasUnreadBody: Bool, now: UInt64) {
        workDeadline = nil
        if !terms.keepAlive {
            becomeClosing()
        } else if hasUnreadBody {
            state = .discarding(deadline: now + timeouts.body, count: 0)
        } else {
            becomeIdle(now: now)
        }
    }

    private mutating func becomeIdle(now: UInt64) {
        state = inputEnded ? .closing(discarded: 0) : .idle(deadline: now + timeouts.idle)
    }

    private mutating func becomeClosing() { state = .closing(discarded: 0) }

    private mutating func close() -> ConnectionAction {
        state = .closed
        writeDeadline = nil
        return .close
    }
}
