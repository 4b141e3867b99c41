import HTTPServer
import HTTPTypes
import SizingContract

extension Route {
    /// `POST` of a JSON text to an operation: content type and query are checked, and what is in the body is answered.
    ///
    /// A caller that accepts `text/event-stream` gets events, where the input reports progress.
    static func post<Work: JSONOperation>(_ operation: Work) -> Route {
        Route(
            Work.name,
            post: { head, _ in
                if let refusal = JSONOptions.refusal(head) { return .respond(refusal) }
                let pretty: Bool
                do throws(ProblemDocument) {
                    pretty = try JSONOptions.isPretty(head)
                } catch {
                    return .respond(Response(error))
                }
                if Work.canReportProgress, EventStream.isWanted(head) {
                    return .collect(limit: Work.maximumLength) { Exchange(operation).events($0.body) }
                }
                return .collect(limit: Work.maximumLength) { Exchange(operation, pretty: pretty).answer($0.body) }
            })
    }

    /// A `GET` that always asks the same of an operation.
    static func get<Work: Operation>(_ operation: Work, of input: Work.Input) -> Route {
        Route(
            Work.name,
            get: get(operation) { head, _ throws(ProblemDocument) in
                (input, pretty: try JSONOptions.isPretty(head))
            })
    }

    /// A `GET` whose input comes from the head of the request and the last segment of the path.
    ///
    /// - Parameter input: the input, and whether the answer is to be indented.
    static func get<Work: Operation>(
        _ operation: Work,
        _ input: @escaping @Sendable (RequestHead, String) throws(ProblemDocument) -> (Work.Input, pretty: Bool)
    ) -> Method {
        { head, segment in
            do throws(ProblemDocument) {
                let (input, pretty) = try input(head, segment)
                switch Exchange(operation, pretty: pretty).answer(to: input) {
                case .now(let response): return .respond(response)
                case let later: return .collect(limit: nil) { _ in later }
                }
            } catch {
                return .respond(Response(error))
            }
        }
    }
}

/// One exchange over an operation: where its parts are run, and as what its result is sent.
struct Exchange<Work: Operation>: Sendable {
    private let operation: Work
    private let pretty: Bool

    init(_ operation: Work, pretty: Bool = false) {
        self.operation = operation
        self.pretty = pretty
    }

    /// Runs `input` on the event loop or on the pool, as its estimate says.
    func answer(to input: Work.Input) -> ResponseDelivery {
        if Work.place(input) == .loop { return .now(response(to: input, OperationContext())) }
        let start = MonotonicClock.milliseconds()
        return .deferred { work in response(to: input, OperationContext(work, start: start)) }
    }

    private func response(to input: Work.Input, _ context: OperationContext) -> Response {
        do throws(ProblemDocument) {
            return Response(json: try operation.answer(to: input, pretty: pretty, context))
        } catch {
            return Response(error, pretty: pretty)
        }
    }
}

extension Exchange where Work: JSONOperation {
    /// Decodes a body and runs it, each on the event loop or on the pool, as its estimate says.
    func answer(_ body: [UInt8]) -> ResponseDelivery {
        guard Work.decodingEstimate(length: body.count).place == .loop else {
            let start = MonotonicClock.milliseconds()
            return .deferred { work in
                do throws(ProblemDocument) {
                    return response(to: try operation.input(from: body), OperationContext(work, start: start))
                } catch {
                    return Response(error, pretty: pretty)
                }
            }
        }
        do throws(ProblemDocument) {
            return answer(to: try operation.input(from: body))
        } catch {
            return .now(Response(error, pretty: pretty))
        }
    }

    /// The same as a stream of events. What is refused before the work begins is no event but a response, where the body is
    /// short enough to be decoded on the event loop.
    func events(_ body: [UInt8]) -> ResponseDelivery {
        let start = MonotonicClock.milliseconds()
        guard Work.decodingEstimate(length: body.count).place == .loop else {
            return .stream(head: EventStream.head) { stream in
                do throws(ProblemDocument) {
                    send(try operation.input(from: body), start, stream)
                } catch {
                    EventStream.end(.failure(error), stream)
                }
            }
        }
        do throws(ProblemDocument) {
            let input = try operation.input(from: body)
            guard Work.reportsProgress(input) else { return answer(to: input) }
            return .stream(head: EventStream.head) { send(input, start, $0) }
        } catch {
            return .now(Response(error))
        }
    }

    private func send(_ input: Work.Input, _ start: Double, _ stream: ResponseStream) {
        let progress = ProgressEvents(stream)
        let context = OperationContext(
            start: start, isCancelled: { stream.isCancelled }, progress: { progress.report($0) })
        do throws(ProblemDocument) {
            EventStream.end(.success(try operation.answer(to: input, pretty: false, context)), stream)
        } catch {
            EventStream.end(.failure(error), stream)
        }
    }
}

extension OperationContext {
    /// Of a job on the work pool.
    init(_ work: WorkContext, start: Double) { self.init(start: start, isCancelled: { work.isCancelled }) }
}

extension Operation {
    fileprivate static func place(_ input: Input) -> Place { estimate(input).place }
}
