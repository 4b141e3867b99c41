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
    }

    /// The longest JSON document that is no array of rows, in bytes.
    public static let maximumDocument = 16 << 20

    private let options: TraceOptions
    /// nil as long as it is not known what JSON comes, and for documents.
    private var parser: TraceParser?
    private var document: [UInt8] = []

    public init(format: Format, options: TraceOptions = TraceOptions()) {
        self.options = options
        switch format {
        case .csv: parser = TraceParser(format: .csv, options: options)
        case .jsonLines: parser = TraceParser(format: .jsonLines, options: options)
        case .json: parser = nil
        }
    }

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
        guard document.count + chunk.count <= Self.maximumDocument else {
            throw ProblemDocument(
                .contentTooLarge,
                "A JSON document of columns may have \(Self.maximumDocument) bytes; send rows: a JSON array, CSV (text/csv) or "
                    + "NDJSON (application/x-ndjson).")
        }
        document += chunk
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

    private static func problem(_ error: InvalidInput) -> ProblemDocument {
        ProblemDocument(.unprocessableContent, error.description)
    }

    private static func notJSON(_ error: JSONError) -> ProblemDocument {
        var problem = ProblemDocument(error)
        problem.detail += " A trace in CSV needs Content-Type: text/csv, one in NDJSON application/x-ndjson."
        return problem
    }
}
