/// Requests in the order of their arrival.
public protocol ReplaySource {
    /// The next request; nil after the last. Arrivals do not go back.
    mutating func next() -> ReplayRequest?
}

/// Requests as columns.
public struct ReplayColumns: ReplaySource, Sendable {
    private let arrival: [Double]
    private let prefill: [Int32]
    private let decode: [Int32]
    private let cached: [Int32]
    private let speed: Double
    private var position = 0

    /// - Parameters:
    ///   - decode: tokens of the answers.
    ///   - arrival: seconds, not falling, 0 or more.
    ///   - prefill: tokens, as many, as in `decode`.
    ///   - cached: tokens; empty for none.
    ///   - speed: how much faster than it was the trace is replayed; positive.
    public init(arrival: [Double], prefill: [Int32], decode: [Int32], cached: [Int32] = [], speed: Double = 1) {
        self.arrival = arrival
        self.prefill = prefill
        self.decode = decode
        self.cached = cached
        self.speed = speed
    }

    public var count: Int { arrival.count }

    /// When the last one arrives, seconds.
    public var duration: Double { (arrival.last ?? 0) / speed }

    public mutating func next() -> ReplayRequest? {
        guard position < arrival.count else { return nil }
        defer { position += 1 }
        return ReplayRequest(
            arrival: arrival[position] / speed, prefill: Int(prefill[position]), decode: Int(decode[position]),
            cached: cached.isEmpty ? 0 : Int(cached[position]))
    }
}
