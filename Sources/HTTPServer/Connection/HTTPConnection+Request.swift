extension HTTPConnection {
    /// The header section is complete: decides, or has the handler decide, what happens.
    mutating func receiveHead(now: UInt64) {
        guard let storage = parser.takeHead() else { return }
        if storage.callerID.isEmpty { storage.generatedID = services.makeID() }
        let head = RequestHead(storage: storage, connection: info)
        self.head = head
        receivedBytes = 0
        let facts = ConnectionStateMachine.Head(
            method: storage.methodCode, form: storage.form, minorVersion: Int(storage.minorVersion),
            framing: storage.framing, connectionClose: storage.connectionClose,
            connectionKeepAlive: storage.connectionKeepAlive, expectsContinue: storage.expectsContinue,
            unknownExpectation: storage.unknownExpectation)
        switch machine.headReceived(facts, now: now) {
        case .plan: follow(services.handler.plan(for: head), now: now)
        case let action: perform(action, now: now)
        }
    }

    private mutating func follow(_ plan: RequestPlan, now: UInt64) {
        route = plan.route
        switch plan.body {
        case .respond(let response):
            perform(machine.answerPlanned(), now: now)
            answer(response, now: now)
        case .collect(let limit, let then):
            receiveBody(.collect(then), limit: limit ?? services.limits.maximumBody, now: now)
        case .stream(let limit, let consumer):
            receiveBody(.stream(consumer), limit: limit, now: now)
        }
    }

    /// Prepares for a body of at most `limit` bytes, before and after its content coding is undone.
    private mutating func receiveBody(_ destination: BodyReceiver.Destination, limit: Int, now: UInt64) {
        let hasBody = head?.hasBody ?? false
        switch ContentCoding.requested(by: hasBody ? head?[.contentEncoding] : nil) {
        case .identity: body = BodyReceiver(destination)
        case .coded(let coding): body = BodyReceiver(destination, inflater: Inflater(coding, limit: limit))
        case .unsupported: return perform(machine.bodyRefused(.unsupportedCoding), now: now)
        }
        perform(machine.bodyPlanned(limit: limit, now: now), now: now)
    }

    /// Bytes of the body came.
    mutating func deliver(_ bytes: Span<UInt8>, now: UInt64) {
        do { try body.append(bytes) } catch { refuse(ServerError(error), now: now) }
    }

    /// Does what the state machine decided.
    mutating func perform(_ action: ConnectionStateMachine.Action, now: UInt64) {
        switch action {
        case .none, .plan, .answer, .deliver, .discard: break
        case .answerForServer: answer(ServerAnswers.options, now: now)
        case .sendContinue: writeContinue()
        case .finishBody: finishBody(now: now)
        case .refuse(let error): refuse(error, now: now)
        case .cancelWork: work?.cancel()
        case .halfClose:
            machine.halfClosed(now: now)
            command = .halfClose
        case .close: end(.close)
        case .reset: end(.reset)
        }
    }

    /// Gives what has come of a streamed body to its consumer. While that is busy, prepares the next chunk, and stops reading
    /// once there is one.
    mutating func flushBody(now: UInt64) {
        guard case .stream(let consumer) = body.destination, machine.state == .receiving else { return }
        if !body.isBusy, !giveChunk(to: consumer, now: now) { return }
        guard body.isBusy else { return }
        body.prepareChunk()
        if body.isFull { machine.bodyPaused(now: now) }
    }

    /// Gives the next chunk of a streamed body to its consumer, which is not busy. False if there was none; if it could
    /// not be given, the request is refused.
    private mutating func giveChunk(to consumer: any BodyConsumer, now: UInt64) -> Bool {
        do {
            let chunk = try body.takeChunk()
            if chunk.isEmpty { return false }
            body.isBusy = services.submit(.consume(consumer, chunk), id)
            if !body.isBusy { refuse(.workQueueFull, now: now) }
        } catch {
            refuse(ServerError(error), now: now)
        }
        return true
    }

    /// The body is complete: on to the answer.
    private mutating func finishBody(now: UInt64) {
        switch body.destination {
        case .none: break
        case .collect(let then):
            guard let head else { return }
            do { try body.finish() } catch { return refuse(ServerError(error), now: now) }
            let request = Request(head: head, body: body.bytes)
            body = .none
            switch then(request) {
            case .now(let response): answer(response, now: now)
            case .deferred(let job):
                let context = WorkContext()
                start(.respond(job, context), context, now: now)
            case .stream(let response, let job):
                beginStream(response, job, now: now)
            }
        case .stream(let consumer):
            // A last chunk may still be with the consumer, or come only now.
            guard !body.isBusy, !giveChunk(to: consumer, now: now) else { return }
            do { try body.finish() } catch { return refuse(ServerError(error), now: now) }
            body = .none
            let context = WorkContext()
            start(.finish(consumer, context), context, now: now)
        }
    }

    private mutating func start(_ job: Work, _ context: WorkContext, now: UInt64) {
        if services.submit(job, id) {
            work = context
        } else {
            refuse(.workQueueFull, now: now)
        }
    }

    /// Something came back from the work pool.
    mutating func workFinished(_ result: WorkResult, now: UInt64) {
        switch result {
        case .response(let response):
            work = nil
            guard machine.state == .answering, stream == nil else { return }
            answer(response, now: now)
        case .consumed(let consumer, let response):
            // Of a request that was refused meanwhile, nothing is wanted any more.
            guard case .stream(let current) = body.destination, current === consumer else { return }
            body.isBusy = false
            if let response {
                guard machine.owesAnswer else { return }
                body = .none
                machine.bodyAbandoned()
                answer(response, now: now)
            } else if machine.state == .receiving {
                flushBody(now: now)
                if !body.isBusy || !body.isFull { machine.bodyResumed(now: now) }
            } else if machine.state == .answering {
                finishBody(now: now)
            }
        case .streamPiece(let bytes): writeStreamPiece(bytes, now: now)
        case .streamEnded: endStream(now: now)
        }
    }
}
