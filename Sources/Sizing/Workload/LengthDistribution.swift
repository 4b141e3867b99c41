import SizingNumerics
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

/// Lengths as they were observed, each with a weight.
///
/// Values need not be whole: a value between two whole numbers stands for a random choice of its neighbours that keeps
/// its mean (the middle of a histogram's bin, say).
public struct EmpiricalLengths: Hashable, Sendable {
    /// Lengths, tokens; each finite, from 0 to ``SizingLimits/maximumLength``.
    public let values: [Double]
    /// Weights, one for each value, not negative, their sum positive; `nil` for equal weights.
    public let weights: [Double]?

    /// - Throws: `InvalidInput` naming `values` or `weights`.
    public init(values: [Double], weights: [Double]? = nil) throws(InvalidInput) {
        guard !values.isEmpty else { throw InvalidInput(field: "values", rule: "must not be empty") }
        for (index, value) in values.enumerated() where !(0...SizingLimits.maximumLength ~= value) {
            try InvalidInput.check(value, in: 0...SizingLimits.maximumLength, field: "values.\(index)")
        }
        try InvalidInput.check(weights: weights, count: values.count, of: "values")
        self.values = values
        self.weights = weights
    }

    /// Weight of the value at `index`; 1 where no weights were given.
    public func weight(at index: Int) -> Double { weights?[index] ?? 1 }

    /// The smallest value, tokens.
    public var minimum: Double { values.min() ?? 0 }
    /// The largest value, tokens.
    public var maximum: Double { values.max() ?? 0 }

    var moments: LengthMoments {
        LengthMoments.ofWeighted(values.indices.lazy.map { (value: values[$0], weight: weight(at: $0)) })
    }
}

extension LengthDistribution {
    /// The moments of the length, in closed form for the parametric families.
    public var moments: LengthMoments {
        switch shape {
        case .fixed(let value):
            return LengthMoments.ofSingle(value)
        case .geometric(let mean):
            // Factorial moments n! q^(n−1) / p^n; κ₃ = q(1 + q)/p³.
            let q = 1 - 1 / mean
            return LengthMoments(
                mean: mean, variance: q * mean * mean, thirdCentral: q * (1 + q) * mean * mean * mean,
                factorial2: 2 * q * mean * mean, factorial3: 6 * q * q * mean * mean * mean,
                factorial4: 24 * q * q * q * mean * mean * mean * mean)
        case .uniform(let minimum, let maximum):
            return Self.uniformMoments(from: Double(minimum), to: Double(maximum))
        case .lognormal(let mean, let standardDeviation):
            return Self.lognormalMoments(mean: mean, standardDeviation: standardDeviation)
        case .empirical(let lengths):
            return lengths.moments
        }
    }

    /// The moments of the length as a decode length: at least one step, so a draw below 1 counts as 1.
    ///
    /// Only a lognormal can fall below 1. Where that has a noticeable probability, its part below 64 is summed over the
    /// whole numbers, with each draw rounded at random so that its mean is kept, and the part above is continuous.
    public var decodeMoments: LengthMoments {
        guard case .lognormal(let mean, let standardDeviation) = shape, standardDeviation > 0 else { return moments }
        let parameters = LognormalParameters(mean: mean, standardDeviation: standardDeviation)
        guard parameters.partialMoment(0, below: 2) > 1e-6 else { return moments }
        return parameters.momentsFromOne()
    }

    private static func uniformMoments(from minimum: Double, to maximum: Double) -> LengthMoments {
        // X = minimum + U, U uniform on 0…n−1; all terms are positive, so nothing cancels.
        let n = maximum - minimum + 1
        let u1 = (n - 1) / 2
        let u2 = (n - 1) * (2 * n - 1) / 6
        let u3 = n * (n - 1) * (n - 1) / 4
        let u4 = (n - 1) * (2 * n - 1) * (3 * n * n - 3 * n - 1) / 30
        let a = minimum
        let m1 = a + u1
        let m2 = a * a + 2 * a * u1 + u2
        let m3 = a * a * a + 3 * a * a * u1 + 3 * a * u2 + u3
        let m4 = a * a * a * a + 4 * a * a * a * u1 + 6 * a * a * u2 + 4 * a * u3 + u4
        return .continuous(raw: (m1, m2, m3, m4), variance: (n * n - 1) / 12, thirdCentral: 0)
    }

    private static func lognormalMoments(mean: Double, standardDeviation: Double) -> LengthMoments {
        guard standardDeviation > 0 else { return LengthMoments.ofSingle(mean) }
        // E[X^k] = mean^k w^(k(k−1)/2), w = 1 + (standard deviation / mean)²; skewness (w + 2) √(w − 1).
        let excess = (standardDeviation / mean) * (standardDeviation / mean)
        let w = 1 + excess
        let m2 = mean * mean * w
        let m3 = m2 * mean * w * w
        let m4 = m3 * mean * w * w * w
        let variance = standardDeviation * standardDeviation
        return .continuous(
            raw: (mean, m2, m3, m4), variance: variance,
            thirdCentral: (w + 2) * excess.squareRoot() * variance * standardDeviation)
    }
}

/// Moments of a prefill or decode length, kept in the forms that do not cancel.
///
/// Central moments serve the prefill, which adds to a slot's load as it is; factorial moments serve the decode, because
/// Σ_{j<D} j^k is a sum of binomial coefficients of D (see ``SlotLoad``).
public struct LengthMoments: Hashable, Sendable {
    /// E[X], tokens.
    public var mean: Double
    /// Var X, tokens².
    public var variance: Double
    /// E[(X − E X)³], tokens³.
    public var thirdCentral: Double
    /// E[X(X−1)].
    public var factorial2: Double
    /// E[X(X−1)(X−2)].
    public var factorial3: Double
    /// E[X(X−1)(X−2)(X−3)].
    public var factorial4: Double
}

extension LengthMoments {
    /// The moments of weighted values, each rounded up or down at random so that its mean is kept: a value v counts as
    /// ⌊v⌋ or ⌊v⌋ + 1 with probabilities 1 − f and f, f = v − ⌊v⌋. Whole values are themselves.
    ///
    /// Two passes, so that the central moments do not cancel. There must be a value with a positive weight.
    static func ofWeighted(_ values: some Collection<(value: Double, weight: Double)>) -> LengthMoments {
        var total = CompensatedSum()
        var first = CompensatedSum()
        for (value, weight) in values {
            total += weight
            first += weight * value
        }
        let mean = first.value / total.value
        var second = CompensatedSum()
        var third = CompensatedSum()
        var factorial2 = CompensatedSum()
        var factorial3 = CompensatedSum()
        var factorial4 = CompensatedSum()
        for (value, weight) in values {
            let floor = value.rounded(.down)
            let fraction = value - floor
            for (whole, share) in [(floor, 1 - fraction), (floor + 1, fraction)] where share > 0 {
                let part = weight * share
                let deviation = whole - mean
                second += part * deviation * deviation
                third += part * deviation * deviation * deviation
                let pairs = part * whole * (whole - 1)
                factorial2 += pairs
                factorial3 += pairs * (whole - 2)
                factorial4 += pairs * (whole - 2) * (whole - 3)
            }
        }
        return LengthMoments(
            mean: mean, variance: second.value / total.value, thirdCentral: third.value / total.value,
            factorial2: factorial2.value / total.value, factorial3: factorial3.value / total.value,
            factorial4: factorial4.value / total.value)
    }

    /// The moments of one length, rounded at random where it is not whole.
    static func ofSingle(_ value: Double) -> LengthMoments {
        ofWeighted(CollectionOfOne((value: value, weight: 1)))
    }

    /// From the raw moments E[X]…E[X⁴] and the central ones, for a length that is treated as continuous.
    static func continuous(raw: (Double, Double, Double, Double), variance: Double, thirdCentral: Double) -> Self {
        let (m1, m2, m3, m4) = raw
        return LengthMoments(
            mean: m1, variance: variance, thirdCentral: thirdCentral, factorial2: m2 - m1,
            factorial3: m3 - 3 * m2 + 2 * m1, factorial4: m4 - 6 * m3 + 11 * m2 - 6 * m1)
    }
}
