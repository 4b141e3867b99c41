/// Asks a running service over HTTP, one exchange a connection.
struct ServiceClient: Sendable {
    let url: ServiceURL
    /// Seconds of silence that are borne.
    var timeout: Double
    /// A bearer token, where the service asks for one.
    var token: String?

    /// The longest response that is read, in bytes.
    static let longest = 1 << 30

    func get(_ path: String, _ query: [(name: String, value: String)] = []) throws(NoAnswer) -> ServiceResponse {
        try exchange("GET", url.target(path, query), nil)
    }

    /// The address itself, with its query.
    func get() throws(NoAnswer) -> ServiceResponse { try exchange("GET", url.path, nil) }

    /// - Parameters:
    ///   - path: below the service's address.
    ///   - query: names and values.
    ///   - body: what is sent.
    ///   - type: its media type.
    ///   - coding: its content coding, such as gzip.
    func post(
        _ path: String, _ query: [(name: String, value: String)] = [], body: [UInt8], type: String,
        coding: String? = nil
    ) throws(NoAnswer) -> ServiceResponse {
        try exchange("POST", url.target(path, query), (body, type, coding))
    }

    private func exchange(
        _ method: String, _ target: String, _ content: (body: [UInt8], type: String, coding: String?)?
    ) throws(NoAnswer) -> ServiceResponse {
        guard !url.isTLS else { throw NoAnswer("https:// is not spoken here: use http://, or a proxy on this machine") }
        let connection = try ServiceConnection(url, timeout: timeout)
        try connection.send(Self.head(method, target, url.authority, token, content) + (content?.body ?? []))
        var bytes: [UInt8] = []
        while true {
            let next = try connection.receive()
            if next.isEmpty { break }
            bytes += next
            guard bytes.count <= Self.longest else { throw NoAnswer("an answer of more than \(Self.longest) bytes") }
        }
        guard !bytes.isEmpty else { throw NoAnswer("closed without an answer") }
        guard let response = ServiceResponse(bytes) else { throw NoAnswer("not a whole HTTP answer") }
        return response
    }

    /// The head of a request, after whose response the connection is closed.
    static func head(
        _ method: String, _ target: String, _ authority: String, _ token: String?,
        _ content: (body: [UInt8], type: String, coding: String?)?
    ) -> [UInt8] {
        var head =
            "\(method) \(target) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\nAccept: application/json, text/plain;q=0.9\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if let content {
            head += "Content-Type: \(content.type)\r\nContent-Length: \(content.body.count)\r\n"
            if let coding = content.coding { head += "Content-Encoding: \(coding)\r\n" }
        }
        return Array((head + "\r\n").utf8)
    }
}
