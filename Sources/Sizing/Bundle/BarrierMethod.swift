import SizingNumerics

/// How the loads' distribution enters the barrier.
public enum BarrierMethod: String, Hashable, Sendable, CaseIterable {
    /// The normal one where the loads are normal enough for it, else the exact one. One choice for all ratios of a request,
    /// so that they compare.
    case automatic = "auto"
    /// Loads are normal (paper v4).
    case gaussian
    /// Loads have their own distribution, or three moments where that is all that is known.
    case exact
}

extension BarrierMethod {
    /// The relative change of the cycle by the third moment up to which ``automatic`` keeps the normal distribution.
    public static let gaussianTolerance = 0.005

    /// The theory of the cycle time for a bundle of any ratio.
    ///
    /// - Parameters:
    ///   - parameters: everything about the bundle but its ratio.
    ///   - workload: the one that `parameters` were made of.
    ///   - ratio: the mean-field best one; the choice looks at ratios from 1 to twice that.
    public func model(
        for parameters: BundleParameters, workload: Workload, around ratio: Double
    ) -> any CycleTimeModel {
        switch self {
        case .gaussian: return GaussianBarrierCycle(parameters)
        case .exact: return ExactBarrierCycle(parameters, workload: workload)
        case .automatic:
            let gaussian = GaussianBarrierCycle(parameters)
            // What buffers take off jitter is known to the exact one only.
            let isBuffered = parameters.microbatches ?? 1 > 1 && parameters.jitter.attention > 0
            guard !isBuffered, Self.isNormalEnough(gaussian, workload, upTo: 2 * ratio) else {
                return ExactBarrierCycle(parameters, workload: workload)
            }
            return gaussian
        }
    }

    /// Whether the third-moment correction of the cycle stays below ``gaussianTolerance`` from one instance to `highest`.
    static func isNormalEnough(
        _ gaussian: GaussianBarrierCycle, _ workload: Workload, upTo highest: Double
    ) -> Bool {
        let parameters = gaussian.parameters
        guard parameters.loadDeviation > 0, parameters.loadSkewness != 0 else { return true }
        let highest = min(max(2, highest.isFinite ? highest : 2), Double(SizingLimits.maximumRatio))
        return SkewnessBound.isNegligible(
            parameters, upTo: highest, meanAttention: gaussian.meanAttention, tolerance: gaussianTolerance)
            || isCloseToCorrected(gaussian, workload, upTo: highest)
    }

    /// The same by working both cycles out, at four ratios.
    static func isCloseToCorrected(
        _ gaussian: GaussianBarrierCycle, _ workload: Workload, upTo highest: Double
    ) -> Bool {
        let parameters = gaussian.parameters
        let corrected = ExactBarrierCycle(
            thirdMoment: parameters,
            decorrelationRate: parameters.microbatches ?? 1 > 1 ? workload.decorrelationRate : 0)
        return [1, highest / 4, highest / 2, highest].allSatisfy { ratio in
            let ratio = max(1, ratio)
            let plain = gaussian.duration(ratio: ratio)
            return abs(corrected.duration(ratio: ratio) - plain) <= gaussianTolerance * plain
        }
    }
}

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
