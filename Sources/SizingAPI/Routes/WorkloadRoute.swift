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
        var options = TraceOptions()
        var pretty = false
        guard head.query != nil else { return (options, pretty) }
        for (name, value) in head.queryItems {
            switch name {
            case "prefill_column": options.prefillColumn = try column(name, value)
            case "decode_column": options.decodeColumn = try column(name, value)
            case "first_token_from_prefill": options.firstTokenFromPrefill = try flag(name, value)
            case "pretty": pretty = try flag(name, value)
            default:
                throw Problem(
                    .badRequest,
                    "The query parameter \"\(name)\" is not known; prefill_column, decode_column, first_token_from_prefill "
                        + "and pretty are.")
            }
        }
        return (options, pretty)
    }

    private static func column(_ name: String, _ value: String) throws(Problem) -> String {
        guard !value.isEmpty, value.utf8.count <= 1024 else {
            throw Problem(.badRequest, "The query parameter \"\(name)\" must name a column.")
        }
        return value
    }

    private static func flag(_ name: String, _ value: String) throws(Problem) -> Bool {
        switch value {
        case "", "true", "1": return true
        case "false", "0": return false
        default:
            throw Problem(.badRequest, "The query parameter \"\(name)\" must be true, false, or without a value.")
        }
    }
}
