import Calibration
import HTTPServer
import HTTPTypes
import JSON

/// `POST /v1/workload`: a trace in, the statistics of the load that it makes out.
public enum WorkloadRoute {
    /// The longest trace, in bytes after decompression, where no other limit is set: 8 GiB.
    public static let defaultLimit = 8 << 30

    static func route(limit: Int) -> Route {
        Route(
            "/v1/workload",
            post: { head, _ in
                do throws(Problem) {
                    let format = try format(head)
                    let (options, pretty) = try options(head)
                    return .stream(limit: limit, WorkloadReader(format: format, options: options, pretty: pretty))
                } catch {
                    return .respond(error.response())
                }
            })
    }

    private static func format(_ head: RequestHead) throws(Problem) -> WorkloadReader.Format {
        let type = head[.contentType] ?? "application/json"
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        switch essence {
        case "text/csv", "application/csv", "text/tab-separated-values": return .csv
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
            "application/json-lines", "application/x-jsonl":
            return .jsonLines
        case "application/json", "application/x-www-form-urlencoded": return .json
        default:
            throw Problem(
                .unsupportedMediaType, "The trace must be text/csv, application/x-ndjson or application/json.",
                fields: [.accept: "text/csv, application/x-ndjson, application/json"])
        }
    }

    private static func options(_ head: RequestHead) throws(Problem) -> (TraceOptions, pretty: Bool) {
        let query = try Query(
            head, names: ["prefill_column", "decode_column", "first_token_from_prefill", "pretty"])
        let options = TraceOptions(
            prefillColumn: try column("prefill_column", query), decodeColumn: try column("decode_column", query),
            firstTokenFromPrefill: try query.flag("first_token_from_prefill"))
        return (options, try query.flag("pretty"))
    }

    private static func column(_ name: String, _ query: Query) throws(Problem) -> String? {
        guard let value = query[name] else { return nil }
        guard !value.isEmpty, value.utf8.count <= 1024 else {
            throw Problem(
                .badRequest, "The query parameter \"\(name)\" must name a column, in 1 to 1024 bytes of UTF-8.")
        }
        return value
    }
}
