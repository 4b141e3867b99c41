import Calibration
import HTTPServer
import HTTPTypes
import SizingContract
import Text

/// `POST /v1/workload`: a trace in, in any of the formats, or the metrics of an engine; the statistics of the load that it makes out.
public enum WorkloadRoute {
    /// The longest trace, in bytes after decompression, where no other limit is set: 8 GiB.
    public static let defaultLimit = 8 << 30

    static func route(limit: Int) -> Route {
        Route(
            WorkloadOperation.name,
            post: { head, _ in
                let isMetrics = isMetrics(head)
                let format = format(head)
                guard isMetrics || format != nil else { return .respond(unsupported) }
                do throws(ProblemDocument) {
                    let (options, pretty) = try options(head)
                    let reader = WorkloadReader(isMetrics ? nil : format, options: options)
                    return .stream(limit: limit, TraceConsumer(reader, pretty: pretty))
                } catch {
                    return .respond(Response(error))
                }
            })
    }

    private static let unsupported = Response(
        ProblemDocument(
            .unsupportedMediaType,
            "The trace must be text/csv, application/x-ndjson or application/json, metrics text/plain or "
                + "application/openmetrics-text."),
        fields: [
            .accept: "text/csv, application/x-ndjson, application/json, text/plain, application/openmetrics-text"
        ])

    /// What a metrics endpoint says that it sends.
    private static func isMetrics(_ head: RequestHead) -> Bool {
        ["text/plain", "application/openmetrics-text"].contains(MediaType(head[.contentType] ?? "").essence)
    }

    private static func format(_ head: RequestHead) -> TraceReader.Format? {
        switch MediaType(head[.contentType] ?? "application/json").essence {
        case "text/csv", "application/csv", "text/tab-separated-values": .csv
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
            "application/json-lines", "application/x-jsonl":
            .jsonLines
        case "application/json", "application/x-www-form-urlencoded": .json
        default: nil
        }
    }

    private static func options(_ head: RequestHead) throws(ProblemDocument) -> (TraceOptions, pretty: Bool) {
        let query = try Query(
            head.queryItems,
            names: [
                "prefill_column", "decode_column", "first_token_from_prefill", "time_unit", "block_tokens", "pretty",
            ])
        var options = TraceOptions(
            prefillColumn: try column("prefill_column", query), decodeColumn: try column("decode_column", query),
            firstTokenFromPrefill: try query.flag("first_token_from_prefill"))
        if let unit = query["time_unit"] {
            guard let known = TimeUnit(rawValue: unit) else {
                throw ProblemDocument(.badRequest, "The query parameter \"time_unit\" must be s, ms, us or ns.")
            }
            options.timeUnit = known
        }
        if let tokens = query["block_tokens"] {
            guard tokens.utf8.count <= 7, tokens.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(tokens),
                1...1_000_000 ~= number
            else {
                throw ProblemDocument(
                    .badRequest, "The query parameter \"block_tokens\" must be a whole number from 1 to 1000000.")
            }
            options.blockTokens = number
        }
        return (options, try query.flag("pretty"))
    }

    private static func column(_ name: String, _ query: Query) throws(ProblemDocument) -> String? {
        guard let value = query[name] else { return nil }
        guard !value.isEmpty, value.utf8.count <= 1024 else {
            throw ProblemDocument(
                .badRequest, "The query parameter \"\(name)\" must name a column, in 1 to 1024 bytes of UTF-8.")
        }
        return value
    }
}

/// Hands the pieces of a body to a ``WorkloadReader``.
final class TraceConsumer: BodyConsumer, @unchecked Sendable {
    // Unchecked: a consumer's calls never overlap (see `BodyConsumer`), so the reader has one user at a time.
    private var reader: WorkloadReader
    private let pretty: Bool

    init(_ reader: WorkloadReader, pretty: Bool) {
        self.reader = reader
        self.pretty = pretty
    }

    func consume(_ chunk: [UInt8]) -> Response? {
        do throws(ProblemDocument) {
            try reader.feed(chunk)
            return nil
        } catch {
            return Response(error, pretty: pretty)
        }
    }

    func finish() -> ResponseDelivery { .deferred { self.answer($0) } }

    private func answer(_ work: WorkContext) -> Response {
        do throws(ProblemDocument) {
            return Response(
                json: try reader.answer(
                    pretty: pretty, OperationContext(work, start: MonotonicClock.milliseconds())))
        } catch {
            return Response(error, pretty: pretty)
        }
    }
}
