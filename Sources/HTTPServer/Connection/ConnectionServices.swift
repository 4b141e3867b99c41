/// What the connections of one loop share. Confined to that loop.
final class ConnectionServices {
    let handler: any HTTPHandler
    let limits: ServerLimits
    let timeouts: Timeouts
    let retryAfter: Int
    let observer: (any ServerObserver)?
    let heads: HeadPool
    let buffers = BufferPool()
    /// Gives work to the pool; an error where it is not taken.
    let submit: (Work, ConnectionID) -> ServerError?
    /// Counts bytes of a body that are held; true where all that are held are too many.
    let holdInput: (Int) -> Bool
    /// Gives the time for reports. The time that comes with an event is that of the loop's turn, in which a response may
    /// have been made; nil takes it all the same.
    let clock: (() -> UInt64)?
    var date = DateLine()
    private var nextID: UInt64

    /// - Parameter seed: where the sequence of request identifiers starts.
    init(
        handler: any HTTPHandler, limits: ServerLimits, retryAfter: Int = 1, observer: (any ServerObserver)? = nil,
        seed: UInt64, clock: (() -> UInt64)? = nil, holdInput: @escaping (Int) -> Bool = { _ in false },
        submit: @escaping (Work, ConnectionID) -> ServerError?
    ) {
        self.handler = handler
        self.limits = limits
        self.timeouts = Timeouts(limits)
        self.retryAfter = retryAfter
        self.observer = observer
        self.heads = HeadPool()
        self.submit = submit
        self.holdInput = holdInput
        self.clock = clock
        nextID = seed
    }

    /// A new request identifier: a step of SplitMix64, so that they look random and do not repeat within a loop.
    func makeID() -> UInt64 {
        nextID &+= 0x9E37_79B9_7F4A_7C15
        var z = nextID
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Names a connection of a loop. The generation tells it from an earlier one that had the same index.
struct ConnectionID: Hashable, Sendable {
    var index: UInt32
    var generation: UInt32
}

/// A piece of work for the pool, and who it is for.
enum Work: Sendable {
    case respond(@Sendable (WorkContext) -> Response, WorkContext)
    case stream(@Sendable (ResponseStream) -> Void, WorkContext, StreamBacklog)
    case consume(any BodyConsumer, [UInt8])

    /// Whether it makes a response. What is done for a body under way goes on.
    var makesResponse: Bool {
        switch self {
        case .respond, .stream: true
        case .consume: false
        }
    }
}

/// What came of a piece of work.
enum WorkResult: Sendable {
    case response(Response)
    /// The work was not done.
    case refused(ServerError)
    /// A chunk was consumed; a response ends the request.
    case consumed(by: any BodyConsumer, Response?)
    case streamPiece([UInt8])
    case streamEnded
}
