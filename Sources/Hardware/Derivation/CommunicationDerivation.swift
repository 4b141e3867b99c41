import Sizing
import Text

/// t_C from first principles, there and back, all layers of one step.
///
/// A token's activations go to each rank that holds one of its experts and come back from it. The busier end of the link
/// sets the pace: a device of an Attention instance moves its share of B, a device of the FFN instance its share of rB.
struct CommunicationDerivation {
    let description: HardwareDescription
    /// ρ, the probability that a slot of the batch is full: an Attention instance sends what is in them.
    var occupancy = 1.0

    private var queries: Double { description.speculation?.queryTokens ?? 1 }

    /// Ranks that a token of a mixture is sent to, in the mean: each of n ranks misses all k picks of E experts with
    /// probability C(E − E/n, k) / C(E, k).
    private func copies(_ mixture: FeedForward.Mixture) -> Double {
        let ranks = Double(description.ffn.expertParallel)
        let experts = Double(mixture.experts)
        var missed = 1.0
        for pick in 0..<mixture.active {
            missed *= max(0, experts - experts / ranks - Double(pick)) / (experts - Double(pick))
        }
        return ranks * (1 - missed)
    }

    /// ρB, requests of an Attention instance's batch in the mean.
    private func sent(_ batchSize: Int) -> Double { occupancy * Double(batchSize) }

    /// Bytes of one token, out and back, all layers and all copies.
    var bytesPerToken: Double {
        let model = description.model
        let bytes = description.precision.dispatch.bytes + description.precision.combine.bytes
        return model.feeding.reduce(0.0) { total, layers in
            let copies: Double = if case .mixture(let mixture) = layers.feedForward { self.copies(mixture) } else { 1 }
            return total + Double(layers.count) * copies * Double(model.hidden) * bytes
        }
    }

    private func bytesPerMicrosecond(_ kind: LinkKind, _ bandwidth: Double) -> Double {
        let e = description.attention.efficiencies
        return bandwidth * 1e3 * (kind == .scaleUp ? e.scaleUp : e.scaleOut)
    }

    /// The part of the bytes that goes out to the FFN.
    var outboundShare: Double {
        let precision = description.precision
        return precision.dispatch.bytes / (precision.dispatch.bytes + precision.combine.bytes)
    }

    /// One way between the two sides.
    private struct Way {
        /// What no batch makes longer, there and back, all layers, microseconds.
        let latencies: Double
        /// Microseconds a request of B costs a device of an Attention instance, and one of rB a device of the FFN instance.
        let attention: Double
        let ffn: Double
        let bytesPerMicrosecond: Double
    }

    private func way(_ kind: LinkKind, bandwidth: Double) -> Way {
        let e = description.attention.efficiencies
        let oneWay = description.model.feeding.reduce(0.0) { total, layers in
            let one = description.link.latency ?? e.latency(kind, experts: layers.feedForward.experts)
            return total + Double(layers.count) * one
        }
        let rate = bytesPerMicrosecond(kind, bandwidth)
        let perToken = queries * bytesPerToken / rate
        // Tensor-parallel ranks of one data-parallel rank share the sending.
        return Way(
            latencies: 2 * oneWay,
            attention: perToken / Double(description.attention.devices),
            ffn: perToken / Double(description.ffn.devices),
            bytesPerMicrosecond: rate)
    }

    private var inner: Way { way(description.path.kind, bandwidth: description.path.bandwidth) }
    private var outer: Way? { description.path.crossing.map { way(.scaleOut, bandwidth: $0.bandwidth) } }

    /// Delay there and back, all layers, of the links that the first Attention instance has.
    var latencies: Double {
        if description.path.crossing?.inside == 0, let outer { return outer.latencies }
        return inner.latencies
    }

    /// The longest of what `requests` requests of rB take, inside the domain and beyond it.
    func terms(batchSize: Int, requests: Double) -> [LatencyTerm] {
        var longest = terms(inner, batchSize, requests, beyond: false)
        if let outer, let inside = description.path.crossing?.inside {
            let beyond = requests - Double(inside) * sent(batchSize)
            if description.link.load == .aggregateBatch ? beyond > 0 : inside == 0 {
                let crossing = terms(outer, batchSize, max(beyond, 0), beyond: true)
                func total(_ terms: [LatencyTerm]) -> Double { terms.reduce(0) { $0 + $1.microseconds } }
                if inside == 0 || total(crossing) > total(longest) { longest = crossing }
            }
        }
        return longest
    }

    private func terms(_ way: Way, _ batchSize: Int, _ requests: Double, beyond: Bool) -> [LatencyTerm] {
        let ends = (way.attention * sent(batchSize), way.ffn * requests)
        let atFFN = description.link.load == .aggregateBatch && ends.1 > ends.0
        let time = atFFN ? ends.1 : ends.0
        return [
            LatencyTerm(
                name: (beyond ? "scale_out_" : "") + (atFFN ? "ffn_link" : "attention_link"), microseconds: time,
                bound: .link, bytes: time * way.bytesPerMicrosecond, operations: 0),
            .overhead(beyond ? "scale_out_latency" : "link_latency", way.latencies),
        ]
    }

    func latency(batchSize: Int) throws(InvalidInput) -> LatencyModel {
        guard let outer, let inside = description.path.crossing?.inside else {
            return try latency(over: inner, batchSize: batchSize)
        }
        if inside == 0 { return try latency(over: outer, batchSize: batchSize) }
        // On B alone nobody knows how many instances there are.
        if description.link.load == .attentionBatch { return try latency(over: inner, batchSize: batchSize) }
        return try latency(within: inner, beyond: outer, inside: inside, batchSize: batchSize)
    }

    /// Were all of the bundle in one domain: nowhere above ``latency(batchSize:)``.
    func latencyInOneDomain(batchSize: Int) throws(InvalidInput) -> LatencyModel {
        if description.path.crossing?.inside == 0, let outer { return try latency(over: outer, batchSize: batchSize) }
        return try latency(over: inner, batchSize: batchSize)
    }

    private func latency(over way: Way, batchSize: Int) throws(InvalidInput) -> LatencyModel {
        switch description.link.load {
        case .attentionBatch: return LatencyModel(try LatencyLine(alpha: way.attention, beta: way.latencies))
        case .aggregateBatch:
            let flat = try LatencyLine(alpha: 0, beta: way.latencies + way.attention * sent(batchSize))
            return try LatencyModel(maximumOf: [flat, try LatencyLine(alpha: way.ffn, beta: way.latencies)])
        }
    }

    /// On rB: `inside` instances over the one way, those beyond over the other; the step from one to the next lies between two whole
    /// ratios.
    private func latency(
        within near: Way, beyond far: Way, inside: Int, batchSize: Int
    ) throws(InvalidInput) -> LatencyModel {
        let batch = sent(batchSize)
        let held = Double(inside) * batch
        func time(_ requests: Double) -> Double {
            let within = near.latencies + max(near.attention * batch, near.ffn * min(requests, held))
            guard requests > held else { return within }
            return max(within, far.latencies + max(far.attention * batch, far.ffn * (requests - held)))
        }
        var loads = [0, held, held + batch, held + 2 * batch]
        // Where the FFN's end takes over from that of an Attention instance, and where it passes all that is within.
        if near.ffn > 0 { loads.append(near.attention * batch / near.ffn) }
        if far.ffn > 0 {
            loads.append(held + far.attention * batch / far.ffn)
            loads.append(held + max(0, time(held) - far.latencies) / far.ffn)
        }
        let last = (loads.max() ?? 1) * 2 + 1
        let corners = Set(loads + [last]).filter { $0 <= held || $0 >= held + batch }.sorted()
        return try LatencyModel(through: corners.map { (load: $0, latency: time($0)) })
    }
}

/// The all-reduce that tensor parallelism needs once a layer, counted as a ring: 2(n − 1)/n of the activations out of each device, and
/// one floor. Over the scale-up link where its domain holds all ranks, else over the scale-out link.
struct Reduction {
    let tokens: Double
    let hidden: Int
    let ranks: Int
    let device: DeviceDescription
    let efficiencies: Efficiencies

    func terms(layers: Double) -> [LatencyTerm] {
        guard ranks > 1, layers > 0 else { return [] }
        let share = 2 * Double(ranks - 1) / Double(ranks)
        let bytes = layers * share * tokens * Double(hidden) * 2
        let fits = device.scaleUpDomain.map { ranks <= $0 } ?? true
        let up = device.scaleUp.map { (bandwidth: $0 * efficiencies.reduction, latency: efficiencies.reductionLatency) }
        let out = device.scaleOut.map { (bandwidth: $0 * efficiencies.scaleOut, latency: efficiencies.scaleOutLatency) }
        // A device without a link reduces over its memory's hundredth.
        let link =
            (fits ? up ?? out : out ?? up)
            ?? (device.memoryBandwidth / 100 * efficiencies.reduction, efficiencies.reductionLatency)
        return [
            LatencyTerm(
                name: "all_reduce", microseconds: bytes / (link.bandwidth * 1e3), bound: .link, bytes: bytes,
                operations: 0),
            .overhead("all_reduce_latency", layers * link.latency),
        ]
    }
}
