import Numerics

/// Means, standard deviations and correlation of P and D, with delta-method errors.
struct LengthEstimates {
    let prefillMean: Estimate
    let prefillDeviation: Estimate
    let decodeMean: Estimate
    let decodeDeviation: Estimate
    let correlation: Estimate

    init(_ moments: RequestMoments, count n: Double) {
        let central = Self.central(moments.lengths)
        func length(_ second: Double, _ fourth: Double, _ mean: Double) -> (Estimate, Estimate) {
            let variance = max(0, second)
            // Var s² = (μ₄ − σ⁴)/n.
            let error = (max(0, fourth - variance * variance) / n).squareRoot()
            return (
                Estimate(mean, standardError: (variance / n).squareRoot(), within: 0...(.infinity)),
                Estimate(
                    variance.squareRoot(), standardError: variance > 0 ? error / (2 * variance.squareRoot()) : 0,
                    within: 0...(.infinity))
            )
        }
        (prefillMean, prefillDeviation) = length(
            central[2][0], central[4][0], Double(moments.prefillOrigin) + moments.lengths[1][0])
        (decodeMean, decodeDeviation) = length(
            central[0][2], central[0][4], Double(moments.decodeOrigin) + moments.lengths[0][1])
        let x = central[2][0]
        let y = central[0][2]
        guard x > 0, y > 0 else {
            correlation = Estimate(0, standardError: 0, within: -1...1)
            return
        }
        let root = (x * y).squareRoot()
        let r = max(-1, min(1, central[1][1] / root))
        // Influence uv − r(u² + v²)/2 of standardised u, v.
        let spread =
            central[2][2] / (x * y) * (1 + r * r / 2) + r * r / 4 * (central[4][0] / (x * x) + central[0][4] / (y * y))
            - r * (central[3][1] / (x * root) + central[1][3] / (y * root))
        correlation = Estimate(r, standardError: (max(0, spread) / n).squareRoot(), within: -1...1)
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
