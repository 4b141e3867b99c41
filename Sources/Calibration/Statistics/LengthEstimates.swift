import Glibc
import SizingNumerics

/// Means, standard deviations and correlation of P and D, with delta-method errors; from few requests they have none.
struct LengthEstimates {
    let prefillMean: Estimate
    let prefillDeviation: Estimate
    let decodeMean: Estimate
    let decodeDeviation: Estimate
    /// `nil` where P or D does not vary.
    let correlation: Estimate?

    init(_ moments: RequestMoments, covariance: InfluenceCovariance) {
        let central = Self.central(moments.lengths)
        let n = covariance.count
        func error(_ influence: [Double], independent: Double) -> InfluenceCovariance.Error {
            covariance.error(lengths: influence) ?? .init(value: independent, freedom: nil)
        }
        // Means are within ½ of the origins.
        let (dp, dd) = (moments.lengths[1][0], moments.lengths[0][1])
        let (x, y) = (max(0, central[2][0]), max(0, central[0][2]))
        func mean(_ value: Double, _ variance: Double, _ influence: [Double]) -> Estimate {
            guard n >= 2 else { return Estimate(undetermined: value) }
            let error = error(influence, independent: (variance / n).squareRoot())
            return Estimate(value, error: error, within: 0...(.infinity))
        }
        func deviation(_ variance: Double, _ fourth: Double, _ influence: [Double]) -> Estimate {
            let root = variance.squareRoot()
            // Both of two values are equally far from their mean, whatever they are.
            guard n >= 3 else { return Estimate(undetermined: root) }
            // Var s² = (μ₄ − σ⁴)/n.
            let error = error(influence, independent: (max(0, fourth - variance * variance) / n).squareRoot())
            let ofRoot = InfluenceCovariance.Error(
                value: root > 0 ? error.value / (2 * root) : 0, freedom: error.freedom)
            return Estimate(root, error: ofRoot, within: 0...(.infinity))
        }
        let onSquareP = [dp * dp, -2 * dp, 0, 1, 0, 0]
        let onSquareD = [dd * dd, 0, -2 * dd, 0, 0, 1]
        prefillMean = mean(Double(moments.prefillOrigin) + dp, x, [-dp, 1, 0, 0, 0, 0])
        decodeMean = mean(Double(moments.decodeOrigin) + dd, y, [-dd, 0, 1, 0, 0, 0])
        prefillDeviation = deviation(x, central[4][0], onSquareP)
        decodeDeviation = deviation(y, central[0][4], onSquareD)
        guard x > 0, y > 0 else {
            correlation = nil
            return
        }
        let root = (x * y).squareRoot()
        let r = max(-1, min(1, central[1][1] / root))
        guard n >= 3 else {
            correlation = Estimate(undetermined: r)
            return
        }
        // Influence uv − r(u² + v²)/2 of standardised u, v.
        let spread =
            central[2][2] / (x * y) * (1 + r * r / 2) + r * r / 4 * (central[4][0] / (x * x) + central[0][4] / (y * y))
            - r * (central[3][1] / (x * root) + central[1][3] / (y * root))
        let products = [dp * dd, -dd, -dp, 0, 1, 0]
        let influence = (0..<6).map { products[$0] / root - r / 2 * (onSquareP[$0] / x + onSquareD[$0] / y) }
        correlation = Estimate(
            r, error: error(influence, independent: (max(0, spread) / n).squareRoot()), within: -1...1)
    }

    /// From moments around whole numbers within ½ of the means to central ones.
    private static func central(_ raw: [[Double]]) -> [[Double]] {
        var grid = raw
        let dx = raw[1][0]
        let dy = raw[0][1]
        for j in 0...4 {
            for first in stride(from: 1, through: 4 - j, by: 1) {
                for i in stride(from: 4 - j, through: first, by: -1) { grid[i][j] -= dx * grid[i - 1][j] }
            }
        }
        for i in 0...4 {
            for first in stride(from: 1, through: 4 - i, by: 1) {
                for j in stride(from: 4 - i, through: first, by: -1) { grid[i][j] -= dy * grid[i][j - 1] }
            }
        }
        return grid
    }
}

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
