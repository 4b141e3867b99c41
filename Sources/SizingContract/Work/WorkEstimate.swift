/// What a piece of work takes, before it is begun.
public struct WorkEstimate: Hashable, Sendable {
    /// Seconds of one core.
    public var time: Double
    /// Bytes at the most, beside the request itself.
    public var memory: Double

    public init(time: Double, memory: Double = 0) {
        self.time = time
        self.memory = memory
    }

    /// The longest that an event loop may be held up, seconds.
    public static let longestOnLoop = 1e-3

    /// Where the work belongs.
    public var place: Place { time <= Self.longestOnLoop ? .loop : .pool }

    public static func + (one: WorkEstimate, other: WorkEstimate) -> WorkEstimate {
        WorkEstimate(time: one.time + other.time, memory: one.memory + other.memory)
    }
}

/// Where work is done.
public enum Place: Hashable, Sendable {
    /// At once, on the event loop that the request came by.
    case loop
    /// On the bounded pool of threads for heavy work.
    case pool
}
