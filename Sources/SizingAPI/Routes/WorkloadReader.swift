import Calibration
import HTTPServer
import HTTPTypes
import JSON
import Text

/// Reads a trace as it comes and answers with its statistics.
///
/// CSV, NDJSON and JSON arrays are read in constant memory. Other JSON documents (columns, or answers to be merged) are kept whole, up
/// to ``maximumDocument``.
public final class WorkloadReader: BodyConsumer, @unchecked Sendable {
    // Unchecked: a consumer's calls never overlap (see `BodyConsumer`), so its state has one user at a time.

    /// What the bytes are.
    public enum Format: Sendable {
        case csv
        case jsonLines
        /// An array of rows, `{"requests": {"prefill": […], "decode": […]}}`, or `{"merge": […]}`.
        case json
    }

    /// The longest JSON document that is no array of rows, in bytes.
    public static let maximumDocument = 16 << 20

    private let options: TraceOptions
    private let pretty: Bool
    /// nil as long as it is not known what JSON comes, and for documents.
    private var parser: TraceParser?
    private var document: [UInt8] = []

    public init(format: Format, options: TraceOptions = TraceOptions(), pretty: Bool = false) {
        self.options = options
        self.pretty = pretty
        switch format {
        case .csv: parser = TraceParser(format: .csv, options: options)
        case .jsonLines: parser = TraceParser(format: .jsonLines, options: options)
        case .json: parser = nil
        }
    }

    public func consume(_ chunk: [UInt8]) -> Response? {
        do throws(Problem) {
            try take(chunk)
            return nil
        } catch {
            return error.response(pretty: pretty)
        }
    }

    public func finish(_ context: WorkContext) -> Response {
        do throws(Problem) {
            let summary = try summary()
            let statistics = try Self.checked(try TraceStatistics(summary))
            var writer = JSONWriter(pretty: pretty, capacity: 1 << 16)
            TraceSummarySchema.write(summary, statistics, into: &writer)
            guard let bytes = try? writer.finish() else { throw Problem.internal }
            return Response(status: .ok, fields: [.contentType: "application/json"], body: .bytes(bytes))
        } catch {
            return error.response(pretty: pretty)
        }
    }

    /// What the trace comes to.
    ///
    /// - Throws: what is wrong with it, as the caller is told.
    public func summary() throws(Problem) -> TraceSummary {
        if var parser {
            return try Self.checked(try parser.finish())
        }
        let parsed: JSONDocument
        do throws(JSONError) { parsed = try JSONDocument(parsing: document) } catch { throw notJSON(error) }
        if options.prefillColumn != nil || options.decodeColumn != nil {
            throw Problem(
                .unprocessableContent,
                "prefill_column and decode_column name columns of rows; a JSON document that is no array of rows has none."
            )
        }
        if options.firstTokenFromPrefill, parsed.root["merge"] != nil {
            throw Problem(
                .unprocessableContent,
                "first_token_from_prefill is about rows; answers to be merged say themselves how theirs were read.")
        }
        var problems = Problems()
        guard let summary = read(parsed.root, &problems), problems.isEmpty else { throw Problem(problems) }
        return summary
    }

    private func take(_ chunk: [UInt8]) throws(Problem) {
        if parser == nil, document.isEmpty,
            let first = chunk.first(where: { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }),
            first == UInt8(ascii: "[")
        {
            parser = TraceParser(format: .jsonRows, options: options)
        }
        guard parser == nil else {
            do throws(InvalidInput) { try parser?.feed(chunk.span) } catch { throw Self.problem(error) }
            return
        }
        // Blanks before the first byte that tells are not kept.
        if document.isEmpty, chunk.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) { return }
        guard document.count + chunk.count <= Self.maximumDocument else {
            throw Problem(
                .contentTooLarge,
                "A JSON document of columns may have \(Self.maximumDocument) bytes; send rows: a JSON array, CSV (text/csv) or "
                    + "NDJSON (application/x-ndjson).")
        }
        document += chunk
    }

    /// Columns, or answers to be merged.
    private func read(_ value: JSONValue, _ problems: inout Problems) -> TraceSummary? {
        guard let object = ObjectReader(value, fields: ["requests", "merge"], &problems) else { return nil }
        if let parts = object.optional("merge") {
            if let other = object.optional("requests") { problems.add(other, "must not stand beside merge") }
            return merge(parts, &problems)
        }
        guard let requests = object.required("requests", &problems),
            let columns = ObjectReader(requests, fields: ["prefill", "decode", "weights"], &problems)
        else { return nil }
        if let weights = columns.optional("weights") {
            problems.add(weights, "is not taken here: every pair of lengths is one request")
        }
        let prefill = columns.required("prefill", &problems)?.numbers(in: -1e300...1e300, &problems)
        let decode = columns.required("decode", &problems)?.numbers(in: -1e300...1e300, &problems)
        guard let prefill, let decode else { return nil }
        guard prefill.count == decode.count else {
            problems.add(requests, "must have as many prefill as decode lengths")
            return nil
        }
        var parser = TraceParser(format: .jsonLines, options: options)
        for index in prefill.indices {
            parser.add(prefill: ParsedRequestLength(prefill[index]), output: ParsedRequestLength(decode[index]))
        }
        return problems.checked(requests, try parser.finish())
    }

    private func merge(_ value: JSONValue, _ problems: inout Problems) -> TraceSummary? {
        guard let parts = value.array(limit: 1000, &problems) else { return nil }
        var merged: TraceSummary?
        for part in parts {
            guard let (summary, _) = TraceSummarySchema.decode(part, &problems) else { continue }
            guard var whole = merged else {
                merged = summary
                continue
            }
            problems.checked(part, try whole.merge(summary))
            merged = whole
        }
        if merged == nil, problems.isEmpty { problems.add(value, "must not be empty") }
        return problems.isEmpty ? merged : nil
    }

    // MARK: Errors

    private static func checked<T>(_ make: @autoclosure () throws(InvalidInput) -> T) throws(Problem) -> T {
        do throws(InvalidInput) { return try make() } catch { throw problem(error) }
    }

    private static func problem(_ error: InvalidInput) -> Problem {
        Problem(.unprocessableContent, error.description)
    }

    private func notJSON(_ error: JSONError) -> Problem {
        var problem = Problem(error)
        problem.detail += " A trace in CSV needs Content-Type: text/csv, one in NDJSON application/x-ndjson."
        return problem
    }
}
