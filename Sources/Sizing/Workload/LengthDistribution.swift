import Text

/// The distribution of a request's prefill length P (tokens, from 0) or decode length D (steps, from 1).
///
/// Lengths are whole numbers. Where a description is continuous (``Shape/lognormal(mean:standardDeviation:)``) or between
/// two whole numbers, a length is rounded up or down at random so that its mean is kept.
public struct LengthDistribution: Hashable, Sendable {
    /// What was described. Made by the throwing factories only, so its parameters are in range.
    public enum Shape: Hashable, Sendable {
        /// Always the same length.
        case fixed(Double)
        /// P(X = k) = p(1 − p)^(k−1) on k = 1, 2, …, p = 1/mean.
        case geometric(mean: Double)
        /// Each whole number from `minimum` to `maximum`, both included, equally likely.
        case uniform(minimum: Int, maximum: Int)
        /// exp of a normal variable, described by the mean and standard deviation of the length itself.
        case lognormal(mean: Double, standardDeviation: Double)
        /// Observed lengths with weights.
        case empirical(EmpiricalLengths)
    }

    public let shape: Shape

    private init(_ shape: Shape) { self.shape = shape }

    /// Always `value` tokens, 0 to 1e9.
    public static func fixed(_ value: Double) throws(InvalidInput) -> LengthDistribution {
        try InvalidInput.check(value, in: 0...SizingLimits.maximumLength, field: "value")
        return LengthDistribution(.fixed(value))
    }

    /// Geometric on 1, 2, … with the given mean, 1 to 1e9.
    public static func geometric(mean: Double) throws(InvalidInput) -> LengthDistribution {
        try InvalidInput.check(mean, in: 1...SizingLimits.maximumLength, field: "mean")
        return LengthDistribution(.geometric(mean: mean))
    }

    /// Uniform on the whole numbers `minimum`…`maximum`.
    public static func uniform(minimum: Int, maximum: Int) throws(InvalidInput) -> LengthDistribution {
        let range = 0...Int(SizingLimits.maximumLength)
        try InvalidInput.check(minimum, in: range, field: "min")
        try InvalidInput.check(maximum, in: range, field: "max")
        guard minimum <= maximum else { throw InvalidInput(field: "max", rule: "must not be less than min") }
        return LengthDistribution(.uniform(minimum: minimum, maximum: maximum))
    }

    /// Lognormal with the given mean (above 0, to 1e9) and standard deviation (0 to 1e9) of the length.
    public static func lognormal(mean: Double, standardDeviation: Double) throws(InvalidInput) -> LengthDistribution {
        try InvalidInput.check(mean, in: 0...SizingLimits.maximumLength, field: "mean")
        guard mean > 0 else { throw InvalidInput(field: "mean", rule: "must be greater than 0") }
        try InvalidInput.check(standardDeviation, in: 0...SizingLimits.maximumLength, field: "stddev")
        guard standardDeviation <= 1000 * mean else {
            throw InvalidInput(field: "stddev", rule: "must not be more than a thousand times the mean")
        }
        return LengthDistribution(.lognormal(mean: mean, standardDeviation: standardDeviation))
    }

    /// Observed lengths.
    public static func empirical(_ lengths: EmpiricalLengths) -> LengthDistribution {
        LengthDistribution(.empirical(lengths))
    }

    /// The shortest length that can occur, tokens.
    public var minimum: Double {
        switch shape {
        case .fixed(let value): value.rounded(.down)
        case .geometric: 1
        case .uniform(let minimum, _): Double(minimum)
        case .lognormal: 0
        case .empirical(let lengths): lengths.minimum.rounded(.down)
        }
    }
}
