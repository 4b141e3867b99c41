import Text

/// Which value of a distribution is bounded.
public enum ServicePercentile: String, Hashable, Sendable, CaseIterable {
    case mean, p50, p90, p95, p99

    /// nil for the mean.
    public var fraction: Double? {
        switch self {
        case .mean: nil
        case .p50: 0.5
        case .p90: 0.9
        case .p95: 0.95
        case .p99: 0.99
        }
    }
}

/// An upper bound of a time.
public struct ServiceLimit: Hashable, Sendable {
    /// Microseconds; positive.
    public var time: Double
    public var percentile: ServicePercentile

    public init(time: Double, percentile: ServicePercentile) {
        self.time = time
        self.percentile = percentile
    }
}

/// What requests must be served within.
public struct ServiceLimits: Hashable, Sendable {
    /// Time to first token.
    public var ttft: ServiceLimit?
    /// Time per output token, over tokens.
    public var tpot: ServiceLimit?
    /// Wait for a slot, and a step to begin.
    public var wait: ServiceLimit?
    /// Probability that no slot is free; nil for no such bound.
    public var waitingProbability: Double?
    /// Of the prefill instances' time, that they may work at the most; nil for no such bound.
    public var prefillUtilisation: Double?
    /// Of the link's time, that it may be busy at the most.
    public var linkUtilisation: Double

    public init(
        ttft: ServiceLimit? = nil, tpot: ServiceLimit? = nil, wait: ServiceLimit? = nil,
        waitingProbability: Double? = nil, prefillUtilisation: Double? = nil,
        linkUtilisation: Double = defaultLinkUtilisation
    ) {
        self.ttft = ttft
        self.tpot = tpot
        self.wait = wait
        self.waitingProbability = waitingProbability
        self.prefillUtilisation = prefillUtilisation
        self.linkUtilisation = linkUtilisation
    }

    /// What is kept where no bound on the wait, or on TTFT, is given: else a plan would run at the edge of its capacity.
    public static let defaultWaitingProbability = 0.01
    public static let defaultPrefillUtilisation = 0.85

    /// Beyond it the wait for the link grows past what its mean tells.
    public static let defaultLinkUtilisation = 0.95
}

/// What stands against a limit of a service.
public enum ServiceBound: String, Hashable, Sendable, CaseIterable {
    case ttft, tpot, wait
    /// Prefill instances, slots, and the link: more work than they can do.
    case prefill
    case slots
    case transfer
}
