/// The body of a request while it is awaited: its flow to whoever takes it, and the time that the client has for it.
struct IncomingBody {
    private var flow: BodyFlow
    private var clock: BodyClock

    init(_ flow: BodyFlow, _ clock: BodyClock) {
        self.flow = flow
        self.clock = clock
    }

    /// Nothing more is wanted from the client until the consumer is free again.
    var awaitsConsumer: Bool { flow.awaitsConsumer }

    /// There is more to be inflated before anything else is wanted, in the next turn.
    var awaitsTurn: Bool { flow.awaitsTurn }

    /// Bytes of memory that are held.
    var heldBytes: Int { flow.heldBytes }

    /// All bytes of the body arrived.
    var hasEnded: Bool { flow.hasEnded }

    /// When ``isLate(now:)`` is to be asked; nil while the clock stands still.
    var deadline: UInt64? { clock.deadline }

    /// Bytes arrived; `ahead` more are known to follow, in the same chunk.
    mutating func arrived(_ bytes: Span<UInt8>, ahead: Int, now: UInt64) -> BodyFlow.Step? {
        clock.received(bytes.count, now: now)
        return flow.arrived(bytes, ahead: ahead)
    }

    /// Passes another event on to the flow, and stops or restarts the client's clock.
    mutating func advance(now: UInt64, _ event: (inout BodyFlow) -> BodyFlow.Step?) -> BodyFlow.Step? {
        let step = event(&flow)
        clock.setPaused(flow.awaitsConsumer, now: now)
        return step
    }

    /// The deadline has passed: whether the body is too late.
    mutating func isLate(now: UInt64) -> Bool { clock.isLate(now: now) }
}
