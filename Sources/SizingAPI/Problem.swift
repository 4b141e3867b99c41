import HTTPServer
import HTTPTypes
import JSON

/// An error as the caller sees it: a problem document (RFC 9457).
///
/// `type` is always `about:blank`, so the title is that of the status (RFC 9457, section 4.2.1); `detail` is one sentence
/// for people, and `errors` points at each field that is to blame.
public struct Problem: Error, Sendable {
    public var status: HTTPResponse.Status
    public var detail: String
    public var errors: [FieldProblem]
    /// Fields of the answer beside the content type: `Allow`, `Retry-After`.
    public var fields: HTTPFields

    public init(
        _ status: HTTPResponse.Status, _ detail: String, errors: [FieldProblem] = [], fields: HTTPFields = [:]
    ) {
        self.status = status
        self.detail = detail
        self.errors = errors
        self.fields = fields
    }

    /// 400 for a text that is not JSON.
    init(_ error: JSONError) {
        self.init(
            .badRequest, "The body is not acceptable JSON: \(error.message).",
            errors: [FieldProblem(pointer: error.pointer, detail: error.message)])
    }

    /// 422 with every field to blame.
    init(_ problems: Problems) {
        let count = problems.total
        let detail =
            count == 1 ? "One field breaks the schema or the model." : "\(count) fields break the schema or the model."
        self.init(.unprocessableContent, detail, errors: problems.list)
    }

    /// 500. What went wrong is not told.
    static let `internal` = Problem(.internalServerError, "Something went wrong inside the service.")

    /// Writes the document as the next value of `writer`.
    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("type", "about:blank" as StaticString)
        writer.field("title", status.reasonPhrase)
        writer.field("status", status.code)
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

    /// The answer to the caller.
    public func response(pretty: Bool = false) -> Response {
        var writer = JSONWriter(pretty: pretty, capacity: 256)
        write(into: &writer)
        var fields = self.fields
        fields[.contentType] = "application/problem+json"
        // No number in the document can be other than finite.
        return Response(status: status, fields: fields, body: .bytes((try? writer.finish()) ?? []))
    }
}
