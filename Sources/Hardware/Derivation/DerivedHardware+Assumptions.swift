extension DerivedHardware {
    /// The assumptions behind the curves, as short sentences for `provenance`.
    public var assumptions: [String] {
        var list = [
            "latencies derived from published peaks and measured kernel efficiencies; an estimate, not a measurement",
            "data-parallel ranks of an instance share its load evenly",
        ]
        list += routing
        if description.model.isMixture, description.model.feeding.contains(where: { $0.feedForward.isDense }) {
            list.append(
                "dense layers of the mixture run data-parallel on the FFN ranks; memory counts their weights once an instance"
            )
        }
        list += description.precisionRequest.assumptions(for: description.model.published)
        list += description.model.warnings.map(\.detail)
        list += description.path.assumptions
        list += link
        list.append(
            "usable memory: \(description.attention.efficiencies.usableMemory) of HBM for Attention, "
                + "\(description.ffn.efficiencies.usableMemory) for the FFN")
        for (side, device) in [("attention", description.attention.device), ("ffn", description.ffn.device)] {
            switch device.family {
            case .other: list.append("\(side): no kernel measurements for \(device.id); efficiencies of Hopper")
            case .ampere, .ada, .ascend, .blackwellRTX:
                list.append("\(side): efficiencies for \(device.id) are little checked")
            case .hopper, .blackwell: break
            }
            if let figures = device.unverified {
                list.append("\(side): figures of \(device.id) that were not checked with its maker: \(figures)")
            }
        }
        return list
    }

    /// What the link is taken to be where the request leaves it out, and degrees of one.
    private var link: [String] {
        let (link, path) = (description.link, description.path)
        let e = description.attention.efficiencies
        var list: [String] = []
        if link.bandwidth == nil {
            list.append(
                "\(path.kind.rawValue) link: \(path.bandwidth) GB/s one way and device, the lesser of both devices', "
                    + "\(path.kind == .scaleUp ? e.scaleUp : e.scaleOut) of it reached")
        }
        if link.latency == nil {
            let layers = description.model.feeding.map(\.feedForward.experts)
            let latency = e.latency(path.kind, experts: layers.max() ?? 0)
            list.append("link latency: \((latency * 100).rounded() / 100) µs a message one way")
        }
        if description.attention.devices == 1 {
            list.append("an Attention instance is one device: data_parallel and tensor_parallel 1")
        }
        if description.ffn.devices == 1 {
            list.append("an FFN instance is one device: expert_parallel and tensor_parallel 1")
        }
        return list
    }

    /// How tokens come to experts, and experts to ranks.
    private var routing: [String] {
        let mixtures = description.model.feeding.compactMap { layers -> FeedForward.Mixture? in
            if case .mixture(let mixture) = layers.feedForward { mixture } else { nil }
        }
        guard let mixture = mixtures.max(by: { $0.experts < $1.experts }) else { return [] }
        let ffn = description.ffn
        let ranks = ffn.expertParallel
        var list: [String] = []
        if ffn.isBalanced || ffn.imbalance == 1 {
            list.append("experts balanced but for chance")
        } else if ffn.efficiencies.expertImbalance != nil {
            list.append(
                "the busiest expert-parallel rank gets \(ffn.imbalance) times its share, as stated, beside chance")
        } else {
            list.append(
                "routing imbalance: the busiest of \(ranks) expert-parallel ranks gets \(Self.rounded(ffn.imbalance)) times its share, "
                    + "the median of a power law of exponent 1.2\(ranks > 32 ? " on 32 ranks" : ""); balanced switches it off"
            )
        }
        if ranks > mixture.experts {
            list.append(
                "redundant experts: \(ranks - mixture.experts) ranks beyond the \(mixture.experts) experts hold copies of them; an "
                    + "expert with the fewest copies, \(ranks / mixture.experts), sets the pace")
        } else if mixture.experts % ranks != 0 {
            let held = (mixture.experts + ranks - 1) / ranks
            list.append(
                "\(mixture.experts) experts do not divide over \(ranks) ranks: the fullest holds \(held), without redundant copies"
            )
        }
        return list
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
