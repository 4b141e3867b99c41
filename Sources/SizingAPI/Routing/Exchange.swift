import HTTPServer
import HTTPTypes
import JSON
import SizingContract
import Text

/// One exchange over an operation: where its parts are run, how long they may take, and as what the result is sent.
///
/// What is estimated to be quick is begun on the event loop. An estimate is no promise: where the time of a loop runs out, the
/// work is begun anew on the pool.
struct Exchange<Work: Operation>: Sendable {
    private let operation: Work
    private let ledger: WorkLedger
    private let pretty: Bool

    /// A run that was admitted is ended after so many times the bound: estimates are that far off at the most.
    private static var tolerance: Double { 2 }

    init(_ operation: Work, within ledger: WorkLedger, pretty: Bool = false) {
        self.operation = operation
        self.ledger = ledger
        self.pretty = pretty
    }

    /// Runs an input that was admitted, on the event loop or on the pool.
    func answer(to input: Work.Input) -> ResponseDelivery { answer(to: input, estimated: Work.estimate(input)) }

    private func answer(to input: Work.Input, estimated estimate: WorkEstimate) -> ResponseDelivery {
        let start = MonotonicClock.milliseconds()
        if estimate.place == .loop {
            let watch = WorkWatch(seconds: WorkEstimate.longestOnLoop)
            let response = response { () throws(ProblemDocument) in
                try text(of: input, OperationContext(start: start, isCancelled: watch.isOver))
            }
            if !watch.ranOut { return .now(response) }
        }
        return .deferred { response(on: $0, since: start) { () throws(ProblemDocument) in input } }
    }

    /// Makes an input and runs it, in a job of the pool.
    ///
    /// - Parameter start: when the request was there, by `MonotonicClock`.
    func response(
        on work: WorkContext, since start: Double, _ input: () throws(ProblemDocument) -> Work.Input
    ) -> Response {
        response { () throws(ProblemDocument) in try whole(try input(), start, isCancelled: { work.isCancelled }) }
    }

    /// The whole answer, or why there is none.
    private func whole(
        _ input: Work.Input, _ start: Double, isCancelled: @escaping @Sendable () -> Bool,
        progress: (@Sendable (Double) -> Void)? = nil
    ) throws(ProblemDocument) -> [UInt8] {
        let watch = WorkWatch(seconds: Self.tolerance * ledger.bounds.time, isCancelled: isCancelled)
        let context = OperationContext(start: start, isCancelled: watch.isOver, progress: progress)
        do throws(ProblemDocument) {
            let text = try ledger.during(Work.estimate(input), remedy: Work.remedy) {
                () throws(ProblemDocument) -> [UInt8] in
                try self.text(of: input, context)
            }
            if !watch.ranOut { return text }
        } catch {
            if !watch.ranOut { throw error }
        }
        throw ledger.bounds.overrun(remedy: Work.remedy)
    }

    private func text(of input: Work.Input, _ context: OperationContext) throws(ProblemDocument) -> [UInt8] {
        try operation.answer(to: input, pretty: pretty, context)
    }

    private func response(_ text: () throws(ProblemDocument) -> [UInt8]) -> Response {
        do throws(ProblemDocument) { return Response(json: try text()) } catch {
            return Response(error, pretty: pretty)
        }
    }
}

extension Exchange where Work: JSONOperation {
    /// Parses a body, decodes it and runs it, each on the event loop or on the pool, as its estimate says.
    func answer(_ body: [UInt8]) -> ResponseDelivery {
        guard Work.decodingEstimate(length: body.count).place == .loop else {
            return deferred { () throws(ProblemDocument) in try Work.value(of: body) }
        }
        do throws(ProblemDocument) {
            let value = try Work.value(of: body)
            let reading = Work.readingEstimate(value)
            guard reading.place == .loop else { return deferred { () throws(ProblemDocument) in value } }
            let (input, estimate) = try operation.admitted(from: value, reading: reading, within: ledger.bounds)
            return answer(to: input, estimated: estimate)
        } catch {
            return .now(Response(error, pretty: pretty))
        }
    }

    private func deferred(_ value: @escaping @Sendable () throws(ProblemDocument) -> JSONValue) -> ResponseDelivery {
        let start = MonotonicClock.milliseconds()
        return .deferred { work in
            response(on: work, since: start) { () throws(ProblemDocument) in
                try operation.input(from: try value(), within: ledger.bounds)
            }
        }
    }

    /// The same as a stream of events. What is refused before the work begins is no event but a response, where the body is
    /// short enough to be decoded on the event loop.
    func events(_ body: [UInt8]) -> ResponseDelivery {
        let start = MonotonicClock.milliseconds()
        guard Work.decodingEstimate(length: body.count).place == .loop else {
            return events(since: start) { () throws(ProblemDocument) in
                try operation.input(from: try Work.value(of: body), within: ledger.bounds)
            }
        }
        do throws(ProblemDocument) {
            let value = try Work.value(of: body)
            guard Work.readingEstimate(value).place == .loop else {
                return events(since: start) { () throws(ProblemDocument) in
                    try operation.input(from: value, within: ledger.bounds)
                }
            }
            let input = try operation.input(from: value, within: ledger.bounds)
            guard Work.reportsProgress(input) else { return answer(to: input) }
            return .stream(head: EventStream.head) { send(input, start, $0) }
        } catch {
            return .now(Response(error))
        }
    }

}

extension Exchange {
    /// Makes an input and runs it, as a stream of events from a job of the pool.
    ///
    /// - Parameter start: when the request was there, by `MonotonicClock`.
    func events(
        since start: Double, _ input: @escaping @Sendable () throws(ProblemDocument) -> Work.Input
    ) -> ResponseDelivery {
        .stream(head: EventStream.head) { stream in
            do throws(ProblemDocument) {
                send(try input(), start, stream)
            } catch {
                EventStream.end(.failure(error), stream)
            }
        }
    }

    private func send(_ input: Work.Input, _ start: Double, _ stream: ResponseStream) {
        let progress = ProgressEvents(stream)
        do throws(ProblemDocument) {
            let text = try whole(
                input, start, isCancelled: { stream.isCancelled }, progress: { progress.report($0) })
            EventStream.end(.success(text), stream)
        } catch {
            EventStream.end(.failure(error), stream)
        }
    }
}

extension OperationContext {
    /// Of a job on the work pool.
    init(_ work: WorkContext, start: Double) { self.init(start: start, isCancelled: { work.isCancelled }) }
}

/// What a caller says about a JSON exchange outside the body: the query and the content type.
enum JSONOptions {
    /// Whether the answer is to be indented.
    ///
    /// - Throws: 400 for any other query parameter, one given twice, or a value that is neither true nor false.
    static func isPretty(_ head: RequestHead) throws(ProblemDocument) -> Bool {
        guard head.query != nil else { return false }
        return try Query(head.queryItems, names: ["pretty"]).flag("pretty")
    }

    /// The refusal of a body that is not meant to be JSON: 415 for other types, and for another charset than UTF-8 (RFC 8259,
    /// section 8.1).
    ///
    /// Taken are JSON types, `application/x-www-form-urlencoded` (the default of curl), and none at all.
    static func refusal(_ head: RequestHead) -> Response? {
        guard let field = head[.contentType], field != "application/json" else { return nil }
        let type = MediaType(field)
        let isJSON =
            type.essence == "application/json" || type.essence == "application/x-www-form-urlencoded"
            || (type.essence.hasPrefix("application/") && type.essence.hasSuffix("+json"))
        let charset = type.parameter("charset")
        if isJSON, charset == nil || ["utf-8", "\"utf-8\"", "utf8"].contains(charset) { return nil }
        return Response(
            ProblemDocument(
                .unsupportedMediaType, "The body must be JSON in UTF-8 (Content-Type: application/json)."),
            fields: [.accept: "application/json"])
    }
}

extension Response {
    /// The response for a problem.
    ///
    /// - Parameter fields: what stands beside the content type, such as `Allow`.
    init(_ problem: ProblemDocument, fields: HTTPFields = [:], pretty: Bool = false) {
        var fields = fields
        fields[.contentType] = "application/problem+json"
        if let seconds = problem.retryAfter { fields[.retryAfter] = String(seconds) }
        self.init(
            status: .init(code: problem.status.rawValue, reasonPhrase: problem.status.title.description),
            fields: fields, body: .bytes(problem.text(pretty: pretty)))
    }

    /// 200 with a JSON text.
    init(json: [UInt8]) { self.init(status: .ok, fields: Self.jsonFields, body: .bytes(json)) }

    private static let jsonFields: HTTPFields = [.contentType: "application/json"]
}
