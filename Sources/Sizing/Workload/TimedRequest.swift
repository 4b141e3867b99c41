/// A request of a trace: when it arrived, and its lengths. Compact, since a trace has millions.
public struct TimedRequest: Hashable, Sendable {
    /// Seconds from some moment of the trace.
    public var arrival: Double
    /// P and D, tokens.
    public var prefill: Int32
    public var decode: Int32
    /// h, tokens of the prompt that are cached; negative where the trace does not say.
    public var cached: Int32
    /// Its place in the trace, which decides between equal arrivals.
    public var order: UInt32

    public init(arrival: Double, prefill: Int32, decode: Int32, cached: Int32 = -1, order: UInt32 = 0) {
        self.arrival = arrival
        self.prefill = prefill
        self.decode = decode
        self.cached = cached
        self.order = order
    }

    /// Whether this one comes before `other`.
    public func comesBefore(_ other: TimedRequest) -> Bool {
        arrival < other.arrival || (arrival == other.arrival && order < other.order)
    }
}
