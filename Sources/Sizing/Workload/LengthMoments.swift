import SizingNumerics

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
