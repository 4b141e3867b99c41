import HTTPTypes

/// The header section of a request, with what is known of the connection that it came by.
///
/// It refers to the bytes as they came; strings and fields are made when asked for. Names are compared without regard
/// to case. Everything in it has passed the grammar of RFC 9110 and 9112: there is exactly one valid `Host` in an
/// HTTP/1.1 request, no control characters in values, and one unambiguous framing.
public struct RequestHead: Sendable {
    let storage: HeadStorage
    let connection: ConnectionInfo

    init(storage: HeadStorage, connection: ConnectionInfo) {
        self.storage = storage
        self.connection = connection
    }

    /// The method. Always one of RFC 9110 or `PATCH` or `QUERY`; others are refused by the server with 501.
    public var method: HTTPRequest.Method {
        storage.methodCode.method ?? HTTPRequest.Method(storage.string(storage.method)) ?? .get
    }

    /// The path as it came, percent-encoded, without query. `/` where an absolute-form target has an empty one.
    public var path: String { storage.path.isEmpty ? "/" : storage.string(storage.path) }

    /// Whether the path is exactly this one; allocates nothing.
    public func pathEquals(_ path: StaticString) -> Bool { storage.equals(storage.path, path) }

    /// What follows the question mark, percent-encoded; nil without a question mark.
    public var query: String? { storage.hasQuery ? storage.string(storage.query) : nil }

    /// The query as name and value pairs in order, `+` and percent-encoding undone. A name without `=` has an empty
    /// value. Bytes that are not UTF-8 become U+FFFD.
    public var queryItems: [(name: String, value: String)] {
        guard storage.hasQuery else { return [] }
        return storage.bytes[storage.query.range].split(separator: UInt8(ascii: "&")).map { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (
                PercentEncoding.decode(form: parts[0]), parts.count > 1 ? PercentEncoding.decode(form: parts[1]) : ""
            )
        }
    }

    /// The identifier of the request: the caller's `X-Request-Id` where it is sane, else a new one. The response
    /// carries it.
    public var requestID: String {
        storage.callerID.isEmpty ? RequestID.string(storage.generatedID) : storage.string(storage.callerID)
    }

    public var listener: ListenerRole { connection.listener }
    public var isTLS: Bool { connection.isTLS }
    var peer: PeerAddress { connection.peer }

    /// True where a body follows, even one of length 0 that was announced.
    var hasBody: Bool { storage.framing != .none }

    /// All fields, in order. Made anew at each call: for a single field use the subscript.
    public var fields: HTTPFields {
        var fields = HTTPFields()
        for field in storage.fields {
            guard let name = HTTPField.Name(storage.string(field.name)) else { continue }
            fields.append(HTTPField(name: name, value: storage.string(field.value)))
        }
        return fields
    }

    /// The value of a field; several lines of the same name joined with `, ` (RFC 9110, section 5.3).
    public subscript(_ name: HTTPField.Name) -> String? {
        var result: String?
        let wanted = name.canonicalName.utf8
        for field in storage.fields where field.name.count == wanted.count {
            guard matches(field.name, wanted) else { continue }
            let value = storage.string(field.value)
            result = result.map { "\($0), \(value)" } ?? value
        }
        return result
    }

    /// Whether the field is present; allocates nothing.
    public func contains(_ name: HTTPField.Name) -> Bool {
        let wanted = name.canonicalName.utf8
        return storage.fields.contains { $0.name.count == wanted.count && matches($0.name, wanted) }
    }

    private func matches(_ slice: HeadStorage.Slice, _ canonical: String.UTF8View) -> Bool {
        // Taken once: the class's property would be asked for again at each byte.
        let bytes = storage.bytes
        var index = Int(slice.start)
        for byte in canonical {
            var own = bytes[index]
            if own >= UInt8(ascii: "A"), own <= UInt8(ascii: "Z") { own |= 0x20 }
            if own != byte { return false }
            index += 1
        }
        return true
    }
}

/// What is known of a connection.
struct ConnectionInfo: Sendable {
    let peer: PeerAddress
    let listener: ListenerRole
    let isTLS: Bool
}
