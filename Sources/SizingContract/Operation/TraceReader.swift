import Calibration
import JSON
import Text

/// Reads a trace as it comes: the input of a ``WorkloadOperation``.
///
/// CSV, NDJSON and JSON arrays are read in constant memory. Other JSON documents (columns, or answers to be merged) are kept
/// whole, up to ``maximumDocument``.
public struct TraceReader: Sendable {
    /// What the bytes are.
    public enum Format: Sendable {
        case csv
        case jsonLines
        /// An array of rows, `{"requests": {"prefill": […], "decode": […]}}`, or `{"merge": […]}`.
        case json

        /// How a file is laid out, by its name, with or without `.gz`, or by the first byte that is no white space.
        public init(name: String, first: UInt8?) {
            let name = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
            if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
                self = .jsonLines
            } else if name.hasSuffix(".json") || first == UInt8(ascii: "[") {
                self = .json
            } else {
                self = first == UInt8(ascii: "{") ? .jsonLines : .csv
            }
        }
    }

    /// The longest JSON document that is no array of rows, in bytes.
    public static let maximumDocument = 16 << 20

    private let options: TraceOptions
    /// nil as long as it is not known what JSON comes, and for documents.
    private var parser: TraceParser?
    private var document: [UInt8] = []
    /// Finds the end of the first JSON value: behind it others may follow.
    private var scanner = JSONValueEnd()
    private var scanned = 0
    private var end: Int?

    public init(format: Format, options: TraceOptions = TraceOptions()) {
        self.options = options
        switch format {
        case .csv: parser = TraceParser(format: .csv, options: options)
        case .jsonLines: parser = TraceParser(format: .jsonLines, options: options)
        case .json: parser = nil
        }
    }

    /// Bytes of the requests that are kept for a replay.
    var timetableMemory: Int { parser?.timetableMemory ?? 0 }

    /// Takes the next bytes of the trace.
    ///
    /// - Throws: what is wrong with it, as the caller is told.
    public mutating func feed(_ chunk: [UInt8]) throws(ProblemDocument) {
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
        // White space before the first byte that tells is not kept.
        if document.isEmpty, chunk.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) { return }
        if document.isEmpty, let mark = Self.foreignMark(chunk) { throw mark }
        document += chunk
        if end == nil {
            var scanner = scanner
            end = scanner.find(in: document.span, from: scanned)
            self.scanner = scanner
            scanned = document.count
        }
        if let end, document[end...].contains(where: { $0 > 0x20 }), document.contains(UInt8(ascii: "{")) {
            // Objects after each other: rows.
            var rows = TraceParser(format: .jsonLines, options: options)
            do throws(InvalidInput) { try rows.feed(document.span) } catch { throw Self.problem(error) }
            parser = rows
            document = []
            return
        }
        guard document.count <= Self.maximumDocument else {
            throw ProblemDocument(
                .contentTooLarge,
                "A JSON document that is no array of rows may have \(Self.maximumDocument) bytes; send rows: a JSON array, CSV "
                    + "(text/csv) or NDJSON (application/x-ndjson), as jq -c '.data[]' makes them.")
        }
    }

    /// What the trace comes to. Called once, after the last bytes.
    ///
    /// - Throws: what is wrong with it, as the caller is told.
    public func finish() throws(ProblemDocument) -> TraceSummary {
        if var parser {
            do throws(InvalidInput) { return try parser.finish() } catch { throw Self.problem(error) }
        }
        let parsed: JSONDocument
        do throws(JSONError) { parsed = try JSONDocument(parsing: document) } catch { throw Self.notJSON(error) }
        guard Self.isOwn(parsed.root) else { return try rows() }
        if options.prefillColumn != nil || options.decodeColumn != nil {
            throw ProblemDocument(
                .unprocessableContent,
                "prefill_column and decode_column name columns of rows; a JSON document that is no array of rows has none."
            )
        }
        if options.firstTokenFromPrefill, parsed.root["merge"] != nil {
            throw ProblemDocument(
                .unprocessableContent,
                "first_token_from_prefill is about rows; answers to be merged say themselves how theirs were read.")
        }
        var errors = ValidationErrors()
        guard let summary = TraceDocument.decode(parsed.root, options, &errors), errors.isEmpty else {
            throw ProblemDocument(errors)
        }
        return summary
    }

    /// Whether a document has the form that this service describes, rather than that of another program.
    private static func isOwn(_ root: JSONValue) -> Bool {
        guard root.kind == .object else { return true }
        if root["merge"] != nil { return true }
        guard let requests = root["requests"], requests.kind == .object else { return false }
        return requests["prefill"] != nil || requests["decode"] != nil
    }

    /// A document of another program: a row, columns, or what holds rows.
    private func rows() throws(ProblemDocument) -> TraceSummary {
        var options = options
        options.maximumLine = Self.maximumDocument
        var parser = TraceParser(format: .jsonLines, options: options)
        do throws(InvalidInput) {
            try parser.feed(document.span)
            return try parser.finish()
        } catch {
            throw Self.problem(error)
        }
    }

    /// What is wrong with bytes that are no text; nil where they may be.
    private static func foreignMark(_ start: [UInt8]) -> ProblemDocument? {
        guard let first = start.first, first >= 0x80 || first == 0x1F || first == 0x50 || first == 0x42 else {
            return nil
        }
        var parser = TraceParser(format: .csv)
        do throws(InvalidInput) {
            try parser.feed(start.span.extracting(first: 16))
            return nil
        } catch {
            return error.rule.contains("UTF-8") || error.rule.contains("gzip") ? problem(error) : nil
        }
    }

    private static func problem(_ error: InvalidInput) -> ProblemDocument {
        ProblemDocument(.unprocessableContent, error.description)
    }

    private static func notJSON(_ error: JSONError) -> ProblemDocument {
        var problem = ProblemDocument(error)
        problem.detail += " A trace in CSV needs Content-Type: text/csv, one in NDJSON application/x-ndjson."
        return problem
    }
}
