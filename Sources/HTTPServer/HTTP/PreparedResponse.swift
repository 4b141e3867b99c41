import HTTPTypes

/// A constant response, serialised once: what is sent for each request is then a few copies of bytes, without
/// allocation.
///
/// A class, so that a ``Response`` made from it costs one reference count.
public final class PreparedResponse: Sendable {
    public let status: HTTPResponse.Status
    public let fields: HTTPFields
    public let body: ResponseBody
    /// Status line, fields and `Content-Length`, each with its CRLF; without the empty line that ends the section.
    let serialisedHead: [UInt8]

    public init(_ response: Response) {
        status = response.status
        fields = response.fields
        body = response.body
        var head: [UInt8] = []
        ResponseSerialiser.appendHead(status: status, fields: fields, to: &head)
        ResponseSerialiser.appendLength(status: status, body: body, to: &head)
        serialisedHead = head
    }
}
