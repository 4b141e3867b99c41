import Numerics
import Sizing
import Text

/// t_F from first principles: the slowest expert-parallel rank of one FFN instance, all layers of one step.
///
/// A roofline, not a line. In a mixture the weights read grow with the distinct experts hit, E(1 − (1 − k/E)^n), until all
/// are; the arithmetic is that of the busiest rank, whose tokens exceed the mean by chance (the largest of `expertParallel`
/// binomials, taken as normal) and by the stated imbalance.
struct FFNDerivation {
    let description: HardwareDescription
    /// E[max of as many standard normals as there are expert-parallel ranks].
    private let largestNormal: Double

    init(description: HardwareDescription) {
        self.description = description
        // The integral of the upper tail over all z, less the part below 0 where it would be 1.
        largestNormal =
            NormalMaximum.tailIntegral(
                from: -NormalMaximum.bound, to: NormalMaximum.bound, count: Double(description.ffn.expertParallel))
            - NormalMaximum.bound
    }

    private var instance: HardwareDescription.FFNInstance { description.ffn }
    private var model: ModelDescription { description.model }

    /// The parts of one step of `requests` requests.
    func terms(requests: Double) -> [LatencyTerm] {
        let tokens = requests * (description.speculation?.queryTokens ?? 1)
        return model.feeding.flatMap { layers -> [LatencyTerm] in
            switch layers.feedForward {
            case .dense(let network): dense(network, layers: Double(layers.count), tokens: tokens)
            case .mixture(let mixture): experts(mixture, layers: Double(layers.count), tokens: tokens)
            }
        }
    }

    /// A dense network is split over all devices of the instance.
    private func dense(_ network: FeedForward.Network, layers: Double, tokens: Double) -> [LatencyTerm] {
        let e = instance.efficiencies
        let weights = description.precision.weights.dense
        let parameters = layers * network.parameters(width: model.hidden) / Double(instance.devices)
        let product = LatencyTerm.roofline(
            "dense_ffn", bytes: parameters * weights.bytes, operations: 2 * parameters * tokens,
            device: instance.device,
            format: weights, bandwidth: weights.isNarrow ? e.narrowWeightBandwidth : e.weightBandwidth,
            compute: e.denseCompute)
        return [product, .overhead("kernel_launches", layers * 3 * e.kernel)]
            + Reduction(
                tokens: tokens, hidden: model.hidden, ranks: instance.devices, device: instance.device, efficiencies: e
            ).terms(layers: layers)
    }

    private func experts(_ mixture: FeedForward.Mixture, layers: Double, tokens: Double) -> [LatencyTerm] {
        let e = instance.efficiencies
        let formats = description.precision.weights
        let weights = formats.routed
        let tensor = Double(instance.tensorParallel)
        let ranks = Double(instance.expertParallel)
        let expert = mixture.expertParameters(hidden: model.hidden)
        let shared = mixture.sharedParameters(hidden: model.hidden) / Double(instance.devices)
        let beside = (mixture.beside?.parameters(width: model.hidden) ?? 0) / Double(instance.devices)
        // Whole experts: the fullest rank holds ⌈E/ranks⌉.
        let held = Double((mixture.experts + instance.expertParallel - 1) / instance.expertParallel)
        let common = tokens > 0 ? shared * formats.shared.bytes + beside * formats.dense.bytes : 0
        let read = held * mixture.distinctShare(tokens: tokens) * expert / tensor * weights.bytes + common
        let picked = busiest(picks: tokens * Double(mixture.active), ranks: ranks) * e.expertImbalance
        let operations = 2 * (picked * expert / tensor + tokens * (shared + beside))
        let product = LatencyTerm.roofline(
            "experts", bytes: layers * read, operations: layers * operations, device: instance.device,
            format: weights, bandwidth: weights.isNarrow ? e.narrowWeightBandwidth : e.weightBandwidth,
            compute: weights.isNarrow ? e.narrowExpertCompute : e.expertCompute)
        return [product, .overhead("expert_kernels", layers * e.expertKernels)]
            + Reduction(
                tokens: tokens, hidden: model.hidden, ranks: instance.tensorParallel, device: instance.device,
                efficiencies: e
            ).terms(layers: layers)
    }

    /// Mean of the largest of `ranks` binomial counts of `picks` picks, no more than all of them.
    private func busiest(picks: Double, ranks: Double) -> Double {
        guard ranks > 1, picks > 0 else { return picks }
        let mean = picks / ranks
        let deviation = (mean * (1 - 1 / ranks)).squareRoot()
        return min(picks, mean + deviation * largestNormal)
    }

    /// t_F against the aggregated batch, interpolated on a grid that is finer than the curve bends: 5 % from point to
    /// point, from 1 to a million requests, straight beyond.
    func latency() throws(InvalidInput) -> LatencyModel {
        var points: [(load: Double, latency: Double)] = []
        var requests = 1.0
        while requests < 1.1e6 {
            points.append((requests, terms(requests: requests).reduce(0) { $0 + $1.microseconds }))
            requests *= 1.05
        }
        return try LatencyModel(through: points)
    }
}
