import Sizing
import Text

/// One measurement of a stage: how long it took under a load.
public struct LatencySample: Hashable, Sendable {
    /// Tokens for Attention, requests for FFN and communication; 0…1e18.
    public let load: Double
    /// Microseconds, 0…1e12.
    public let latency: Double
    /// How much the sample counts in a fit; above 0, to 1e18. Only ratios matter.
    public let weight: Double
    /// Of Attention: the batch and the mean context whose product is the load, where the sample was given so.
    public let shape: BatchShape?

    /// A batch and its mean context.
    public struct BatchShape: Hashable, Sendable {
        /// Requests.
        public let batch: Double
        /// Tokens a request.
        public let context: Double
    }

    /// - Throws: `InvalidInput` naming `load`, `latency_us` or `weight`.
    public init(load: Double, latency: Double, weight: Double = 1) throws(InvalidInput) {
        try self.init(load: load, latency: latency, weight: weight, shape: nil)
    }

    /// An Attention sample; its load is batch · context.
    ///
    /// - Throws: `InvalidInput` naming `batch`, `context`, `latency_us` or `weight`.
    public init(batch: Double, context: Double, latency: Double, weight: Double = 1) throws(InvalidInput) {
        try Self.check(batch, 0...1e9, "batch")
        try Self.check(context, 0...1e9, "context")
        try self.init(
            load: batch * context, latency: latency, weight: weight, shape: BatchShape(batch: batch, context: context))
    }

    private init(load: Double, latency: Double, weight: Double, shape: BatchShape?) throws(InvalidInput) {
        try Self.check(load, 0...1e18, "load")
        try Self.check(latency, 0...1e12, "latency_us")
        try Self.check(weight, 0...1e18, "weight")
        guard weight > 0 else { throw InvalidInput(field: "weight", rule: "must be greater than 0") }
        self.load = load
        self.latency = latency
        self.weight = weight
        self.shape = shape
    }

    /// How many layers a step may have.
    public static let layers = 1...10_000

    /// The sample of a step of `layers` ≥ 1 layers, of each of which this is one.
    ///
    /// - Throws: `InvalidInput` naming `latency_us` where that is out of range.
    public func repeated(layers: Int) throws(InvalidInput) -> LatencySample {
        try LatencySample(load: load, latency: latency * Double(layers), weight: weight, shape: shape)
    }

    private static func check(_ value: Double, _ range: ClosedRange<Double>, _ field: String) throws(InvalidInput) {
        guard value.isFinite, range.contains(value) else {
            throw InvalidInput(
                field: field, rule: "must be a finite number from \(RangeText.of(range))")
        }
    }
}
