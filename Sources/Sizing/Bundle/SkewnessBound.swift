import SizingNumerics

/// How much the third moment of the loads can change the cycle, bounded without working the corrected cycle out.
///
/// The corrected load is μ + σ s_γ(z) where the normal one is μ + σ z (``LoadQuantiles``). τ is the mean of a function of
/// the load that rises with it by α at most, so |τ_γ − τ| ≤ α σ E|s_γ(Z) − Z|, Z the largest of r normals. For |γ| ≤ 1/2 the
/// bracket is at most |γ| h(z), h ≈ |z² − 1|/6, which depends on neither request nor ratio: its means are worked out once.
enum SkewnessBound {
    /// Largest |γ| for which the bound is known.
    static let maximumSkewness = 0.5
    /// Allowance for what lies between the γ, z and r that were worked out.
    private static let margin = 1.03
    /// What a kink between two nodes of the grid can cost, in units of α σ (``NormalGrid``).
    private static let gridError = 0.001

    /// E[h(Z)] for the largest of up to 2^(k/2) normals, by k.
    private static let means: [Double] = {
        let nodes = 0..<NormalGrid.count
        var h = [Double](repeating: 0, count: NormalGrid.count)
        for part in 1...8 {
            for skewness in [-maximumSkewness * Double(part) / 8, maximumSkewness * Double(part) / 8] {
                let shape = LoadQuantiles.standardShape(skewness: skewness)
                for node in nodes {
                    h[node] = max(h[node], abs(shape[node] - NormalGrid.node(node)) / abs(skewness))
                }
            }
        }
        var largest = 0.0
        return (0...28).map { half in
            let count = 2.0.squareRoot().power(half)
            var mean = h[0]
            for cell in 0..<(NormalGrid.count - 1) {
                mean += (h[cell + 1] - h[cell]) * NormalGrid.meanUpperTail(cell: cell, maximumOf: count)
            }
            largest = max(largest, mean)
            return largest
        }
    }()

    /// Whether the correction certainly changes the cycle by no more than `tolerance` of itself, at every ratio from 1 to
    /// `highest`. False where that is not certain: with microbatches, curved Attention latencies, large skewness or a load
    /// whose distribution reaches down to 0.
    static func isNegligible(
        _ parameters: BundleParameters, upTo highest: Double, meanAttention: Double, tolerance: Double
    ) -> Bool {
        let deviation = parameters.loadDeviation
        let skewness = abs(parameters.loadSkewness)
        guard parameters.microbatches == nil, let line = parameters.attention.line,
            skewness <= maximumSkewness, parameters.meanLoad >= 10 * deviation
        else { return false }
        var index = 0
        var count = 1.0
        while count < highest {
            count *= 2.0.squareRoot()
            index += 1
        }
        guard index < means.count else { return false }
        let shift = line.alpha * deviation * (skewness * means[index] * margin + gridError)
        // No cycle is shorter than its stages at the smallest ratio.
        let shortest = max(meanAttention, parameters.rising(ratio: 1).floor)
        return shift <= tolerance * shortest
    }
}

extension Double {
    /// The `exponent`-th power, exponent ≥ 0, by multiplication.
    fileprivate func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { product, _ in product * self } }
}
