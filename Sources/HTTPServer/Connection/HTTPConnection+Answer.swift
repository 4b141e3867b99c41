import HTTPTypes

/// Constant answers of the server itself.
enum ServerAnswers {
    /// The answer to `OPTIONS *` (RFC 9110, section 9.3.7).
    static let options = Response(
        PreparedResponse(Response(status: .noContent, fields: [.allow: ServerMethods.allow])))
}

extension HTTPConnection {
    /// Writes a whole answer.
    mutating func answer(_ response: Response, now: UInt64) {
        // Interim and unheard-of statuses are not answers.
        guard response.status.code >= 200, response.status.code <= 999 else {
            return answer(ServerError.internalError.response(retryAfter: 0), now: now)
        }
        let terms = machine.answerTerms()
        writeHead(response, terms, chunked: false)
        var sent = 0
        if !terms.isHead, ResponseSerialiser.allowsContent(response.status.code) {
            output.append(response.body)
            sent = response.body.count
        }
        finishRequest(status: response.status.code, sentBytes: sent)
        machine.answerEnded(terms, now: now)
    }

    /// Answers with an error of the server itself.
    mutating func refuse(_ error: ServerError, now: UInt64) {
        if let reason = error.reason { services.observer?.rejected(reason) }
        body = .none
        work?.cancel()
        work = nil
        if machine.state == .receiving { machine.bodyAbandoned() }
        answer(error.response(retryAfter: services.retryAfter), now: now)
    }

    mutating func writeContinue() {
        output.acquire(from: services.buffers)
        output.write { $0.append(utf8: "HTTP/1.1 100 Continue\r\n\r\n") }
    }

    private mutating func writeHead(
        _ response: Response, _ terms: ConnectionStateMachine.AnswerTerms, chunked: Bool
    ) {
        output.acquire(from: services.buffers)
        let storage = head?.storage
        let newID = storage == nil ? services.makeID() : 0
        let services = services
        output.write { out in
            if let prepared = response.prepared, !chunked {
                out.append(contentsOf: prepared.serialisedHead)
            } else {
                ResponseSerialiser.appendHead(status: response.status, fields: response.fields, to: &out)
                if chunked {
                    if !terms.isHTTP10 { out.append(utf8: "Transfer-Encoding: chunked\r\n") }
                } else {
                    ResponseSerialiser.appendLength(status: response.status, body: response.body, to: &out)
                }
            }
            out.append(contentsOf: services.date.bytes)
            out.append(utf8: "X-Request-Id: ")
            if let storage {
                RequestID.append(storage, to: &out)
            } else {
                RequestID.append(newID, to: &out)
            }
            if !terms.keepAlive {
                out.append(utf8: "\r\nConnection: close\r\n\r\n")
            } else if terms.isHTTP10 {
                out.append(utf8: "\r\nConnection: keep-alive\r\n\r\n")
            } else {
                out.append(utf8: "\r\n\r\n")
            }
        }
    }

    /// The request has its answer: what belonged to it is given back or kept for the report.
    mutating func finishRequest(status: Int, sentBytes: Int) {
        recycleHead()
        if services.observer != nil {
            unreported.append(
                FinishedAnswer(
                    head: head, route: route, status: status, receivedBytes: receivedBytes, sentBytes: sentBytes,
                    began: began))
            head = nil
        } else {
            // Callers up the stack may still hold it, and only what nobody holds can be used again.
            spent = head?.storage
            head = nil
        }
        route = ""
        receivedBytes = 0
    }

    /// Gives the last request's header section back to the pool.
    mutating func recycleHead() {
        guard spent != nil else { return }
        var storage: HeadStorage?
        swap(&storage, &spent)
        services.heads.give(&storage)
    }

    /// Tells the observer of the answers that were sent, or given up.
    mutating func reportAnswers(completed: Bool, now: UInt64) {
        guard let observer = services.observer, !unreported.isEmpty else { return }
        let end = services.clock?() ?? now
        for index in unreported.indices {
            observer.requestFinished(unreported[index].record(info, completed: completed, now: end))
            var storage = unreported[index].takeStorage()
            services.heads.give(&storage)
        }
        unreported.removeAll(keepingCapacity: unreported.count <= 4)
    }
}

// MARK: Streamed answers

extension HTTPConnection {
    mutating func beginStream(_ response: Response, _ job: @escaping @Sendable (ResponseStream) -> Void, now: UInt64) {
        let context = WorkContext()
        let backlog = StreamBacklog()
        guard services.submit(.stream(job, context, backlog), id) else { return refuse(.workQueueFull, now: now) }
        work = context
        var terms = machine.answerTerms()
        // Without chunked coding the end of the body is the end of the connection.
        if terms.isHTTP10 { terms.keepAlive = false }
        writeHead(response, terms, chunked: true)
        stream = StreamingAnswer(terms: terms, status: response.status.code, backlog: backlog)
    }

    mutating func writeStreamPiece(_ bytes: [UInt8], now: UInt64) {
        guard let stream, machine.state == .answering else { return }
        stream.pending += bytes.count
        guard !stream.terms.isHead, !bytes.isEmpty else { return }
        stream.sent += bytes.count
        output.acquire(from: services.buffers)
        if stream.terms.isHTTP10 {
            output.append(.bytes(bytes))
        } else {
            output.write { out in
                out.append(hexadecimal: bytes.count)
                out.append(utf8: "\r\n")
            }
            output.append(.bytes(bytes))
            output.write { $0.append(utf8: "\r\n") }
        }
    }

    mutating func endStream(now: UInt64) {
        guard let stream, machine.state == .answering else { return }
        self.stream = nil
        work = nil
        output.acquire(from: services.buffers)
        if !stream.terms.isHead, !stream.terms.isHTTP10 { output.write { $0.append(utf8: "0\r\n\r\n") } }
        finishRequest(status: stream.status, sentBytes: stream.sent)
        machine.answerEnded(stream.terms, now: now)
    }
}

/// An answer whose body is being written in pieces. Confined to a loop.
final class StreamingAnswer {
    let terms: ConnectionStateMachine.AnswerTerms
    let status: Int
    let backlog: StreamBacklog
    /// Bytes of the body written so far.
    var sent = 0
    /// Bytes written to the output since it was last empty.
    var pending = 0

    init(terms: ConnectionStateMachine.AnswerTerms, status: Int, backlog: StreamBacklog) {
        self.terms = terms
        self.status = status
        self.backlog = backlog
    }

    func takePending() -> Int {
        defer { pending = 0 }
        return pending
    }
}
