import Sizing

/// An estimate with its standard error and, where that is asked for, a 95 % interval that need not be symmetric.
public struct Estimate: Hashable, Sendable {
    public let value: Double
    /// Standard deviation of the estimate over samples of the same size, by the delta method.
    public let standardError: Double
    /// 95 % confidence interval; lower ≤ value ≤ upper.
    public let lower: Double
    public let upper: Double

    /// With a normal interval, cut to `range`.
    init(_ value: Double, standardError: Double, within range: ClosedRange<Double> = -(.infinity)...(.infinity)) {
        self.value = value
        self.standardError = standardError
        let half = NormalDistribution.quantile(0.975) * standardError
        lower = min(value, max(range.lowerBound, value - half))
        upper = max(value, min(range.upperBound, value + half))
    }

    /// With an interval of so many standard errors to both sides.
    init(_ value: Double, standardError: Double, quantile: Double) {
        self.init(
            value: value, standardError: standardError, lower: value - quantile * standardError,
            upper: value + quantile * standardError)
    }

    /// With an interval corrected for the shape of the influence of single requests (see ``InfluenceShape``).
    init(_ value: Double, standardError: Double, shape: InfluenceShape) {
        self.value = value
        self.standardError = standardError
        let (low, high) = shape.pivots
        lower = min(value, max(0, value - high * standardError))
        upper = max(value, value - low * standardError)
    }

    private init(value: Double, standardError: Double, lower: Double, upper: Double) {
        self.value = value
        self.standardError = standardError
        self.lower = lower
        self.upper = upper
    }

    /// The square root of a non-negative estimate: its ends by their roots, its standard error by the delta method.
    var squareRoot: Estimate {
        let root = value.squareRoot()
        return Estimate(
            value: root, standardError: root > 0 ? standardError / (2 * root) : 0, lower: lower.squareRoot(),
            upper: upper.squareRoot())
    }
}
