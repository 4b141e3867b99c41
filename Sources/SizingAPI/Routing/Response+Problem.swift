import HTTPServer
import HTTPTypes
import SizingContract

extension Response {
    /// The response for a problem.
    ///
    /// - Parameter fields: what stands beside the content type, such as `Allow`.
    init(_ problem: ProblemDocument, fields: HTTPFields = [:], pretty: Bool = false) {
        var fields = fields
        fields[.contentType] = "application/problem+json"
        if let seconds = problem.retryAfter { fields[.retryAfter] = String(seconds) }
        self.init(
            status: .init(code: problem.status.rawValue, reasonPhrase: problem.status.title.description),
            fields: fields, body: .bytes(problem.text(pretty: pretty)))
    }

    /// 200 with a JSON text.
    init(json: [UInt8]) { self.init(status: .ok, fields: Self.jsonFields, body: .bytes(json)) }

    private static let jsonFields: HTTPFields = [.contentType: "application/json"]
}
