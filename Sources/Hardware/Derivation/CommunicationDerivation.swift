import Sizing
import Text

/// t_C from first principles, there and back, all layers of one step.
///
/// A token's activations go to each rank that holds one of its experts and come back from it. The busier end of the link
/// sets the pace: a device of an Attention instance moves its share of B, a device of the FFN instance its share of rB.
struct CommunicationDerivation {
    let description: HardwareDescription

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

    /// Bytes of one token, out and back, all layers and all copies.
    var bytesPerToken: Double {
        let model = description.model
        let bytes = description.precision.dispatch.bytes + description.precision.combine.bytes
        return model.feeding.reduce(0.0) { total, layers in
            let copies: Double = if case .mixture(let mixture) = layers.feedForward { self.copies(mixture) } else { 1 }
            return total + Double(layers.count) * copies * Double(model.hidden) * bytes
        }
    }

    private var bytesPerMicrosecond: Double {
        let e = description.attention.efficiencies
        return description.linkBandwidth * 1e3 * (description.link.kind == .scaleUp ? e.scaleUp : e.scaleOut)
    }

    /// The part of the bytes that goes out to the FFN.
    var outboundShare: Double {
        let precision = description.precision
        return precision.dispatch.bytes / (precision.dispatch.bytes + precision.combine.bytes)
    }

    /// What no batch makes longer, there and back, all layers, microseconds.
    var latencies: Double {
        let e = description.attention.efficiencies
        let one = description.link.latency ?? (description.link.kind == .scaleUp ? e.scaleUpLatency : e.scaleOutLatency)
        return 2 * Double(description.model.feeding.reduce(0) { $0 + $1.count }) * one
    }

    /// Microseconds a request of B costs a device of an Attention instance, and one of rB a device of the FFN instance.
    private var slopes: (attention: Double, ffn: Double) {
        let perToken = queries * bytesPerToken / bytesPerMicrosecond
        // Tensor-parallel ranks of one data-parallel rank share the sending.
        return (perToken / Double(description.attention.devices), perToken / Double(description.ffn.devices))
    }

    func terms(batchSize: Int, requests: Double) -> [LatencyTerm] {
        let (attention, ffn) = slopes
        let ends = (attention * Double(batchSize), ffn * requests)
        let atFFN = description.link.load == .aggregateBatch && ends.1 > ends.0
        let time = atFFN ? ends.1 : ends.0
        return [
            LatencyTerm(
                name: atFFN ? "ffn_link" : "attention_link", microseconds: time, bound: .link,
                bytes: time * bytesPerMicrosecond, operations: 0),
            .overhead("link_latency", latencies),
        ]
    }

    func latency(batchSize: Int) throws(InvalidInput) -> LatencyModel {
        let (attention, ffn) = slopes
        switch description.link.load {
        case .attentionBatch: return LatencyModel(try LatencyLine(alpha: attention, beta: latencies))
        case .aggregateBatch:
            let flat = try LatencyLine(alpha: 0, beta: latencies + attention * Double(batchSize))
            return try LatencyModel(maximumOf: [flat, try LatencyLine(alpha: ffn, beta: latencies)])
        }
    }
}
