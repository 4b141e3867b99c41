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
