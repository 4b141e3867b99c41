import Synchronization

/// What a server does with requests. An implementation knows routes; it knows nothing of sockets, queues or framing.
///
/// Handlers compose: authentication, rate limits and the like are handlers that hold another one and either answer
/// themselves or pass the head on.
public protocol HTTPHandler: Sendable {
    /// Decides what happens with a request, from its header section alone.
    ///
    /// Called on an event loop as soon as the header section is complete and before any of the body is read, so it
    /// must not block and ought to take microseconds. It is not called for requests that the server itself refuses
    /// (malformed ones, unknown methods, `CONNECT`, unknown expectations) nor for `OPTIONS *`.
    func handling(of head: RequestHead) -> RequestHandling
}

/// What a handler decided about one request: the label of its route, and what to do with its body.
public struct RequestHandling: Sendable {
    /// A label of low cardinality for logs and metrics, such as `"/v1/catalog/devices/{id}"`; never the raw path.
    public var route: String
    public var body: BodyHandling

    public init(route: String, body: BodyHandling) {
        self.route = route
        self.body = body
    }

    /// A response that needs no body.
    public static func respond(route: String, _ response: Response) -> RequestHandling {
        RequestHandling(route: route, body: .respond(response))
    }
}

/// What to do with a request's body, decided from the head.
public enum BodyHandling: Sendable {
    /// Answer at once. A body that comes nevertheless is discarded, or the connection closed where it is long.
    case respond(Response)
    /// Collect the whole body, then call `then` on the event loop.
    ///
    /// `limit` is in bytes after content decoding; nil means `ServerLimits.maximumBody`. A body beyond it is refused
    /// with 413, before it is read (and before `100 Continue`) where its length is announced.
    case collect(limit: Int?, then: @Sendable (Request) -> ResponseDelivery)
    /// Hand the body on in chunks, one at a time, on the work pool. While a chunk is being consumed one more is read,
    /// and then no more, which is the back-pressure. `limit` is in bytes after content decoding.
    case stream(limit: Int, any BodyConsumer)
}

/// How a request is answered whose body is there, or consumed.
public enum ResponseDelivery: Sendable {
    /// The response is ready: for responses that take microseconds to make.
    case now(Response)
    /// The response is made on the bounded work pool. With its queue full the client gets 503 with `Retry-After`.
    case deferred(@Sendable (WorkContext) -> Response)
    /// The body is written in pieces by a job on the work pool (`text/event-stream`, for example). `head`'s own body
    /// is ignored. The stream ends when the closure returns.
    case stream(head: Response, @Sendable (ResponseStream) -> Void)

    /// The same with another response; a stream is left as it is.
    func map(_ change: @escaping @Sendable (Response) -> Response) -> ResponseDelivery {
        switch self {
        case .now(let response): .now(change(response))
        case .deferred(let make): .deferred { change(make($0)) }
        case .stream: self
        }
    }
}

/// Takes a request's body in chunks, on the work pool. Calls never overlap, nor does the job that ``finish()`` returns overlap one.
public protocol BodyConsumer: AnyObject, Sendable {
    /// Takes the next bytes of the body, after content decoding. A response ends the request early with that response.
    func consume(_ chunk: [UInt8]) -> Response?
    /// Called once, on the event loop, after the last chunk; says how the request is answered. Not called when it ended early.
    func finish() -> ResponseDelivery
}

/// A complete request: its head and its whole body.
public struct Request: Sendable {
    public let head: RequestHead
    /// The body after transfer and content decoding; empty when there was none.
    public let body: [UInt8]

    public init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// What a job on the work pool knows of its request.
public final class WorkContext: Sendable {
    private let cancelled = Atomic<Bool>(false)

    public init() {}

    /// True once the response is no longer wanted: the client has gone, or the server stops. Long work ought to look at
    /// it every few milliseconds and return any response as soon as it is set.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Marks the work as no longer wanted.
    public func cancel() { cancelled.store(true, ordering: .relaxed) }
}

/// The body of a response that is written in pieces from the work pool.
///
/// Sending never blocks. A client that reads too slowly loses pieces that were marked as droppable and gets all others.
public final class ResponseStream: Sendable {
    public let context: WorkContext
    private let sink: @Sendable ([UInt8], Bool) -> Bool

    init(context: WorkContext, sink: @escaping @Sendable ([UInt8], Bool) -> Bool) {
        self.context = context
        self.sink = sink
    }

    /// True once nobody reads any more: the client has gone, or the server stops.
    public var isCancelled: Bool { context.isCancelled }

    /// Sends a piece of the body.
    ///
    /// - Parameters:
    ///   - bytes: the piece.
    ///   - droppable: whether the piece may be left out when the client has not yet read the earlier ones
    ///     (a progress report that the next one replaces).
    /// - Returns: false if the piece was dropped or the client has gone.
    @discardableResult
    public func send(_ bytes: [UInt8], droppable: Bool = false) -> Bool { sink(bytes, droppable) }
}
