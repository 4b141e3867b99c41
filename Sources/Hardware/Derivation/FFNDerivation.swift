import Sizing
import SizingNumerics
import Text

/// t_F from first principles: the slowest expert-parallel rank of one FFN instance, all layers of one step.
///
/// A roofline, not a line. In a mixture the weights read grow with the distinct experts hit, E(1 − (1 − k/E)^n), until all
/// are; the arithmetic is that of the fullest rank (``ExpertPlacement``), whose tokens exceed the mean by chance (the largest of
/// `expertParallel` binomials, taken as normal) and by the imbalance of routing. Dense layers of a mixture run data-parallel.
struct FFNDerivation {
    let description: HardwareDescription
    /// E[max of as many standard normals as there are expert-parallel ranks].
    private let largestNormal: Double
    private let feeding: [(count: Int, feedForward: FeedForward)]

    init(description: HardwareDescription) {
        self.description = description
        feeding = description.model.feeding
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
        return feeding.flatMap { layers -> [LatencyTerm] in
            switch layers.feedForward {
            case .dense(let network): dense(network, layers: Double(layers.count), tokens: tokens)
            case .mixture(let mixture): experts(mixture, layers: Double(layers.count), tokens: tokens)
            }
        }
    }

    /// A dense model's network is split over all devices of the instance; a dense layer of a mixture is held whole by each
    /// expert-parallel rank, which computes its share of the tokens.
    private func dense(_ network: FeedForward.Network, layers: Double, tokens: Double) -> [LatencyTerm] {
        let ranks = model.isMixture ? instance.tensorParallel : instance.devices
        let parallel = Double(instance.devices / ranks)
        let rows = tokens / parallel
        return products(
            "dense_ffn", layers * network.parameters(width: model.hidden) / Double(ranks), rows: rows, layers: layers,
            format: description.precision.weights.dense)
            + Reduction(
                tokens: rows, hidden: model.hidden, ranks: ranks, device: instance.device,
                efficiencies: instance.efficiencies
            ).terms(layers: layers)
    }

    /// The two products of a network and its activation.
    private func products(
        _ name: String, _ parameters: Double, rows: Double, layers: Double, format: ElementFormat
    ) -> [LatencyTerm] {
        guard parameters > 0, rows > 0 else { return [] }
        let curve = instance.efficiencies.dense[format.kernels(on: instance.device)]
        return [
            .product(
                name, parameters: parameters, rows: rows, device: instance.device, format: format, curve: curve),
            .overhead("kernel_launches", layers * (2 * curve.kernel + instance.efficiencies.kernel)),
        ]
    }

    private func experts(_ mixture: FeedForward.Mixture, layers: Double, tokens: Double) -> [LatencyTerm] {
        let formats = description.precision.weights
        let weights = formats.routed
        let curve = instance.efficiencies.experts[weights.kernels(on: instance.device)]
        let tensor = Double(instance.tensorParallel)
        let devices = Double(instance.devices)
        let expert = mixture.expertParameters(hidden: model.hidden) / tensor
        let placement = ExpertPlacement(mixture, ranks: instance.expertParallel)
        let hit = placement.hit(mixture, tokens: tokens)
        let picked = busiest(picks: tokens * Double(mixture.active), share: placement.share) * instance.imbalance
        let product = LatencyTerm.roofline(
            "experts", bytes: layers * hit * expert * weights.bytes,
            operations: layers * 2 * expert * (picked + curve.rows * hit), device: instance.device, format: weights,
            bandwidth: curve.bandwidth, compute: curve.compute)
        let width = Double(mixture.latent ?? model.hidden)
        let both = width + Double(mixture.expert.intermediate) / tensor
        let traffic =
            layers
            * (curve.picked * picked * 4 * both + curve.arrived * placement.arriving(mixture, tokens: tokens) * 2
                * width)
        return [
            product,
            LatencyTerm(
                name: "expert_activations", microseconds: traffic / (instance.device.memoryBandwidth * 1e3),
                bound: .memory, bytes: traffic, operations: 0),
            .overhead("expert_kernels", layers * curve.floor(experts: mixture.experts)),
        ]
            + products(
                "shared_experts", layers * mixture.sharedParameters(hidden: model.hidden) / devices, rows: tokens,
                layers: layers, format: formats.shared)
            + products(
                "dense_ffn", layers * (mixture.beside?.parameters(width: model.hidden) ?? 0) / devices, rows: tokens,
                layers: layers, format: formats.dense)
            + Reduction(
                tokens: tokens, hidden: model.hidden, ranks: instance.tensorParallel, device: instance.device,
                efficiencies: instance.efficiencies
            ).terms(layers: layers)
    }

    /// Mean of the largest of as many binomial counts of `picks` picks as there are ranks, no more than all of them.
    private func busiest(picks: Double, share: Double) -> Double {
        guard share < 1, picks > 0 else { return picks }
        let mean = picks * share
        let deviation = (mean * (1 - share)).squareRoot()
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

/// Where the routed experts of a layer are: whole, over expert-parallel ranks, as evenly as may be.
///
/// With fewer ranks than experts the fullest rank holds ⌈E/ranks⌉, whose share of the picks is theirs. With more, the ranks beyond E
/// hold copies of experts (redundant experts); those with the fewest copies, ⌊ranks/E⌋, set the pace.
struct ExpertPlacement {
    /// Experts on the fullest rank.
    let held: Int
    /// Ranks that share the tokens of an expert of the fullest rank.
    let copies: Int
    /// Of all picks, those of the fullest rank where all experts are alike.
    let share: Double

    init(_ mixture: FeedForward.Mixture, ranks: Int) {
        held = (mixture.experts + ranks - 1) / ranks
        copies = max(1, ranks / mixture.experts)
        share = Double(held) / (Double(mixture.experts) * Double(copies))
    }

    /// Distinct experts of the fullest rank that a step of `tokens` tokens hits.
    func hit(_ mixture: FeedForward.Mixture, tokens: Double) -> Double {
        Double(held) * mixture.distinctShare(tokens: tokens / Double(copies))
    }

    /// Tokens that have a pick on the fullest rank: a token misses all of its experts with probability C(E − held, k)/C(E, k).
    func arriving(_ mixture: FeedForward.Mixture, tokens: Double) -> Double {
        var missed = 1.0
        for pick in 0..<mixture.active {
            missed *= Double(max(0, mixture.experts - held - pick)) / Double(max(1, mixture.experts - pick))
        }
        return tokens * (1 - missed) / Double(copies)
    }
}
