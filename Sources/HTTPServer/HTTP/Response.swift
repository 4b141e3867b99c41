import HTTPTypes

/// A response. Framing (`Content-Length`, `Transfer-Encoding`), `Date`, `Connection` and `X-Request-Id` are added by the
/// server; a handler that sets one of them is overruled.
public struct Response: Sendable {
    public var status: HTTPResponse.Status
    public var fields: HTTPFields
    public var body: ResponseBody
    /// The serialised form, where this response is a constant; see ``PreparedResponse``.
    let prepared: PreparedResponse?

    public init(status: HTTPResponse.Status, fields: HTTPFields = [:], body: ResponseBody = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
        self.prepared = nil
    }

    /// Whether the status is that of a final response (RFC 9110, section 15), and not an interim or unheard-of one.
    var isFinal: Bool { (200...999).contains(status.code) }

    /// A response whose header section was serialised beforehand.
    public init(_ prepared: PreparedResponse) {
        self.status = prepared.status
        self.fields = prepared.fields
        self.body = prepared.body
        self.prepared = prepared
    }
}

/// The bytes of a response's body.
public enum ResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// Memory that lives as long as the process, sent without a copy.
    case constant(StaticBytes)

    /// Length in bytes.
    public var count: Int {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .constant(let bytes): bytes.count
        }
    }

    public static func text(_ text: String) -> ResponseBody { .bytes(Array(text.utf8)) }

    /// Calls `body` with the bytes. The span must not escape.
    func withSpan<R>(_ body: (Span<UInt8>) -> R) -> R {
        switch self {
        case .empty: body(Span())
        case .bytes(let bytes): body(bytes.span)
        case .constant(let bytes): body(bytes.pointer.span)
        }
    }
}

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

/// Bytes that are never freed or changed, such as a file embedded in the binary.
///
/// `@unchecked Sendable`: the memory is immutable for the life of the process, which the initialisers demand.
public struct StaticBytes: @unchecked Sendable {
    let pointer: UnsafeBufferPointer<UInt8>

    /// - Parameter pointer: memory that stays valid and unchanged until the process ends.
    public init(immortal pointer: UnsafeBufferPointer<UInt8>) {
        self.pointer = pointer
    }

    public init(_ string: StaticString) {
        // A StaticString's UTF-8 lives in the binary's read-only data.
        self.pointer = UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount)
    }

    public var count: Int { pointer.count }
}

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

/// Turns responses into bytes.
enum ResponseSerialiser {
    /// Status line and the handler's fields, without those that the server sets itself.
    static func appendHead(status: HTTPResponse.Status, fields: HTTPFields, to out: inout [UInt8]) {
        out.append(utf8: "HTTP/1.1 ")
        out.append(decimal: status.code)
        out.append(UInt8(ascii: " "))
        out.append(contentsOf: status.reasonPhrase.utf8)
        out.append(utf8: "\r\n")
        for field in fields where !isOwned(field.name) {
            out.append(contentsOf: field.name.rawName.utf8)
            out.append(utf8: ": ")
            out.append(contentsOf: field.value.utf8)
            out.append(utf8: "\r\n")
        }
    }

    /// `Content-Length`, where the status allows content (RFC 9110, section 8.6).
    static func appendLength(status: HTTPResponse.Status, body: ResponseBody, to out: inout [UInt8]) {
        guard allowsContent(status.code) else { return }
        out.append(utf8: "Content-Length: ")
        out.append(decimal: body.count)
        out.append(utf8: "\r\n")
    }

    /// Whether a response with this status may have content and its length (RFC 9110, sections 6.4.1 and 8.6).
    static func allowsContent(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }

    /// Fields that the server sets and a handler cannot.
    private static func isOwned(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "content-length", "transfer-encoding", "connection", "keep-alive", "date", "x-request-id": true
        default: false
        }
    }
}
