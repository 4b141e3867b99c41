/// What is to be done on a connection next, as its state machine decided. Small, since there are several a request.
enum ConnectionAction {
    /// A request begins: its first byte came.
    case beginRequest
    /// Ask the handler what to do with the request.
    case askHandler
    /// Write an interim 100.
    case sendContinue
    /// Give a chunk of the body to the consumer, on the work pool.
    case giveChunk([UInt8])
    /// The body is complete: have the response made. The bytes are the body where it is delivered whole.
    case finishBody([UInt8])
    /// Write the response to `OPTIONS *`.
    case sendOptions(ResponseTerms)
    /// Write an error of the server itself as the response. Work for the request is no longer wanted.
    case refuse(ServerError, ResponseTerms)
    /// Write the end of a response whose body was written in pieces.
    case endStream(ResponseTerms)
    /// The response is no longer wanted.
    case cancelWork
    /// Close our side.
    case halfClose
    /// Close the socket.
    case close
    /// Close the socket and forget what was not sent.
    case reset
}

/// What becomes of bytes from the client.
enum InputUse {
    case parse
    /// They are thrown away unparsed.
    case discard
    /// They stay where they are.
    case wait
}

/// What the framing of a response depends on.
struct ResponseTerms: Equatable {
    var keepAlive: Bool
    /// The request was HTTP/1.0: no chunked coding, and `keep-alive` must be said.
    var isHTTP10: Bool
    /// The response has no body, whatever its fields say.
    var isHead: Bool
}

/// What of a request's header section matters to the order of a connection.
struct RequestFraming: Equatable {
    var method = MethodCode.get
    var form = TargetForm.origin
    var minorVersion = 1
    var body = BodyFraming.none
    var connectionClose = false
    var connectionKeepAlive = false
    var expectation = BodyExpectation.none

    /// Whether a body of at least one byte follows.
    var announcesBytes: Bool { body != .none && body != .length(0) }

    /// Whether the client would like to send another request (RFC 9112, section 9.3).
    var asksToKeepAlive: Bool { !connectionClose && (minorVersion > 0 || connectionKeepAlive) }

    func terms(keepAlive: Bool) -> ResponseTerms {
        ResponseTerms(keepAlive: keepAlive, isHTTP10: minorVersion == 0, isHead: method == .head)
    }

    /// Whether the body, which nobody reads, can be read over so that the connection goes on. One that an expectation stands
    /// before may or may not follow, whatever was expected: some take any expectation for `100-continue` (CVE-2024-24791).
    func canBeReadOver(upTo limit: Int) -> Bool {
        switch body {
        case .none, .length(0): true
        case .length(let length): length <= limit && expectation == .none
        case .chunked: expectation == .none
        }
    }
}

extension RequestFraming {
    init(_ storage: HeadStorage) {
        self.init(
            method: storage.methodCode, form: storage.form, minorVersion: Int(storage.minorVersion),
            body: storage.framing, connectionClose: storage.connectionClose,
            connectionKeepAlive: storage.connectionKeepAlive, expectation: storage.expectation)
    }
}

/// Where a connection is between two requests, or within one. Each state carries what holds in it alone.
enum ConnectionState {
    /// Nothing of a next request has come.
    case idle(deadline: UInt64)
    /// The end of the header section is awaited.
    case head(deadline: UInt64)
    /// The handler is to say what happens with the request.
    case deciding(Exchange)
    /// The body is awaited, or the consumer of its last chunks.
    case receiving(Exchange)
    /// The body has come; the response is awaited.
    case responding(Exchange)
    /// The rest of a response's body is awaited, in pieces.
    case streaming(Exchange, ResponseTerms)
    /// The response was given; the rest of the unread body is awaited, to be thrown away.
    case discarding(deadline: UInt64, count: Int)
    /// The last response was given; the end of its transmission is awaited.
    case closing(discarded: Int)
    /// The last response was sent and our side closed; the client's end is awaited (RFC 9112, section 9.6).
    case lingering(deadline: UInt64, discarded: Int)
    case closed

    /// The request being served.
    struct Exchange {
        let request: RequestFraming
        let keepAlive: Bool
    }
}
