import HTTPTypes

/// The methods that this server recognises: those of RFC 9110, section 9, `PATCH` (RFC 5789), and `QUERY`
/// (draft-ietf-httpbis-safe-method-w-body).
///
/// A method that is not recognised is answered with 501; one that is recognised but not offered by a resource with
/// 405 (RFC 9110, section 9.1), which is the handler's part.
enum MethodCode: UInt8, Sendable {
    case get, head, post, put, delete, patch, options, trace, connect, query, other

    init(_ bytes: Span<UInt8>) {
        self = .other
        for (code, name) in MethodCode.names where name.utf8CodeUnitCount == bytes.count {
            let same = name.withUTF8Buffer { expected in
                for index in 0..<expected.count where expected[index] != bytes[index] { return false }
                return true
            }
            if same {
                self = code
                return
            }
        }
    }

    private static let names: [(MethodCode, StaticString)] = [
        (.get, "GET"), (.post, "POST"), (.head, "HEAD"), (.put, "PUT"), (.delete, "DELETE"), (.patch, "PATCH"),
        (.options, "OPTIONS"), (.trace, "TRACE"), (.connect, "CONNECT"), (.query, "QUERY"),
    ]

    /// The method as it is written; nil for one that is not recognised.
    var name: StaticString? {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .query: "QUERY"
        case .other: nil
        }
    }

    /// The method as the currency type; nil for one that is not recognised.
    var method: HTTPRequest.Method? {
        switch self {
        case .get: .get
        case .head: .head
        case .post: .post
        case .put: .put
        case .delete: .delete
        case .patch: .patch
        case .options: .options
        case .trace: .trace
        case .connect: .connect
        case .query: MethodCode.queryMethod
        case .other: nil
        }
    }

    private static let queryMethod = HTTPRequest.Method("QUERY")
}

/// Fields that the server itself reads, recognised once while the field line is parsed.
enum KnownField: UInt8, Sendable {
    case other
    case host
    case contentLength
    case transferEncoding
    case connection
    case expect
    case requestID

    /// The field with this name, compared without regard to case (RFC 9110, section 5.1).
    init(_ name: Span<UInt8>) {
        switch name.count {
        case 4: self = name.equalsIgnoringCase("host") ? .host : .other
        case 6: self = name.equalsIgnoringCase("expect") ? .expect : .other
        case 10: self = name.equalsIgnoringCase("connection") ? .connection : .other
        case 12: self = name.equalsIgnoringCase("x-request-id") ? .requestID : .other
        case 14: self = name.equalsIgnoringCase("content-length") ? .contentLength : .other
        case 17: self = name.equalsIgnoringCase("transfer-encoding") ? .transferEncoding : .other
        default: self = .other
        }
    }
}
