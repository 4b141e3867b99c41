import JSON
import Text

/// An error as the caller sees it: a problem document (RFC 9457).
///
/// `type` is always `about:blank`, so the title is that of the status (RFC 9457, section 4.2.1); `detail` is one sentence
/// for people, and `errors` points at each field that breaks a rule.
public struct ProblemDocument: Error, Hashable, Sendable {
    /// The statuses of RFC 9110 that this service answers errors with.
    public enum Status: Int, Hashable, Sendable {
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        case contentTooLarge = 413
        case unsupportedMediaType = 415
        case unprocessableContent = 422
        case internalError = 500
        case unavailable = 503

        public var title: StaticString {
            switch self {
            case .badRequest: "Bad Request"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .contentTooLarge: "Content Too Large"
            case .unsupportedMediaType: "Unsupported Media Type"
            case .unprocessableContent: "Unprocessable Content"
            case .internalError: "Internal Server Error"
            case .unavailable: "Service Unavailable"
            }
        }
    }

    public var status: Status
    public var detail: String
    public var errors: [FieldError]
    /// Seconds after which the same request may be answered; nil where waiting does not help.
    public var retryAfter: Int?

    public init(_ status: Status, _ detail: String, errors: [FieldError] = [], retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
    }

    /// 400 for a text that is not JSON.
    public init(_ error: JSONError) {
        self.init(
            .badRequest, "The body is not acceptable JSON: \(error.message).",
            errors: [FieldError(pointer: error.pointer, detail: error.message)])
    }

    /// 422 with every field that breaks a rule.
    public init(_ errors: ValidationErrors) {
        let count = errors.total
        let detail =
            count == 1 ? "One field breaks the schema or the model." : "\(count) fields break the schema or the model."
        self.init(.unprocessableContent, detail, errors: errors.list)
    }

    /// 422 for one field of the object at `pointer`.
    public init(_ error: InvalidInput, at pointer: String) {
        var errors = ValidationErrors()
        errors.add(pointer, error)
        self.init(errors)
    }

    /// 422 for an input so extreme that a number of the answer is beyond doubles.
    ///
    /// - Parameter member: of the answer.
    @usableFromInline static func beyondDoubles(_ member: String) -> ProblemDocument {
        ProblemDocument(
            .unprocessableContent,
            "The answer's \(member) is beyond the numbers that there are: give latencies, lengths and rates that are less extreme."
        )
    }

    /// 500. The caller is not told what went wrong.
    public static let `internal` = ProblemDocument(.internalError, "Something went wrong inside the service.")

    /// Writes the document as the next value of `writer`.
    public func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("type", "about:blank" as StaticString)
        writer.field("title", status.title)
        writer.field("status", status.rawValue)
        writer.field("detail", detail)
        if !errors.isEmpty {
            writer.array("errors", errors) { writer, error in
                writer.beginObject()
                writer.field("pointer", error.pointer)
                writer.field("detail", error.detail)
                writer.endObject()
            }
        }
        writer.endObject()
    }

    /// The document as JSON text.
    public func text(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty, capacity: 256)
        write(into: &writer)
        // Every number in the document is finite.
        return (try? writer.finish()) ?? []
    }
}
