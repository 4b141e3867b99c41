import Text

/// How requests arrive.
public struct Arrivals: Hashable, Sendable {
    public let requestsPerSecond: Double
    /// I, the index of dispersion: variance over mean of the arrivals in a window that is long against the time between them and
    /// short against the day. 1 for Poisson.
    public let dispersion: Double

    public static let rates = 1e-6...1e9
    public static let dispersions = 0.01...1e4

    /// - Throws: `InvalidInput` naming `requests_per_second` (1e-6…1e9) or `dispersion` (0.01…1e4).
    public init(requestsPerSecond: Double, dispersion: Double = 1) throws(InvalidInput) {
        try InvalidInput.check(requestsPerSecond, in: Self.rates, field: "requests_per_second")
        try InvalidInput.check(dispersion, in: Self.dispersions, field: "dispersion")
        self.init(unchecked: requestsPerSecond, dispersion)
    }

    private init(unchecked rate: Double, _ dispersion: Double) {
        requestsPerSecond = rate
        self.dispersion = dispersion
    }

    /// λ, a microsecond.
    public var rate: Double { requestsPerSecond * 1e-6 }

    /// The same process `factor` > 0 times as fast.
    public func scaled(by factor: Double) -> Arrivals { Arrivals(unchecked: requestsPerSecond * factor, dispersion) }

    /// One of n streams that each request is sent to at random: thinning takes the dispersion towards 1.
    public func thinned(to n: Int) -> Arrivals { thinned(share: 1 / Double(n)) }

    /// The requests that are picked at random with a probability of `share`, over 0 to 1.
    func thinned(share: Double) -> Arrivals {
        Arrivals(unchecked: requestsPerSecond * share, 1 + (dispersion - 1) * share)
    }

    /// Every n-th request: n are counted as one, so the counts' variance over their mean is an n-th.
    public func everyNth(_ n: Int) -> Arrivals {
        Arrivals(unchecked: requestsPerSecond / Double(n), dispersion / Double(n))
    }
}

/// How requests are sent to the instances of a pool.
public enum Routing: String, Hashable, Sendable, CaseIterable {
    /// To the one with the fewest requests: nearly one of n times the slots.
    case leastLoaded = "least_loaded"
    /// To one after the other.
    case roundRobin = "round_robin"
    /// To any, whatever it holds.
    case random
}
