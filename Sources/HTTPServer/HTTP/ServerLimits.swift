/// Every bound that the server puts on its clients. Sizes are in bytes, times in seconds.
///
/// The defaults are those that operators expect of the widely used servers. A limit that is exceeded is answered with the status
/// named beside it, where a response is still possible, and the connection is closed.
public struct ServerLimits: Sendable, Equatable {
    // MARK: Header section

    /// Request line without its CRLF. 414.
    public var requestLine = 8 * 1024
    /// All field lines with their CRLFs. 431.
    public var headerSection = 16 * 1024
    /// Number of field lines. 431.
    public var headerFields = 100

    // MARK: Body

    /// Body in bytes, on the wire and after content decoding, where a route names no other. 413.
    public var maximumBody = 1024 * 1024
    /// One chunk-size line with its extensions, without its CRLF. 400.
    public var chunkLine = 256
    /// All chunk extensions of one body. 400.
    public var chunkExtensions = 16 * 1024
    /// The trailer section. 431. The number of trailer fields is limited by `headerFields`.
    public var trailerSection = 8 * 1024

    // MARK: Time

    /// From the first byte of a request to the end of its header section. 408.
    public var headerTimeout = 10.0
    /// From the end of the header section to the end of the body, without the time that the server itself did not
    /// read. A body that a handler takes beyond `maximumBody` has as long for each such stretch of it. 408.
    public var bodyTimeout = 30.0
    /// Bytes per second that a body must arrive with, over every window of `bodyRateWindow`. 408.
    public var minimumBodyRate = 500
    /// The window over which the rate of a body is judged.
    public var bodyRateWindow = 5.0
    /// For a client to take what waits for it: `minimumReadRate` times as many bytes, then as many again. The connection is reset.
    public var writeTimeout = 30.0
    /// Bytes per second that a client must take of responses that wait for it, over `writeTimeout`.
    public var minimumReadRate = 8 * 1024
    /// Between two requests of a connection, and before its first. Closed without a response.
    public var idleTimeout = 60.0
    /// A TLS handshake, from accept to finished. Closed without a response.
    public var handshakeTimeout = 10.0
    /// After a client's half-close, how long work for it still goes on. Half-closed and gone look the same until
    /// something is sent, so after this the work is cancelled.
    public var halfCloseGrace = 1.0

    // MARK: Closing

    /// An unread body up to this length is discarded and the connection kept.
    public var drainBytes = 64 * 1024
    /// After a last response: how much is still read and thrown away. A client that sends its whole body before it reads sees a reset
    /// in place of the response when the socket closes on unread bytes (RFC 9112, section 9.6).
    public var lingerBytes = 16 * 1024 * 1024
    /// After a last response: how long the client has to close.
    public var drainTimeout = 2.0

    // MARK: Memory

    /// Bytes of responses, of all connections together, that may wait for their clients to read them. Beyond it heavy requests get
    /// 503, and clients that have taken nothing for `bodyRateWindow` are reset.
    public var maximumWaitingOutput = 64 * 1024 * 1024
    /// Bytes of bodies, of all connections together, that may be held while the rest of them is awaited. Beyond it further bodies are
    /// answered with 503; the first few kilobytes of each are let in.
    public var maximumWaitingInput = 128 * 1024 * 1024

    // MARK: Numbers

    /// Requests of one connection; the last is answered with `Connection: close`.
    public var requestsPerConnection = 1000
    /// Connections open at a time; further ones get 503 and are closed.
    public var maximumConnections = 16_384
    /// TLS handshakes under way at a time; each takes some tens of kilobytes. Further connections are closed.
    public var maximumHandshakes = 1024
    /// TLS handshakes that are begun in a second; each takes up to a millisecond. Further connections wait to be accepted. Nil sets
    /// no limit.
    public var handshakeRate: Double?
    /// Connections over the maximum that are open at a time only to be told so; beyond them they are closed at once.
    public var maximumRefusals = 256

    public init() {}
}
