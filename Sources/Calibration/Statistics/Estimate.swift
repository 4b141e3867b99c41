import Glibc
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

/// How single requests pull at an estimate: the sample size, and the skewness and kurtosis of their influences.
///
/// Moments of loads are sums of cubes of lengths, so a few requests carry much of an estimate of ν and (x̂ − x)/s is far from
/// normal at thousands of requests. Two corrections: Hall's monotone cubic transformation removes the skewness (P. Hall, On the
/// removal of skewness by transformation, J. R. Statist. Soc. B 54, 1992), and the quantile is Student's with the degrees of
/// freedom that the kurtosis κ leaves to the variance estimate, 2n/(κ − 1).
struct InfluenceShape {
    let count: Double
    let skewness: Double
    let kurtosis: Double

    /// From influences with their counts; there must be one.
    init(_ influences: some Sequence<(value: Double, count: Double)>) {
        var n = 0.0
        var mean = CompensatedSum()
        for (value, count) in influences {
            n += count
            mean += count * value
        }
        let centre = mean.value / n
        var second = 0.0
        var third = 0.0
        var fourth = 0.0
        for (value, count) in influences {
            let deviation = value - centre
            let square = deviation * deviation
            second += count * square
            third += count * square * deviation
            fourth += count * square * square
        }
        count = n
        let variance = second / n
        skewness = variance > 0 ? third / n / (variance * variance.squareRoot()) : 0
        kurtosis = variance > 0 ? fourth / n / (variance * variance) : 3
    }

    /// The values that (estimate − truth)/standard error lies between with a probability of 95 %.
    var pivots: (low: Double, high: Double) {
        let freedom = max(2, 2 * count / max(kurtosis - 1, 1e-9))
        let quantile = StudentT.quantile975(degreesOfFreedom: freedom)
        // g(t) = t + 2at² + (4/3)a²t³ + a = ((1 + 2at)³ − 1)/(6a) + a, a = skewness/(6√n); its inverse at ±quantile.
        let a = skewness / (6 * count.squareRoot())
        guard abs(a) > 1e-9 else { return (-quantile, quantile) }
        func inverse(_ x: Double) -> Double { (cbrt(1 + 6 * a * (x - a)) - 1) / (2 * a) }
        return (min(0, inverse(-quantile)), max(0, inverse(quantile)))
    }
}
