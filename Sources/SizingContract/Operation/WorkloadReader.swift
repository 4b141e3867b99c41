import Calibration
import JSON
import Text

/// Reads the body of `/v1/workload` as it comes, and answers it: a trace, or the metrics of an engine, which is told by how it begins.
public struct WorkloadReader: Sendable {
    private enum Content: Sendable {
        /// The first bytes, too few to tell.
        case start([UInt8])
        case trace(TraceReader)
        case exposition(ExpositionReader)
        /// JSON of metrics, kept whole.
        case metrics([UInt8])
    }

    private let format: TraceReader.Format?
    private let options: TraceOptions
    private var content = Content.start([])

    /// So many bytes tell what comes; of fewer the end does.
    private static let enough = 256

    /// - Parameters:
    ///   - format: of a trace; nil for the text of a metrics endpoint.
    ///   - options: how the body is read.
    public init(_ format: TraceReader.Format?, options: TraceOptions = TraceOptions()) {
        self.format = format
        self.options = options
    }

    /// Takes the next bytes.
    ///
    /// - Throws: what is wrong with them, as the caller is told.
    public mutating func feed(_ chunk: [UInt8]) throws(ProblemDocument) {
        switch content {
        case .start(var first):
            first += chunk
            content = .start(first)
            if first.count >= Self.enough { try begin(first) }
        case .trace(var reader):
            // Nobody else holds it meanwhile, so that its buffers are not copied.
            content = .start([])
            defer { content = .trace(reader) }
            try reader.feed(chunk)
        case .exposition(var reader):
            content = .start([])
            defer { content = .exposition(reader) }
            do throws(InvalidInput) { try reader.feed(chunk) } catch { throw Self.problem(error) }
        case .metrics(var document):
            content = .start([])
            defer { content = .metrics(document) }
            guard document.count + chunk.count <= TraceReader.maximumDocument else {
                throw ProblemDocument(
                    .contentTooLarge,
                    "A JSON document of metrics may have \(TraceReader.maximumDocument) bytes; add up series with sum by (le), or ask for a "
                        + "shorter range.")
            }
            document += chunk
        }
    }

    /// The answer, after the last bytes. Called once.
    public mutating func answer(pretty: Bool, _ context: OperationContext) throws(ProblemDocument) -> [UInt8] {
        if case .start(let first) = content { try begin(first) }
        switch content {
        case .trace(let reader):
            return try WorkloadOperation().answer(to: try reader.finish(), pretty: pretty, context)
        case .exposition(var reader):
            let load: MetricsWorkload
            do throws(InvalidInput) {
                load = try MetricsWorkload(
                    try reader.finish(), firstTokenFromPrefill: options.firstTokenFromPrefill)
            } catch {
                throw Self.problem(error)
            }
            return try answer(load, pretty, context)
        case .metrics(let document):
            return try answer(try load(document), pretty, context)
        case .start: throw ProblemDocument.internal
        }
    }

    /// Begins with what the first bytes are.
    private mutating func begin(_ first: [UInt8]) throws(ProblemDocument) {
        if format == nil || ExpositionReader.recognises(first) {
            content = .exposition(ExpositionReader(try metrics()))
        } else if format != .csv, Self.isMetrics(first) {
            content = .metrics([])
        } else {
            content = .trace(TraceReader(format: format ?? .json, options: options))
        }
        try feed(first)
    }

    /// Whether JSON begins as the answer of a query does, or with a member of ``MetricsSchema`` that is a text.
    private static func isMetrics(_ first: [UInt8]) -> Bool {
        let start = String(decoding: first.prefix(1024), as: UTF8.self).filter { !$0.isWhitespace }
        guard start.hasPrefix("{\"") else { return false }
        return start.contains("\"resultType\"") || start.hasPrefix("{\"status\":\"error\",\"errorType\"")
            || ["metrics", "before", "after"].contains {
                start.hasPrefix("{\"\($0)\":\"") || start.hasPrefix("{\"\($0)\":{\"status\"")
            }
    }

    private func metrics() throws(ProblemDocument) -> TokenMetrics {
        do throws(InvalidInput) {
            return try TokenMetrics(prefill: options.prefillColumn, decode: options.decodeColumn)
        } catch {
            throw Self.problem(error)
        }
    }

    private func load(_ document: [UInt8]) throws(ProblemDocument) -> MetricsWorkload {
        let parsed: JSONDocument
        do throws(JSONError) { parsed = try JSONDocument(parsing: document) } catch { throw ProblemDocument(error) }
        var errors = ValidationErrors()
        let known = try metrics()
        guard let histograms = MetricsSchema.decode(parsed.root, known, &errors),
            let load = errors.checked(
                parsed.root, try MetricsWorkload(histograms, firstTokenFromPrefill: options.firstTokenFromPrefill)),
            errors.isEmpty
        else { throw ProblemDocument(errors) }
        return load
    }

    private func answer(
        _ load: MetricsWorkload, _ pretty: Bool, _ context: OperationContext
    ) throws(ProblemDocument) -> [UInt8] {
        try MetricsWorkloadOperation().answer(to: load, pretty: pretty, context)
    }

    private static func problem(_ error: InvalidInput) -> ProblemDocument {
        ProblemDocument(.unprocessableContent, error.description)
    }
}
