/// The ranges that keep every formula of the model inside double precision.
public enum SizingLimits {
    /// Longest prefill or decode length, tokens or steps.
    public static let maximumLength = 1e9
    /// Requests per Attention instance and microbatch.
    public static let maximumBatchSize = 10_000_000
    /// Attention instances of one bundle.
    public static let maximumRatio = 10_000
    /// Microbatches per Attention instance.
    public static let maximumMicrobatches = 1_024
    /// Largest latency coefficient, microseconds (or microseconds per unit of load).
    public static let maximumCoefficient = 1e12
    /// Requests per Attention instance of a finite horizon.
    public static let maximumHorizonRequests = 1_000_000_000_000
    /// The least share of slots that are full: with less there is nothing to size.
    public static let leastOccupancy = 0.001
    /// Tokens that a request gains a step.
    public static let maximumTokensPerStep = 65.0
}
