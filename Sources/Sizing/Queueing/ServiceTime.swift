/// Mean and squared coefficient of variation of a service time.
public struct ServiceTime: Hashable, Sendable {
    /// Microseconds.
    public let mean: Double
    /// C_s² = variance over squared mean.
    public let squaredVariation: Double

    public init(mean: Double, squaredVariation: Double) {
        self.mean = mean
        self.squaredVariation = squaredVariation
    }

    /// Of weighted values, which must have a positive weight.
    public init(_ values: WeightedValues) {
        let mean = values.mean
        var square = 0.0
        for (value, weight) in zip(values.values, values.weights) { square += weight * (value - mean) * (value - mean) }
        self.init(mean: mean, squaredVariation: mean > 0 ? square / (mean * mean) : 0)
    }
}
