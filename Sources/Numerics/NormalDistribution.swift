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
