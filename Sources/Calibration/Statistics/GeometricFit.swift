import Glibc

/// The geometric law on 1, 2, … that comes closest to the decode lengths, and how far from them it is.
public struct GeometricFit: Hashable, Sendable {
    /// p̂ = 1/mean, the maximum-likelihood estimate.
    public let p: Double
    /// p √((1 − p)/n); `nil` from one request.
    public let standardError: Double?
    /// The largest distance of the two distribution functions, over the edges of the histogram's bins (Kolmogorov–Smirnov), 0…1.
    public let distance: Double
    /// The distance that a geometric sample of this size exceeds with a probability of 5 %, p being estimated from it
    /// (Lilliefors' table for the exponential law, conservative for a discrete one): 1.094/(√n + 0.26 + 0.5/√n) + 0.2/n.
    public let criticalDistance: Double

    /// Whether the lengths may be geometric as far as the test can tell.
    public var isPlausible: Bool { distance <= criticalDistance }

    init(mean: Double, bins: [(lower: Int, upper: Int, count: Int)]) {
        let n = Double(bins.reduce(0) { $0 + $1.count })
        p = 1 / mean
        standardError = n > 1 ? p * (max(0, 1 - p) / n).squareRoot() : nil
        var below = 0
        var largest = 0.0
        for bin in bins {
            // P(D ≤ k) = 1 − (1 − p)^k, at both ends of the bin: bins between that did not occur change nothing but the law.
            let start = -expm1(Double(bin.lower - 1) * log1p(-p))
            largest = max(largest, abs(Double(below) / n - start))
            below += bin.count
            let end = -expm1(Double(bin.upper) * log1p(-p))
            largest = max(largest, abs(Double(below) / n - end))
        }
        distance = p < 1 ? largest : 0
        let root = n.squareRoot()
        criticalDistance = min(1, 1.094 / (root + 0.26 + 0.5 / root) + 0.2 / n)
    }
}
