/// Decides what happens next on a connection, and is the only place that does. Pure: events are methods in the past
/// tense; they return the ``ConnectionAction`` that is due, if any, or the terms of the response that may be sent. The
/// time comes in with each event, in nanoseconds of a clock that never goes back.
///
/// One request is served at a time and the next is not looked at before its response is complete, so responses are in
/// the order of requests.
struct ConnectionStateMachine {
    private let timeouts: Timeouts
    private let drainBytes: Int
    private let lingerBytes: Int
    private let requestsPerConnection: Int

    private var state: ConnectionState
    /// Of the state `receiving`, and nil in all others. It stands beside the state because Swift cannot change a payload in
    /// place: every event would copy the body's buffers out and in.
    private var body: IncomingBody?
    private var requests = 0
    private var isDraining = false
    /// The client has closed its side and all its bytes were read.
    private var inputEnded = false
    /// The time of a client for what waits to be sent; nil while nothing does.
    private var writeClock: WriteClock?
    /// When the work for a client that has closed its side is cancelled.
    private var workDeadline: UInt64?

    init(limits: ServerLimits, timeouts: Timeouts, now: UInt64) {
        self.timeouts = timeouts
        drainBytes = limits.drainBytes
        lingerBytes = limits.lingerBytes
        requestsPerConnection = limits.requestsPerConnection
        state = .idle(deadline: now + timeouts.idle)
    }

    var inputUse: InputUse {
        switch state {
        case .idle, .head, .discarding: .parse
        case .receiving: awaitsConsumer || awaitsTurn ? .wait : .parse
        case .deciding, .responding, .streaming, .closed: .wait
        case .closing, .lingering: .discard
        }
    }

    /// When ``deadlinePassed(now:)`` is to be called next; nil where time does not matter.
    var deadline: UInt64? {
        guard let writeClock else { return stateDeadline }
        return min(writeClock.deadline, stateDeadline ?? .max)
    }

    /// Since when a client has taken nothing of what waits to be sent; nil while nothing waits.
    var blockedSince: UInt64? { writeClock?.lastTaken }

    /// Bytes of memory that are held of a request's body.
    var heldInput: Int { body?.heldBytes ?? 0 }

    /// ``turnCame(now:)`` is to be called, as soon as others have had their turn.
    var awaitsTurn: Bool { body?.awaitsTurn ?? false }

    private var stateDeadline: UInt64? {
        switch state {
        case .idle(let deadline), .head(let deadline), .discarding(let deadline, _), .lingering(let deadline, _):
            deadline
        case .receiving: awaitsConsumer ? workDeadline : body?.deadline
        case .responding, .streaming: workDeadline
        case .deciding, .closing, .closed: nil
        }
    }

    private var awaitsConsumer: Bool { body?.awaitsConsumer ?? false }

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
        state = .deciding(ConnectionState.Exchange(request: request, keepAlive: keepAlive))
        if request.method == .connect { return refuse(.connectRefused, now: now) }
        if request.method == .other { return refuse(.unknownMethod, now: now) }
        if request.expectation == .unknown { return refuse(.unknownExpectation, now: now) }
        if request.form == .asterisk { return responseMade(now: now).map { .sendOptions($0) } }
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
        body = IncomingBody(flow, BodyClock(timeouts, now: now))
        state = .receiving(exchange)
        return exchange.request.announcesBytes && exchange.request.expectation == .interimResponse ? .sendContinue : nil
    }

    /// Bytes of the body came.
    ///
    /// - Parameter ahead: bytes that are known to follow, in the same chunk.
    mutating func bodyReceived(_ bytes: Span<UInt8>, ahead: Int, now: UInt64) -> ConnectionAction? {
        switch state {
        case .receiving(let exchange):
            return take(body?.arrived(bytes, ahead: ahead, now: now) ?? nil, exchange, now: now)
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

    /// It is the turn of this connection again.
    mutating func turnCame(now: UInt64) -> ConnectionAction? {
        advanceBody(now: now) { $0.turnCame() }
    }

    private mutating func advanceBody(
        now: UInt64, _ event: (inout BodyFlow) -> BodyFlow.Step?
    ) -> ConnectionAction? {
        guard case .receiving(let exchange) = state else { return nil }
        let step = body?.advance(now: now, event) ?? nil
        if !awaitsConsumer, body?.hasEnded == false { workDeadline = nil }
        return take(step, exchange, now: now)
    }

    /// Does what the flow of the body asks for.
    private mutating func take(_ step: BodyFlow.Step?, _ exchange: ConnectionState.Exchange, now: UInt64)
        -> ConnectionAction?
    {
        switch step {
        case nil: return nil
        case .give(let chunk): return .giveChunk(chunk)
        case .fail(let error): return refuse(error, now: now)
        case .finish(let bytes):
            state = .responding(exchange)
            body = nil
            return .finishBody(bytes)
        }
    }

    // MARK: The response

    /// The response is there: from the head alone, from the consumer of a body before its end, or after the body.
    ///
    /// - Returns: the terms on which it is to be sent; nil where none is due.
    mutating func responseMade(now: UInt64) -> ResponseTerms? {
        guard let (terms, hasUnreadBody) = termsOfResponse() else { return nil }
        end(terms, hasUnreadBody: hasUnreadBody, now: now)
        return terms
    }

    /// What a handler made is not a response that may be sent.
    mutating func responseFailed(now: UInt64) -> ConnectionAction? { fail(.internalError, now: now) }

    /// The pieces of a response's body will be made on the work pool.
    ///
    /// - Returns: the terms on which its header section is to be sent; nil where no response is due.
    mutating func streamBegan() -> ResponseTerms? {
        guard case .responding(let exchange) = state else { return nil }
        var terms = terms(exchange.request, exchange.keepAlive)
        // Without chunked coding the end of the body is the end of the connection.
        if terms.isHTTP10 { terms.keepAlive = false }
        state = .streaming(exchange, terms)
        return terms
    }

    /// A piece of a response's body was made.
    ///
    /// - Returns: the terms of its response; nil where it is not wanted any more.
    func pieceMade() -> ResponseTerms? {
        if case .streaming(_, let terms) = state { terms } else { nil }
    }

    mutating func streamEnded(now: UInt64) -> ConnectionAction? {
        guard case .streaming(_, let terms) = state else { return nil }
        end(terms, hasUnreadBody: false, now: now)
        return .endStream(terms)
    }

    /// The request's work is not done: there is no room for it, or none for what would come of it.
    mutating func workRefused(_ error: ServerError, now: UInt64) -> ConnectionAction? { fail(error, now: now) }

    /// There is no room for this connection.
    mutating func connectionRefused(now: UInt64) -> ConnectionAction? { refuse(.tooManyConnections, now: now) }

    /// Everything that was to be sent was sent.
    mutating func outputSent(now: UInt64) -> ConnectionAction? {
        writeClock = nil
        guard case .closing(let discarded) = state else { return nil }
        if inputEnded { return close() }
        state = .lingering(deadline: now + timeouts.drain, discarded: discarded)
        return .halfClose
    }

    /// The transport takes no more for now. Called again whenever it took something.
    ///
    /// - Parameter sent: bytes that it has taken so far, of the whole connection.
    mutating func outputBlocked(sent: Int, now: UInt64) {
        writeClock?.blocked(sent: sent, now: now)
        if writeClock == nil { writeClock = WriteClock(timeouts, sent: sent, now: now) }
    }

    // MARK: The end

    /// The client has closed its side, and there may be bytes before that which were not read.
    mutating func clientClosed(now: UInt64) {
        switch state {
        case .receiving where awaitsConsumer, .responding, .streaming:
            workDeadline = min(workDeadline ?? .max, now + timeouts.halfClose)
        // What it sent before is read first, and then its end.
        default: return
        }
    }

    /// The client has closed its side and all bytes before that were read.
    mutating func inputClosed(now: UInt64) -> ConnectionAction? {
        inputEnded = true
        switch state {
        case .idle, .discarding:
            guard writeClock != nil else { return close() }
            // The responses to its requests are still on their way.
            becomeClosing()
            return nil
        case .receiving where !awaitsConsumer: return close()
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
            return discarded + count > lingerBytes ? close() : nil
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
        if let writeClock, now >= writeClock.deadline {
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
        case .receiving where !awaitsConsumer:
            return body?.isLate(now: now) == true ? refuse(.bodyTimeout, now: now) : nil
        case .receiving, .responding, .streaming:
            workDeadline = nil
            return .cancelWork
        case .deciding, .closing, .closed: return nil
        }
    }

    // MARK: Transitions

    /// The terms of a response that is due now, and whether a part of the request's body follows that nobody reads.
    private func termsOfResponse() -> (ResponseTerms, hasUnreadBody: Bool)? {
        switch state {
        case .deciding(let exchange):
            let keepAlive = exchange.keepAlive && exchange.request.canBeReadOver(upTo: drainBytes)
            return (terms(exchange.request, keepAlive), exchange.request.body != .none)
        case .receiving(let exchange):
            let hasEnded = body?.hasEnded ?? true
            return (terms(exchange.request, exchange.keepAlive && hasEnded), !hasEnded)
        case .responding(let exchange):
            return (terms(exchange.request, exchange.keepAlive), false)
        default: return nil
        }
    }

    private func terms(_ request: RequestFraming, _ keepAlive: Bool) -> ResponseTerms {
        request.terms(keepAlive: keepAlive && !isDraining && !inputEnded)
    }

    private mutating func fail(_ error: ServerError, now: UInt64) -> ConnectionAction? {
        termsOfResponse() == nil ? nil : refuse(error, now: now)
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
        body = nil
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

    private mutating func becomeClosing() {
        state = .closing(discarded: 0)
        body = nil
    }

    private mutating func close() -> ConnectionAction {
        state = .closed
        body = nil
        writeClock = nil
        return .close
    }
}
