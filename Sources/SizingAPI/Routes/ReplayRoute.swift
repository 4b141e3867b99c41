import HTTPServer
import HTTPTypes
import SizingContract
import Text

/// `POST /v1/replay`: JSON, or a form with the request as JSON and a trace as a file.
enum ReplayRoute {
    /// - Parameters:
    ///   - operation: what is asked.
    ///   - limit: the longest form, and the longest trace in it after decompression, in bytes.
    ///   - ledger: the bounds.
    static func route(_ operation: ReplayOperation, limit: Int, within ledger: WorkLedger) -> Route {
        var route = Route.post(operation, within: ledger)
        let json = route.post
        route.post = { head, segment in
            guard let type = head[.contentType], MediaType(type).essence == "multipart/form-data" else {
                return json?(head, segment) ?? .respond(Response(ProblemDocument.internal))
            }
            do throws(ProblemDocument) {
                let pretty = try JSONOptions.isPretty(head)
                let parser = MultipartParser(try boundary(type))
                let style: ReplayForm.AnswerStyle = EventStream.isWanted(head) ? .events : .document(pretty: pretty)
                return .stream(
                    limit: limit, ReplayForm(parser, operation, traceLimit: limit, within: ledger, style))
            } catch {
                return .respond(Response(error))
            }
        }
        return route
    }

    private static func boundary(_ type: String) throws(ProblemDocument) -> MultipartBoundary {
        do throws(MultipartError) { return try MultipartBoundary(contentType: type) } catch {
            throw ProblemDocument(.badRequest, error.description)
        }
    }
}

/// Reads a form as it comes: `deployment` is the request as JSON, `trace` the rows of requests, which are read and not kept as text.
final class ReplayForm: BodyConsumer, @unchecked Sendable {
    // Unchecked: a consumer's calls never overlap (see `BodyConsumer`), so its parts have one user at a time.
    private enum Place {
        case between, deployment, trace
    }

    enum AnswerStyle {
        case document(pretty: Bool)
        case events
    }

    /// The longest part `deployment`, in bytes.
    static let maximumRequest = 1 << 20
    private static let chunk = 1 << 16

    private var parser: MultipartParser
    private let operation: ReplayOperation
    private let traceLimit: Int
    private let ledger: WorkLedger
    private let hold: WorkLedger.Hold
    private let style: AnswerStyle
    private var place = Place.between
    private var request: [UInt8]?
    private var trace: ReplayTraceReader?
    /// The first bytes of the trace, as long as they do not tell whether it is gzip.
    private var start: [UInt8]?
    private var inflater: Inflater?

    init(
        _ parser: MultipartParser, _ operation: ReplayOperation, traceLimit: Int, within ledger: WorkLedger,
        _ style: AnswerStyle
    ) {
        self.parser = parser
        self.operation = operation
        self.traceLimit = traceLimit
        self.ledger = ledger
        hold = WorkLedger.Hold(ledger)
        self.style = style
    }

    private var pretty: Bool { if case .document(let pretty) = style { pretty } else { false } }

    func consume(_ chunk: [UInt8]) -> Response? {
        do throws(ProblemDocument) {
            var problem: ProblemDocument?
            do throws(MultipartError) {
                try parser.feed(chunk) { event in
                    guard problem == nil else { return }
                    do throws(ProblemDocument) { try take(event) } catch { problem = error }
                }
            } catch {
                throw problem ?? ProblemDocument(.badRequest, error.description)
            }
            if let problem { throw problem }
            try hold.grow(
                to: Double((trace?.memory ?? 0) + (request?.count ?? 0)), remedy: "send fewer requests at a time")
            return nil
        } catch {
            return Response(error, pretty: pretty)
        }
    }

    func finish() -> ResponseDelivery {
        let start = MonotonicClock.milliseconds()
        let exchange = Exchange(operation, within: ledger, pretty: pretty)
        switch style {
        case .document:
            return .deferred { work in
                exchange.response(on: work, since: start) { () throws(ProblemDocument) in try self.input() }
            }
        case .events: return exchange.events(since: start) { () throws(ProblemDocument) in try self.input() }
        }
    }

    /// What is asked, of a form that has ended.
    private func input() throws(ProblemDocument) -> ReplayOperation.Input {
        do throws(MultipartError) { try parser.finish() } catch {
            throw ProblemDocument(.badRequest, error.description)
        }
        guard let request else { throw Self.refusal("needs a part deployment with the request as JSON") }
        guard let trace else {
            throw Self.refusal("needs a part trace with the requests; send what has none as application/json")
        }
        let operation = operation.replaying(try trace.finish())
        self.trace = nil
        return try operation.input(from: request, within: ledger.bounds)
    }

    private func take(_ event: MultipartParser.Event) throws(ProblemDocument) {
        switch event {
        case .part(let part): try begin(part)
        case .data(let bytes):
            switch place {
            case .between: break
            case .deployment:
                request?.append(contentsOf: bytes)
                guard request?.count ?? 0 <= Self.maximumRequest else {
                    throw ProblemDocument(
                        .contentTooLarge, "The part deployment of the form may have \(Self.maximumRequest) bytes.")
                }
            case .trace: try takeTrace(bytes)
            }
        case .end:
            if place == .trace { try endTrace() }
            place = .between
        }
    }

    private func begin(_ part: MultipartPart) throws(ProblemDocument) {
        switch part.name {
        case "deployment":
            guard request == nil else { throw Self.refusal("has two parts deployment") }
            request = []
            place = .deployment
        case "trace":
            guard trace == nil else { throw Self.refusal("has two parts trace") }
            trace = ReplayTraceReader(name: part.filename ?? "")
            start = []
            place = .trace
        default:
            throw Self.refusal("may have the parts deployment and trace, not \"\(part.name.prefix(64))\"")
        }
    }

    // MARK: The trace

    private func takeTrace(_ bytes: [UInt8]) throws(ProblemDocument) {
        guard let start else { return try inflate(bytes) }
        let first = start + bytes
        guard first.count >= 2 else {
            self.start = first
            return
        }
        self.start = nil
        if first[0] == 0x1F, first[1] == 0x8B { inflater = Inflater(.gzip, limit: traceLimit) }
        try inflate(first)
    }

    private func endTrace() throws(ProblemDocument) {
        if let start, !start.isEmpty { try trace?.feed(start) }
        start = nil
        do throws(InflateError) { try inflater?.finish() } catch { throw Self.damaged }
        inflater = nil
    }

    /// Hands on what bytes of the trace hold.
    private func inflate(_ bytes: [UInt8]) throws(ProblemDocument) {
        guard let inflater else {
            try trace?.feed(bytes)
            return
        }
        var pieces = InflatedPieces(of: bytes, inflater, room: Self.chunk)
        while true {
            let piece: [UInt8]?
            do throws(InflateError) { piece = try pieces.next() } catch { throw Self.damaged }
            guard let piece else { return }
            try trace?.feed(piece)
        }
    }

    private static let damaged = ProblemDocument(
        .badRequest, "The gzip data of the part trace is damaged, or longer than a trace may be.")

    private static func refusal(_ rule: String) -> ProblemDocument {
        ProblemDocument(.unprocessableContent, "The form \(rule).")
    }
}
