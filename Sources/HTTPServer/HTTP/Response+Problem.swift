import HTTPTypes

extension Response {
    /// A problem document (RFC 9457) of the server itself.
    ///
    /// - Parameter detail: one sentence without characters that JSON would escape.
    static func problem(
        _ status: HTTPResponse.Status, detail: StaticString, _ fields: HTTPFields = [:]
    ) -> Response {
        var fields = fields
        fields[.contentType] = "application/problem+json"
        let text = """
            {"type":"about:blank","title":"\(status.reasonPhrase)","status":\(status.code),"detail":"\(detail)"}
            """
        return Response(status: status, fields: fields, body: .text(text))
    }
}
