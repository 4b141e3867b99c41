/// An estimate with its standard error and a 95 % interval that need not be symmetric.
public struct Estimate: Hashable, Sendable {
    public let value: Double
    /// Standard deviation of the estimate over samples of the same size; nil where it is not defined, as from one
    /// observation.
    public let standardError: Double?
    /// 95 % confidence interval, around the value; nil where there was too little to make one of.
    public let interval: ClosedRange<Double>?

    /// - Parameters:
    ///   - value: the estimate.
    ///   - standardError: its standard deviation; nil where it is not defined.
    ///   - lower: the lower end of the interval.
    ///   - upper: the upper end; there is no interval where it is below the lower end, or where either is not a number.
    public init(_ value: Double, standardError: Double? = nil, lower: Double, upper: Double) {
        self.init(value, standardError: standardError, interval: lower <= upper ? lower...upper : nil)
    }

    public init(_ value: Double, standardError: Double? = nil, interval: ClosedRange<Double>?) {
        self.value = value
        self.standardError = standardError
        self.interval = interval
    }

    /// With a normal interval, cut to `range`.
    public init(
        _ value: Double, standardError: Double, within range: ClosedRange<Double> = -(.infinity)...(.infinity)
    ) {
        let half = NormalDistribution.quantile(0.975) * standardError
        self.init(
            value, standardError: standardError, lower: min(value, max(range.lowerBound, value - half)),
            upper: max(value, min(range.upperBound, value + half)))
    }

    /// With an interval of `quantile` standard errors to both sides.
    public init(_ value: Double, standardError: Double, quantile: Double) {
        self.init(
            value, standardError: standardError, lower: value - quantile * standardError,
            upper: value + quantile * standardError)
    }

    /// The square root of a non-negative estimate: its ends by their roots, its standard error by the delta method.
    public var squareRoot: Estimate {
        let root = value.squareRoot()
        return Estimate(
            root, standardError: standardError.map { root > 0 ? $0 / (2 * root) : 0 },
            lower: interval?.lowerBound.squareRoot() ?? .nan, upper: interval?.upperBound.squareRoot() ?? .nan)
    }
}

/// Means of a series that was cut into parts.
extension Estimate {
    /// Around `mean`, from independent (or nearly so) means of equal parts, by Student's t. Two parts or more give an
    /// interval.
    public init(_ mean: Double, parts: [Double]) {
        guard parts.count >= 2 else {
            self.init(mean, interval: nil)
            return
        }
        let n = Double(parts.count)
        let centre = parts.reduce(0, +) / n
        let variance = parts.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / (n - 1)
        let error = (variance / n).squareRoot()
        self.init(mean, standardError: error, quantile: StudentT.tabulated975(degreesOfFreedom: parts.count - 1))
    }

    /// From consecutive batches of one series. What is left of the correlation of neighbours is allowed for: with lag-one
    /// correlation ρ > 0 the variance of the mean is (1 + ρ)/(1 − ρ) times that of independent batches.
    public init(_ mean: Double, batches: [Double]) {
        let n = batches.count
        let plain = Estimate(mean, parts: batches)
        guard n >= 4, let interval = plain.interval else {
            self = plain
            return
        }
        let centre = batches.reduce(0, +) / Double(n)
        var own = 0.0
        var neighbours = 0.0
        for index in 0..<n {
            let deviation = batches[index] - centre
            own += deviation * deviation
            if index > 0 { neighbours += deviation * (batches[index - 1] - centre) }
        }
        // The estimate of ρ is low by about 1/n.
        let correlation = own > 0 ? min(0.9, max(0, neighbours / own + 1 / Double(n))) : 0
        let factor = ((1 + correlation) / (1 - correlation)).squareRoot()
        let half = (interval.upperBound - mean) * factor
        self.init(mean, standardError: plain.standardError.map { $0 * factor }, lower: mean - half, upper: mean + half)
    }

    /// The image under x ↦ scale / x, for a positive scale; the standard error by the delta method.
    public func reciprocal(scale: Double) -> Estimate {
        let turned = interval.map { interval in
            (scale / interval.upperBound)...(interval.lowerBound > 0 ? scale / interval.lowerBound : .infinity)
        }
        return Estimate(
            scale / value, standardError: standardError.map { $0 * scale / (value * value) }, interval: turned)
    }
}
