import Glibc

/// The index a of a power-law tail, P(D > d) ~ d^−a, of the longest requests.
///
/// Hill's estimator for grouped data: maximum likelihood of a Pareto tail over the bins of a histogram from a threshold t on, that
/// is of Π ((l/t)^−a − (u/t)^−a)^count over bins from l to u. The tail is the upper 2.5 % of the requests, or as little more, up to 5 %, as the
/// bins allow: farther down, the body of any law looks like a tail. A law with all moments finite has an index too at any threshold; that
/// of a geometric one is above 3.7 there, and grows with the threshold.
public struct TailIndex: Hashable, Sendable {
    public let value: Double
    /// value/√(requests in the tail).
    public let standardError: Double
    /// Requests at or above the threshold.
    public let requests: Int
    /// Steps; the tail begins here.
    public let threshold: Int
    /// Whether the index rises along the tail by more than chance (2.3 % one-sided), which that of a power law does not.
    public let isRising: Bool

    /// Fewer requests tell no tail.
    static let leastRequests = 100

    /// Whether the tail is one that makes E[D³] infinite: a power law as far as can be told, whose index is below 3 with a confidence of
    /// 97.5 %.
    public var isHeavy: Bool { value + 1.96 * standardError < 3 && !isRising }

    private typealias Bins = ArraySlice<(lower: Int, upper: Int, count: Int)>

    /// `nil` with fewer than 100 requests, or two bins, in the tail.
    init?(_ bins: [(lower: Int, upper: Int, count: Int)]) {
        let wanted = bins.reduce(0) { $0 + $1.count } / 40
        let first = Self.start(of: wanted, bins)
        let tail = bins[first...]
        let above = tail.reduce(0) { $0 + $1.count }
        guard above >= Self.leastRequests, tail.count >= 2, let index = Self.index(tail, beyond: 0) else { return nil }
        value = index
        standardError = index / Double(above).squareRoot()
        requests = above
        threshold = bins[first].lower
        isRising = Self.isRising(tail, above)
    }

    /// The first bin of an upper part that has about `wanted` requests, at most twice as many.
    private static func start(of wanted: Int, _ bins: [(lower: Int, upper: Int, count: Int)]) -> Int {
        var first = bins.count
        var above = 0
        while first > 0, above < wanted, above + bins[first - 1].count <= 2 * wanted {
            first -= 1
            above += bins[first].count
        }
        return first
    }

    /// Compares the index of the longest quarter of the tail with that of the rest.
    private static func isRising(_ tail: Bins, _ total: Int) -> Bool {
        var cut = tail.endIndex
        var above = 0
        while cut > tail.startIndex, above < total / 4 {
            cut -= 1
            above += tail[cut].count
        }
        let below = total - above
        guard above >= 25, below >= 25, let near = index(tail[..<cut], beyond: above) else { return false }
        // All in the last bin: lengths end there, as at a cap, and no power law does.
        guard let far = index(tail[cut...], beyond: 0) else { return true }
        let error = hypot(far / Double(above).squareRoot(), near / Double(below).squareRoot())
        return far - near > 2 * error
    }

    /// The index by the requests of `bins`, of which `beyond` more are longer.
    private static func index(_ bins: Bins, beyond: Int) -> Double? {
        guard let first = bins.first, let last = bins.last else { return nil }
        let t = Double(first.lower) - 0.5
        let end = log((Double(last.upper) + 0.5) / t)
        /// The derivative of the log-likelihood; it falls from positive to negative as a grows.
        func slope(_ a: Double) -> Double {
            var sum = -Double(beyond) * end
            for bin in bins {
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
        return (low + high) / 2
    }
}
