import HTTPTypes

/// Writes responses, with the fields that the server adds to each of them, to a connection's output.
struct ResponseWriter {
    private let services: ConnectionServices
    /// Bytes to be sent.
    var output = OutputBuffer()

    init(_ services: ConnectionServices) {
        self.services = services
    }

    mutating func writeContinue() {
        output.acquire(from: services.buffers)
        output.write { $0.append(utf8: "HTTP/1.1 100 Continue\r\n\r\n") }
    }

    /// Writes a whole response.
    ///
    /// - Parameters:
    ///   - request: the header section of the request, where one could be read.
    ///   - unreadID: the identifier of the request where it could not.
    /// - Returns: the length of its body as sent.
    mutating func write(
        _ response: Response, _ terms: ResponseTerms, to request: HeadStorage?, unreadID: UInt64
    ) -> Int {
        writeHead(response, terms, isChunked: false, request, unreadID: unreadID)
        guard !terms.isHead, ResponseSerialiser.allowsContent(response.status.code) else { return 0 }
        output.append(response.body, isShared: response.prepared != nil)
        return response.body.count
    }

    // MARK: A body in pieces

    mutating func beginStream(_ head: Response, _ terms: ResponseTerms, to request: HeadStorage?) {
        writeHead(head, terms, isChunked: true, request)
    }

    /// Writes a piece of the body. False where the response has none.
    mutating func writePiece(_ bytes: [UInt8], _ terms: ResponseTerms) -> Bool {
        guard !terms.isHead, !bytes.isEmpty else { return false }
        output.acquire(from: services.buffers)
        guard !terms.isHTTP10 else {
            output.append(.bytes(bytes))
            return true
        }
        output.write { out in
            out.append(hexadecimal: bytes.count)
            out.append(utf8: "\r\n")
        }
        output.append(.bytes(bytes))
        output.write { $0.append(utf8: "\r\n") }
        return true
    }

    mutating func endStream(_ terms: ResponseTerms) {
        output.acquire(from: services.buffers)
        if !terms.isHead, !terms.isHTTP10 { output.write { $0.append(utf8: "0\r\n\r\n") } }
    }

    // MARK: Memory

    /// Forgets what was not sent.
    mutating func discardOutput() { output = OutputBuffer() }

    /// Gives back the memory that an idle connection does not need.
    mutating func releaseBuffers() { output.release(to: services.buffers) }

    private mutating func writeHead(
        _ response: Response, _ terms: ResponseTerms, isChunked: Bool, _ request: HeadStorage?, unreadID: UInt64 = 0
    ) {
        output.acquire(from: services.buffers)
        let services = services
        output.write { out in
            if let prepared = response.prepared, !isChunked {
                out.append(contentsOf: prepared.serialisedHead)
            } else {
                ResponseSerialiser.appendHead(status: response.status, fields: response.fields, to: &out)
                if isChunked {
                    if !terms.isHTTP10 { out.append(utf8: "Transfer-Encoding: chunked\r\n") }
                } else {
                    ResponseSerialiser.appendLength(status: response.status, body: response.body, to: &out)
                }
            }
            out.append(contentsOf: services.date.bytes)
            out.append(utf8: "X-Request-Id: ")
            if let request {
                RequestID.append(request, to: &out)
            } else {
                out.append(hexadecimal: unreadID, digits: 16)
            }
            if !terms.keepAlive {
                out.append(utf8: "\r\nConnection: close\r\n\r\n")
            } else if terms.isHTTP10 {
                out.append(utf8: "\r\nConnection: keep-alive\r\n\r\n")
            } else {
                out.append(utf8: "\r\n\r\n")
            }
        }
    }
}
