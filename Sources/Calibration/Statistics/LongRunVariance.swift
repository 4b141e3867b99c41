import Glibc

/// The variance per request of a sum over a trace whose neighbouring requests are alike, from its first cosines.
///
/// The squares Λ_j² of the cosines have the means S(j) of a spectrum that falls with j as soon as likeness lasts a part of the trace, and S(0)
/// is wanted: with sessions of a fortieth of the trace the mean of twelve squares is 22 % short of it, with likeness of a hundredth
/// in bursts up to 20 %. So S(j) = S(0)/(1 + (j/c)²), the spectrum of likeness that fades exponentially, is fitted by Whittle's likelihood (P. Whittle, Ark. Mat. 2,
/// 1953): for each corner c the squares times 1 + (j/c)² estimate S(0), with a degree of freedom each. What c is stays open within few cosines; it is averaged
/// over corners by their likelihood, and what they differ by makes degrees of freedom fewer.
struct LongRunVariance {
    /// S(0).
    let value: Double
    /// Degrees of freedom of the estimate.
    let freedom: Double

    /// Corners with their weights before the trace is looked at: as a rule likeness is too short to be seen, and none is below 8.
    private static let corners: [(corner: Double, weight: Double)] =
        [(.infinity, 3)] + [64, 48, 32, 24, 16, 12, 8].map { ($0, 1) }

    /// - Parameter squares: Λ_1², Λ_2², …; there must be one that is not zero for a value other than zero.
    init(_ squares: [Double]) {
        let count = Double(squares.count)
        var fits: [(value: Double, logarithm: Double)] = []
        for (corner, weight) in Self.corners {
            var sum = 0.0
            var logarithm = log(weight)
            for (index, square) in squares.enumerated() {
                let ratio = Double(index + 1) / corner
                sum += square * (1 + ratio * ratio)
                logarithm += log1p(ratio * ratio) / 2
            }
            guard sum > 0 else { continue }
            fits.append((sum / count, logarithm - count / 2 * log(sum / count)))
        }
        guard let best = fits.map(\.logarithm).max() else {
            (value, freedom) = (0, max(1, count))
            return
        }
        var weights = 0.0
        var mean = 0.0
        for fit in fits {
            let weight = exp(fit.logarithm - best)
            weights += weight
            mean += weight * fit.value
        }
        mean /= weights
        var spread = 0.0
        for fit in fits {
            let deviation = fit.value / mean - 1
            spread += exp(fit.logarithm - best) * deviation * deviation
        }
        value = mean
        // A variance with n degrees of freedom has the relative variance 2/n.
        freedom = 2 / (2 / count + spread / weights * (1 + 2 / count))
    }
}
