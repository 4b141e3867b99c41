/// Asks a running service over HTTP, one exchange a connection.
struct ServiceClient: Sendable {
    let url: ServiceURL
    /// Seconds of silence that are borne.
    var timeout: Double
    /// A bearer token, where the service asks for one.
    var token: String?
    /// A PEM file of the authorities that are trusted; nil for the system's.
    var authorities: String?

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
        let connection = try ServiceConnection(url, timeout: timeout)
        let request = Self.head(method, target, url.authority, token, content) + (content?.body ?? [])
        var bytes: [UInt8] = []
        if url.isTLS {
            let channel = try TLSClient(connection.descriptor, host: url.host, authorities: authorities)
            try channel.send(request)
            try Self.collect(&bytes) { () throws(NoAnswer) in try channel.receive() }
        } else {
            try connection.send(request)
            try Self.collect(&bytes) { () throws(NoAnswer) in try connection.receive() }
        }
        guard !bytes.isEmpty else { throw NoAnswer("closed without an answer") }
        guard let response = ServiceResponse(bytes) else { throw NoAnswer("not a whole HTTP answer") }
        return response
    }

    /// Everything up to the end of the stream, or to what goes wrong behind a response that says how long it is.
    private static func collect(
        _ bytes: inout [UInt8], _ receive: () throws(NoAnswer) -> [UInt8]
    ) throws(NoAnswer) {
        while true {
            let next: [UInt8]
            do throws(NoAnswer) { next = try receive() } catch {
                if ServiceResponse(bytes)?.isDelimited == true { return }
                throw error
            }
            if next.isEmpty { return }
            bytes += next
            guard bytes.count <= longest else { throw NoAnswer("an answer of more than \(longest) bytes") }
        }
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
