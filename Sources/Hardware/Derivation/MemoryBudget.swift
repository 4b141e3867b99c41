import Sizing
import Text

/// What fits into the HBM of each side (model section 7).
///
/// Attention, one device: weights + the cache of its m·b requests ≤ usable HBM, where the cache is counted for the mean load
/// plus `marginDeviations` standard deviations of the sum, m·b·θ + z √(m·b) ν: the mean alone would overflow half of the
/// time. FFN, one device: its share of the weights.
public struct MemoryBudget: Hashable, Sendable {
    public let description: HardwareDescription
    public let slotLoad: SlotLoad
    /// z; 3 leaves 0.13 % of the steps of a normal load above.
    public let marginDeviations: Double
    /// Bytes of each Attention device beyond what it has: for asking what more would bring.
    public var extraAttentionBytes = 0.0

    /// - Throws: `InvalidInput` naming `margin_deviations` unless it lies in 0…10.
    public init(
        _ description: HardwareDescription, slotLoad: SlotLoad, marginDeviations: Double = 3
    ) throws(InvalidInput) {
        try InvalidInput.check(marginDeviations, in: 0...10, field: "margin_deviations")
        self.description = description
        self.slotLoad = slotLoad
        self.marginDeviations = marginDeviations
    }

    /// Bytes of one Attention device that can be used.
    public var attentionUsable: Double {
        description.attention.device.memoryCapacity * 1e9 * description.attention.efficiencies.usableMemory
            + extraAttentionBytes
    }

    /// Bytes of one FFN device that can be used.
    public var ffnUsable: Double {
        description.ffn.device.memoryCapacity * 1e9 * description.ffn.efficiencies.usableMemory
    }

    /// Weights of one Attention device: projections, routers, embedding and output head (the latter two in bf16).
    public var attentionWeights: Double {
        let model = description.model
        let tensor = Double(description.attention.tensorParallel)
        let projections = model.projectionParameters * description.precision.weights.attention.bytes
        return (projections + model.vocabularyParameters * 2) / tensor
            + (model.routerParameters + model.otherParameters) * 2
    }

    /// Weights of the fullest FFN device.
    public var ffnWeights: Double {
        let model = description.model
        let ffn = description.ffn
        let formats = description.precision.weights
        return model.feeding.reduce(0.0) { total, layers in
            let bytes: Double
            switch layers.feedForward {
            case .dense(let network):
                bytes = network.parameters(width: model.hidden) * formats.dense.bytes / Double(ffn.devices)
            case .mixture(let mixture):
                let held = Double((mixture.experts + ffn.expertParallel - 1) / ffn.expertParallel)
                let beside = mixture.beside?.parameters(width: model.hidden) ?? 0
                let common =
                    mixture.sharedParameters(hidden: model.hidden) * formats.shared.bytes
                    + beside * formats.dense.bytes
                bytes =
                    held * mixture.expertParameters(hidden: model.hidden) * formats.routed.bytes
                    / Double(ffn.tensorParallel) + common / Double(ffn.devices)
            }
            return total + Double(layers.count) * bytes
        }
    }

    /// Cache and constant state of `requests` requests on one device, bytes, with the margin.
    public func cache(requests: Double) -> Double {
        guard requests > 0 else { return 0 }
        let context = slotLoad.mean + marginDeviations * slotLoad.standardDeviation / requests.squareRoot()
        let ranks = description.attention.tensorParallel
        let model = description.model
        return requests
            * (model.cacheBytesKept(context: context, format: description.precision.cache, ranks: ranks)
                + model.stateBytes(ranks: ranks))
    }

    /// Bytes that one Attention device needs for `microbatches` microbatches of `batchSize` requests an instance.
    public func attentionNeed(batchSize: Int, microbatches: Int) -> Double {
        let rank = AttentionDerivation(description: description).rankBatch(batchSize)
        return attentionWeights + cache(requests: rank * Double(microbatches))
    }

    /// Tokens that the cache of one Attention instance holds beside the weights, where no window fills.
    public var tokenCapacity: Double {
        let perToken = description.model.cacheBytesPerToken(
            context: 0, format: description.precision.cache, ranks: description.attention.tensorParallel)
        return max(0, attentionUsable - attentionWeights) / perToken * Double(description.attention.dataParallel)
    }

    /// The largest B that fits with `microbatches`, 0 where not even one request does; `SizingLimits.maximumBatchSize`
    /// where memory does not bind.
    public func largestBatch(microbatches: Int) -> Int {
        let (room, weights) = (attentionUsable, attentionWeights)
        let derivation = AttentionDerivation(description: description)
        var fits = 0
        var tooMany = SizingLimits.maximumBatchSize + 1
        while tooMany - fits > 1 {
            let middle = (fits + tooMany) / 2
            let requests = derivation.rankBatch(middle) * Double(microbatches)
            if weights + cache(requests: requests) <= room { fits = middle } else { tooMany = middle }
        }
        return fits
    }

    public var ffnFits: Bool { ffnWeights <= ffnUsable }
}
