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
