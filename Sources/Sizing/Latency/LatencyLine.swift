import Text

/// A latency that grows linearly with load: α·load + β.
public struct LatencyLine: Hashable, Sendable {
    /// α, microseconds per unit of load (per token for Attention, per request for FFN and communication); not negative.
    public let alpha: Double
    /// β, microseconds; not negative.
    public let beta: Double

    /// - Throws: `InvalidInput` naming `alpha_us` or `beta_us` unless both lie in 0…1e12.
    public init(alpha: Double, beta: Double) throws(InvalidInput) {
        try InvalidInput.check(alpha, in: 0...SizingLimits.maximumCoefficient, field: "alpha_us")
        try InvalidInput.check(beta, in: 0...SizingLimits.maximumCoefficient, field: "beta_us")
        self.alpha = alpha
        self.beta = beta
    }

    /// A tangent or secant of a checked model: β may be negative there.
    init(unchecked alpha: Double, _ beta: Double) {
        self.alpha = alpha
        self.beta = beta
    }

    /// The line that is zero everywhere.
    public static let zero = LatencyLine(unchecked: 0, 0)

    /// Latency at `load`, microseconds.
    public func latency(at load: Double) -> Double { alpha * load + beta }
}
