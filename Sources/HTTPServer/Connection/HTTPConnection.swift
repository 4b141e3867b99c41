/// The HTTP side of a connection: request bytes in, response bytes out, and commands to whoever holds the socket.
///
/// It joins the parser, the state machine, the handler and the writer, and does no I/O: time and bytes come in with
/// each call, so that tests and fuzzers can hold whole dialogues with it. What happens next is decided by the state
/// machine alone; here it is done.
struct HTTPConnection {
    /// What the holder of the socket is to do, once `output` has been dealt with.
    enum Command: Equatable {
        /// Close our side of the connection.
        case halfClose
        case close
        /// Close at once; what was not sent is given up.
        case reset
    }

    /// Bytes waiting to be sent beyond which no further request is looked at.
    static let outputLimit = 64 * 1024

    /// Bytes that are held of any body, however many others there are.
    static let uncountedInput = 4 * 1024

    let services: ConnectionServices
    let info: ConnectionInfo
    let id: ConnectionID
    private var parser: RequestParser
    private var machine: ConnectionStateMachine
    private var writer: ResponseWriter
    private var reports: ResponseReports
    /// The request being served; nil between requests.
    private var request: ServedRequest?
    private var command: Command?
    private var turn = RequestTurn()
    /// What was counted of ``heldInput``, for the whole process.
    var countedInput = 0

    init(services: ConnectionServices, info: ConnectionInfo, id: ConnectionID, now: UInt64) {
        self.services = services
        self.info = info
        self.id = id
        parser = RequestParser(limits: services.limits, pool: services.heads)
        machine = ConnectionStateMachine(limits: services.limits, timeouts: services.timeouts, now: now)
        writer = ResponseWriter(services)
        reports = ResponseReports(services, peer: info.peer)
    }

    /// Bytes to be sent.
    var output: OutputBuffer {
        get { writer.output }
        _modify { yield &writer.output }
    }

    /// Bytes of memory that are held for the client to read.
    var heldOutput: Int { writer.output.heldBytes }

    /// Bytes of memory that are held of a request whose rest is awaited.
    var heldInput: Int { machine.heldInput }

    /// Whether ``receive(_:now:)`` would use bytes now.
    var acceptsInput: Bool {
        machine.inputUse == .parse && !turn.isOver && writer.output.count < Self.outputLimit
    }

    /// ``turnCame(now:)`` is to be called, as soon as others have had their turn.
    var awaitsTurn: Bool { machine.awaitsTurn || turn.isOver }

    /// Since when the client has taken nothing of what waits to be sent; nil while nothing waits.
    var blockedSince: UInt64? { machine.blockedSince }

    /// Whether bytes are to be thrown away; they are only counted, with ``discard(_:)``.
    var discardsInput: Bool { machine.inputUse == .discard }

    /// When ``deadlinePassed(now:)`` is to be called; nil where time does not matter.
    var deadline: UInt64? { machine.deadline }

    /// What to do now, if anything; to be asked once all of `output` that can be sent is sent.
    mutating func takeCommand() -> Command? {
        defer { command = nil }
        return command
    }

    /// Others have had their turn, and it is that of this connection.
    mutating func turnCame(now: UInt64) {
        turn = RequestTurn()
        perform(machine.turnCame(now: now), now: now)
    }

    // MARK: From the client

    /// Takes bytes from the client, as many as can be used now.
    ///
    /// - Returns: how many were used. The others are to be offered again when ``acceptsInput`` is true again; then it
    ///   has to be called even without bytes, because the end of a request may be pending.
    mutating func receive(_ input: Span<UInt8>, now: UInt64) -> Int {
        var position = 0
        while acceptsInput {
            let event = parser.next(input, &position)
            if !parser.isBetweenRequests || event == .head { perform(machine.requestSeen(now: now), now: now) }
            switch event {
            case .needMore:
                perform(machine.batchEnded(now: now), now: now)
                return position
            case .head:
                receiveHead(now: now)
            case .body(let range):
                request?.receivedBytes += range.count
                let bytes = input.extracting(range)
                perform(machine.bodyReceived(bytes, ahead: parser.remaining, now: now), now: now)
                countInput(now: now)
            case .end:
                perform(machine.requestEnded(now: now), now: now)
                // The clock is only read where another request waits.
                if position < input.count, let clock = services.clock { turn.requestEnded(now: clock()) }
            case .failed(let error):
                perform(machine.parseFailed(error, now: now), now: now)
            }
        }
        if discardsInput {
            discard(input.count - position)
            return input.count
        }
        return position
    }

    /// Counts what is held of the body, and refuses it where it is too much with that of all others.
    private mutating func countInput(now: UInt64) {
        let held = machine.heldInput
        guard held > Self.uncountedInput, held > countedInput else { return }
        let isTooMuch = services.holdInput(held - countedInput)
        countedInput = held
        if isTooMuch { perform(machine.workRefused(.bodiesWaiting, now: now), now: now) }
    }

    /// Bytes came that nobody will parse.
    mutating func discard(_ count: Int) {
        if count > 0 { perform(machine.inputDiscarded(count), now: 0) }
    }

    /// The client has closed its side; there may be bytes before that which were not offered yet.
    mutating func clientClosed(now: UInt64) { machine.clientClosed(now: now) }

    /// The client has closed its side, and all bytes before that were offered and used.
    mutating func inputClosed(now: UInt64) { perform(machine.inputClosed(now: now), now: now) }

    // MARK: From the work pool

    /// Something came back from the work pool.
    mutating func workFinished(_ result: WorkResult, now: UInt64) {
        switch result {
        case .response(let response):
            request?.work = nil
            respond(response, now: now)
        case .consumed(let consumer, let response):
            // Of a request that was refused meanwhile, nothing is wanted any more.
            guard case .stream(let current) = request?.bodyTaker, current === consumer else { return }
            if let response {
                respond(response, now: now)
            } else {
                perform(machine.chunkConsumed(now: now), now: now)
            }
        case .refused(let error):
            request?.work = nil
            perform(machine.workRefused(error, now: now), now: now)
        case .streamPiece(let bytes): if let terms = machine.pieceMade() { sendPiece(bytes, terms) }
        case .streamEnded: perform(machine.streamEnded(now: now), now: now)
        }
    }

    // MARK: From the transport

    /// All of `output` was sent.
    mutating func outputSent(now: UInt64) {
        reports.send(completed: true, now: now)
        if let pending = request?.stream?.pending, pending > 0 {
            request?.stream?.backlog.subtract(pending)
            request?.stream?.pending = 0
        }
        perform(machine.outputSent(now: now), now: now)
    }

    /// The socket takes no more of `output` for now; to be called whenever it took some but not all.
    ///
    /// - Parameter sent: bytes that it has taken so far.
    mutating func outputBlocked(sent: Int, now: UInt64) { machine.outputBlocked(sent: sent, now: now) }

    /// The transport below can carry no more requests or responses. It may have a last thing to say, so the connection
    /// ends as after a last response.
    mutating func transportFailed(now: UInt64) {
        writer.discardOutput()
        machine.transportFailed()
        giveUpRequest(now: now)
    }

    /// The socket is closed; the response is not wanted any more.
    mutating func connectionClosed(now: UInt64) {
        machine.connectionClosed()
        giveUpRequest(now: now)
    }

    // MARK: From the server

    mutating func deadlinePassed(now: UInt64) { perform(machine.deadlinePassed(now: now), now: now) }

    /// The server is going to stop: an idle connection has `grace` nanoseconds for one more request.
    mutating func drainBegan(now: UInt64, grace: UInt64) { machine.drainBegan(now: now, grace: grace) }

    /// The time for what is under way is over: a request without a response is refused, so that its client knows that it may ask
    /// elsewhere. A response whose beginning was sent stays without its end.
    mutating func graceEnds(now: UInt64) { perform(machine.workRefused(.stopping, now: now), now: now) }

    /// There is no room for this connection: says so, and ends it.
    mutating func refuseConnection(now: UInt64) { perform(machine.connectionRefused(now: now), now: now) }

    /// Gives back the memory that an idle connection does not need. False while a request is served.
    mutating func releaseBuffers() -> Bool {
        guard request == nil else { return false }
        writer.releaseBuffers()
        return true
    }

    // MARK: What the state machine decided

    private mutating func perform(_ action: ConnectionAction?, now: UInt64) {
        guard let action else { return }
        switch action {
        case .beginRequest: request = ServedRequest(began: now)
        case .askHandler: askHandler(now: now)
        case .sendContinue: writer.writeContinue()
        case .giveChunk(let chunk): giveChunk(chunk, now: now)
        case .finishBody(let body): finishBody(body, now: now)
        case .sendOptions(let terms): send(ServerResponses.options, terms, now: now)
        case .refuse(let error, let terms):
            if let reason = error.reason { services.observer?.rejected(reason) }
            request?.work?.cancel()
            send(error.response(retryAfter: services.retryAfter), terms, now: now)
        case .endStream(let terms): endStream(terms, now: now)
        case .cancelWork: request?.work?.cancel()
        case .halfClose: command = .halfClose
        case .close: end(.close)
        case .reset: end(.reset)
        }
    }

    /// The header section is complete.
    private mutating func receiveHead(now: UInt64) {
        guard let storage = parser.takeHead() else { return }
        if storage.callerID.isEmpty { storage.generatedID = services.makeID() }
        request?.head = RequestHead(storage: storage, connection: info)
        perform(machine.headReceived(RequestFraming(storage), now: now), now: now)
    }

    private mutating func askHandler(now: UInt64) {
        guard let head = request?.head else { return }
        let handling = services.handler.handling(of: head)
        request?.route = handling.route
        switch handling.body {
        case .respond(let response):
            respond(response, now: now)
        case .collect(let limit, let then):
            request?.bodyTaker = .collect(then)
            receiveBody(.whole, of: head, limit: limit ?? services.limits.maximumBody, now: now)
        case .stream(let limit, let consumer):
            request?.bodyTaker = .stream(consumer)
            receiveBody(.chunks, of: head, limit: limit, now: now)
        }
    }

    private mutating func receiveBody(
        _ delivery: BodyFlow.Delivery, of head: RequestHead, limit: Int, now: UInt64
    ) {
        let coding = ContentCoding.requested(by: head.hasBody ? head[.contentEncoding] : nil)
        perform(machine.bodyWanted(delivery, coding: coding, limit: limit, now: now), now: now)
    }

    private mutating func giveChunk(_ chunk: [UInt8], now: UInt64) {
        guard case .stream(let consumer) = request?.bodyTaker else { return }
        submit(.consume(consumer, chunk), now: now)
    }

    /// The body is complete: on to the response.
    private mutating func finishBody(_ body: [UInt8], now: UInt64) {
        switch request?.bodyTaker {
        case .collect(let then):
            guard let head = request?.head else { return }
            deliver(then(Request(head: head, body: body)), now: now)
        case .stream(let consumer): deliver(consumer.finish(), now: now)
        case nil, .some(.none): return
        }
    }

    private mutating func deliver(_ delivery: ResponseDelivery, now: UInt64) {
        switch delivery {
        case .now(let response): respond(response, now: now)
        case .deferred(let job):
            let context = WorkContext()
            submit(.respond(job, context), context, now: now)
        case .stream(let head, let job): beginStream(head, job, now: now)
        }
    }

    private mutating func beginStream(
        _ head: Response, _ job: @escaping @Sendable (ResponseStream) -> Void, now: UInt64
    ) {
        guard head.isFinal else { return perform(machine.responseFailed(now: now), now: now) }
        let context = WorkContext()
        let backlog = StreamBacklog()
        guard submit(.stream(job, context, backlog), context, now: now) else { return }
        request?.stream = StreamedResponse(status: head.status.code, backlog: backlog)
        if let terms = machine.streamBegan() { writer.beginStream(head, terms, to: request?.head?.storage) }
    }

    /// Gives a job to the work pool. False if it has no room; the request is then refused.
    @discardableResult
    private mutating func submit(_ work: Work, _ context: WorkContext? = nil, now: UInt64) -> Bool {
        if let refusal = services.submit(work, id) {
            perform(machine.workRefused(refusal, now: now), now: now)
            return false
        }
        request?.work = context
        return true
    }

    /// A response was made: sends it if it is due. A handler may not send interim statuses.
    private mutating func respond(_ response: Response, now: UInt64) {
        guard response.isFinal else { return perform(machine.responseFailed(now: now), now: now) }
        if let terms = machine.responseMade(now: now) { send(response, terms, now: now) }
    }

    private mutating func send(_ response: Response, _ terms: ResponseTerms, now: UInt64) {
        let head = request?.head?.storage
        // What cannot be read has a name all the same, so that its response and its line in the log are found together.
        let unreadID = head == nil ? services.makeID() : 0
        let sent = writer.write(response, terms, to: head, unreadID: unreadID)
        finishRequest(status: response.status.code, sentBytes: sent, unreadID: unreadID, now: now)
    }

    private mutating func sendPiece(_ bytes: [UInt8], _ terms: ResponseTerms) {
        request?.stream?.pending += bytes.count
        if writer.writePiece(bytes, terms) { request?.stream?.sent += bytes.count }
    }

    private mutating func endStream(_ terms: ResponseTerms, now: UInt64) {
        writer.endStream(terms)
        guard let stream = request?.stream else { return }
        finishRequest(status: stream.status, sentBytes: stream.sent, now: now)
    }

    /// The request has its response.
    private mutating func finishRequest(status: Int, sentBytes: Int, unreadID: UInt64 = 0, now: UInt64) {
        reports.add(request, status: status, sentBytes: sentBytes, unreadID: unreadID, now: now)
        request = nil
    }

    /// The client will not have the response: 499 in logs and metrics, as is usual.
    private mutating func giveUpRequest(now: UInt64) {
        request?.work?.cancel()
        if request?.head != nil { reports.add(request, status: 499, sentBytes: 0, now: now) }
        request = nil
        reports.send(completed: false, now: now)
    }

    private mutating func end(_ command: Command) {
        self.command = command
        request?.work?.cancel()
        request?.bodyTaker = .none
    }
}
