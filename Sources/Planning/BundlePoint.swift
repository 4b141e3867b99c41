import Sizing

/// A bundle of x Attention and y FFN instances at a batch size, with what it gives.
public struct BundlePoint: Hashable, Sendable {
    /// Index of the pair in the problem.
    public let pair: Int
    /// x.
    public let attentionInstances: Int
    /// y.
    public let ffnInstances: Int
    public let batchSize: Int
    public let microbatches: Int?
    public let cycle: CycleTime
    /// Tokens a second of the bundle.
    public let throughput: Double
    /// Mean time per output token, microseconds.
    public let tpot: Double
    /// Its 99th percentile over steps, microseconds: the step in which the slowest instance is at its 99th percentile.
    public let tpot99: Double
    /// Bundles of the fleet.
    public let bundles: Int
    /// What the problem maximises: tokens a second per unit of the objective, or of the whole fleet under a budget.
    public let score: Double

    public var ratio: Double { Double(attentionInstances) / Double(ffnInstances) }

    /// Tokens a second and instance.
    public var throughputPerInstance: Double { throughput / Double(attentionInstances + ffnInstances) }
}

/// The shape of a bundle, whatever its batch.
struct BundleShape: Hashable {
    let pair: Int
    let attention: Int
    let ffn: Int
}
