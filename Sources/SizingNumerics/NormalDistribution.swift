import Glibc

/// The standard normal distribution, accurate in both tails.
public enum NormalDistribution {
    /// Φ(x), the probability of a value at most `x`.
    public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

    /// 1 − Φ(x), without cancellation for large `x`.
    public static func upperTail(_ x: Double) -> Double { 0.5 * erfc(x * 0.5.squareRoot()) }

    /// φ(x), the density.
    public static func density(_ x: Double) -> Double { exp(-0.5 * x * x) * 0.398_942_280_401_432_7 }

    /// log Φ(x).
    ///
    /// For positive `x` it is `log1p` of the small upper tail; for negative `x` the logarithm of the small lower tail,
    /// and below −37, where `erfc` underflows, the leading terms of the asymptotic series.
    public static func logCumulative(_ x: Double) -> Double {
        if x > 0 { return log1p(-upperTail(x)) }
        if x > -37 { return log(cumulative(x)) }
        return -0.5 * x * x - log(-x) - 0.918_938_533_204_672_7 + log1p(-1 / (x * x))
    }

    /// P(max of `count` independent standard normals > x) = 1 − Φ(x)^count, without cancellation.
    public static func maximumUpperTail(_ x: Double, count: Double) -> Double { -expm1(count * logCumulative(x)) }

    /// Φ⁻¹(p) for 0 < p < 1; ±infinity at the ends.
    ///
    /// Acklam's rational approximation (relative error 1.2e-9), then one Halley step against `erfc`. For p near 1 prefer
    /// −quantile(1 − p) with 1 − p computed without cancellation.
    public static func quantile(_ p: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        guard p <= 0.5 else { return -quantile(1 - p) }
        var x = AcklamQuantile.lowerHalf(p) { log($0) }
        let step = (cumulative(x) - p) / density(x)
        x -= step / (1 + 0.5 * x * step)
        return x
    }
}

/// P. J. Acklam's rational approximation of the standard normal quantile Φ⁻¹, relative error below 1.2e-9.
public enum AcklamQuantile {
    /// Φ⁻¹(p) for 0 < p ≤ ½.
    ///
    /// - Parameters:
    ///   - p: a probability, greater than 0 and at most ½.
    ///   - log: the natural logarithm; a simulation that must give the same bits everywhere has one of its own.
    @inlinable
    public static func lowerHalf(_ p: Double, log: (Double) -> Double) -> Double {
        if p < 0.02425 {
            let q = (-2 * log(p)).squareRoot()
            let numerator =
                ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q
                    - 2.549732539343734e+00) * q + 4.374664141464968e+00) * q + 2.938163982698783e+00
            let denominator =
                (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q
                    + 3.754408661907416e+00) * q + 1
            return numerator / denominator
        }
        let q = p - 0.5
        let s = q * q
        let numerator =
            (((((-3.969683028665376e+01 * s + 2.209460984245205e+02) * s - 2.759285104469687e+02) * s
                + 1.383577518672690e+02) * s - 3.066479806614716e+01) * s + 2.506628277459239e+00) * q
        let denominator =
            ((((-5.447609879822406e+01 * s + 1.615858368580409e+02) * s - 1.556989798598866e+02) * s
                + 6.680131188771972e+01) * s - 1.328068155288572e+01) * s + 1
        return numerator / denominator
    }
}

/// Gauss's rule of nine nodes for E[φ(ξ)], ξ standard normal (Abramowitz and Stegun, table 25.10, turned to the density
/// e^(−x²/2)/√2π): exact for polynomials of up to degree 17.
public enum GaussHermite {
    public static let rule: [(node: Double, weight: Double)] = {
        let half = [
            (node: 0.0, weight: 0.40634920634920635),
            (node: 1.0232556637891326, weight: 0.24409750289493953),
            (node: 2.07684797867783, weight: 0.04991640676521782),
            (node: 3.20542900285647, weight: 0.0027891413212317692),
            (node: 4.512745863399783, weight: 2.2345844007746607e-05),
        ]
        return half.dropFirst().reversed().map { (-$0.node, $0.weight) } + half.map { ($0.node, $0.weight) }
    }()
}
