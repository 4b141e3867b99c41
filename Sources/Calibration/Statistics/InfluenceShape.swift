import Glibc
import Sizing
import SizingNumerics

/// How single requests pull at an estimate: the sample size, and the skewness and kurtosis of their influences.
///
/// Moments of loads are sums of cubes of lengths, so a few requests carry much of an estimate of ν and (x̂ − x)/s is far from
/// normal at thousands of requests. Three corrections: Hall's monotone cubic transformation removes the skewness (P. Hall, On the
/// removal of skewness by transformation, J. R. Statist. Soc. B 54, 1992); the quantile is Student's with the degrees of
/// freedom that the kurtosis κ leaves to the variance estimate, 2n/(κ − 1); and because a sample has less of a heavy tail than its law, so
/// that deviation, skewness and kurtosis all come out low, the jackknife takes the 1/n part of that bias off all three (M. H. Quenouille,
/// Notes on bias in estimation, Biometrika 43, 1956).
struct InfluenceShape {
    let count: Double
    /// The deviation without its bias over the deviation as it is, 1 or more.
    let deviationRatio: Double
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
        count = n
        let centre = mean.value / n
        var sums = PowerSums()
        for (value, count) in influences { sums.add(value - centre, count: count) }
        let plain = Moments(sums, count: n)
        // Σ over requests of each figure without that request.
        var left = (deviation: 0.0, skewness: 0.0, kurtosis: 0.0)
        var isDefined = n > 3 && plain.variance > 0
        for (value, count) in influences where isDefined {
            var rest = sums
            rest.add(value - centre, count: -1)
            let moments = Moments(rest, count: n - 1)
            // Without this one request the others are all alike.
            guard moments.variance > 1e-9 * plain.variance else {
                isDefined = false
                break
            }
            left.deviation += count * moments.variance.squareRoot()
            left.skewness += count * moments.skewness
            left.kurtosis += count * moments.kurtosis
        }
        guard isDefined else {
            (deviationRatio, skewness, kurtosis) = (1, plain.skewness, plain.kurtosis)
            return
        }
        func corrected(_ whole: Double, _ left: Double) -> Double { n * whole - (n - 1) * (left / n) }
        let deviation = plain.variance.squareRoot()
        deviationRatio = max(1, corrected(deviation, left.deviation) / deviation)
        skewness = corrected(plain.skewness, left.skewness)
        kurtosis = max(1, corrected(plain.kurtosis, left.kurtosis))
    }

    /// The values that (estimate − truth)/standard error lies between with a probability of 95 %.
    ///
    /// - Parameters:
    ///   - inflation: the standard error over that of independent requests. Where neighbours are alike so many fewer count: its square, were they
    ///     the same, and none fewer, were they alike in the mean only; its 1.25th power lies in between.
    ///   - blockFreedom: degrees of freedom of a standard error from blocks; `nil` where requests are independent.
    func pivots(inflation: Double, blockFreedom: Double?) -> (low: Double, high: Double) {
        let count = count / pow(max(1, inflation), 1.25)
        var freedom = 2 * count / max(kurtosis - 1, 1e-9)
        // Both make the standard error vary: their relative variances, 1/(2·freedom), add.
        if let blockFreedom { freedom = 1 / (1 / freedom + 1 / blockFreedom) }
        freedom = max(2, freedom)
        let quantile = StudentT.quantile975(degreesOfFreedom: freedom)
        // g(t) = t + 2at² + (4/3)a²t³ + a = ((1 + 2at)³ − 1)/(6a) + a, a = skewness/(6√n); its inverse at ±quantile.
        let a = skewness / (6 * count.squareRoot())
        guard abs(a) > 1e-9 else { return (-quantile * deviationRatio, quantile * deviationRatio) }
        func inverse(_ x: Double) -> Double { (cbrt(1 + 6 * a * (x - a)) - 1) / (2 * a) }
        return (min(0, inverse(-quantile)) * deviationRatio, max(0, inverse(quantile)) * deviationRatio)
    }

    /// Σx … Σx⁴ around some origin.
    private struct PowerSums {
        var first = 0.0
        var second = 0.0
        var third = 0.0
        var fourth = 0.0

        mutating func add(_ x: Double, count: Double) {
            let square = x * x
            first += count * x
            second += count * square
            third += count * square * x
            fourth += count * square * square
        }
    }

    private struct Moments {
        let variance: Double
        let skewness: Double
        let kurtosis: Double

        init(_ sums: PowerSums, count n: Double) {
            let mean = sums.first / n
            let second = sums.second / n
            let third = sums.third / n
            variance = second - mean * mean
            guard variance > 0 else {
                (skewness, kurtosis) = (0, 3)
                return
            }
            let cubes = third - 3 * mean * second + 2 * mean * mean * mean
            let fourths = sums.fourth / n - 4 * mean * third + 6 * mean * mean * second - 3 * mean * mean * mean * mean
            skewness = cubes / (variance * variance.squareRoot())
            kurtosis = fourths / (variance * variance)
        }
    }
}

extension Estimate {
    /// With an interval corrected for the shape of the influence of single requests; the value is not negative.
    ///
    /// - Parameters:
    ///   - independentError: the standard error were requests independent.
    init(_ value: Double, error: InfluenceCovariance.Error, shape: InfluenceShape, independentError: Double) {
        let standardError = error.value
        let inflation = independentError > 0 ? standardError / independentError : 1
        let (low, high) = shape.pivots(inflation: inflation, blockFreedom: error.freedom)
        self.init(
            value, standardError: standardError, lower: min(value, max(0, value - high * standardError)),
            upper: max(value, value - low * standardError))
    }

    /// From so few requests that neither an error nor an interval is defined.
    init(undetermined value: Double) { self.init(value, standardError: nil, interval: nil) }

    /// With a normal interval, or Student's where the error is from blocks; cut to `range`.
    init(_ value: Double, error: InfluenceCovariance.Error, within range: ClosedRange<Double>) {
        guard let freedom = error.freedom else {
            self.init(value, standardError: error.value, within: range)
            return
        }
        let half = StudentT.quantile975(degreesOfFreedom: max(2, freedom)) * error.value
        self.init(
            value, standardError: error.value, lower: min(value, max(range.lowerBound, value - half)),
            upper: max(value, min(range.upperBound, value + half)))
    }
}
