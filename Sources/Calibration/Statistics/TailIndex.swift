import Glibc

/// The index a of a power-law tail, P(D > d) ~ d^−a, of the longest requests.
///
/// Hill's estimator for grouped data: maximum likelihood of a Pareto tail over the bins of a histogram above a threshold t, that
/// is of Π ((l/t)^−a − (u/t)^−a)^count over bins from l to u. The threshold is the lowest bin that leaves at most 1 % of the
/// requests, or 100 of them, above it. A geometric or lognormal tail has no index: its estimate grows with the threshold.
public struct TailIndex: Hashable, Sendable {
    public let value: Double
    /// value/√(requests in the tail).
    public let standardError: Double
    /// Requests at or above the threshold.
    public let requests: Int
    /// Steps; the tail begins here.
    public let threshold: Int

    /// `nil` with fewer than 30 requests, or two bins, in the tail.
    init?(_ bins: [(lower: Int, upper: Int, count: Int)]) {
        let total = bins.reduce(0) { $0 + $1.count }
        let wanted = max(100, total / 100)
        var first = bins.count
        var above = 0
        while first > 0, above + bins[first - 1].count <= wanted {
            first -= 1
            above += bins[first].count
        }
        guard above >= 30, bins.count - first >= 2 else { return nil }
        let tail = bins[first...]
        let t = Double(bins[first].lower) - 0.5
        /// The derivative of the log-likelihood; it falls from positive to negative as a grows.
        func slope(_ a: Double) -> Double {
            var sum = 0.0
            for bin in tail {
                let lower = log((Double(bin.lower) - 0.5) / t)
                let width = log((Double(bin.upper) + 0.5) / (Double(bin.lower) - 0.5))
                // log(e^(−a l) (1 − e^(−a w))): slope −l + w/(e^(a w) − 1).
                sum += Double(bin.count) * (width / expm1(a * width) - lower)
            }
            return sum
        }
        var low = 1e-6
        var high = 1e3
        guard slope(low) > 0, slope(high) < 0 else { return nil }
        for _ in 0..<200 where high - low > 1e-12 * high {
            let middle = (low * high).squareRoot()
            if slope(middle) > 0 { low = middle } else { high = middle }
        }
        value = (low + high) / 2
        standardError = value / Double(above).squareRoot()
        requests = above
        threshold = bins[first].lower
    }
}
