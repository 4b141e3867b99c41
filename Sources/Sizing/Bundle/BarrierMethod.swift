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
