import Sizing

/// The memory of both sides at one batch: what a plan and a sizing tell of it.
public struct MemoryUse: Hashable, Sendable {
    /// Bytes of one Attention device: weights and cache with its margin, and what can be used.
    public let attentionUsed: Double
    public let attentionUsable: Double
    /// Bytes of the fullest FFN device.
    public let ffnUsed: Double
    public let ffnUsable: Double
    /// Tokens that the cache of one Attention instance holds; `nil` where a request keeps none, whatever its length.
    public let tokenCapacity: Double?
    /// The largest B that fits with as many microbatches.
    public let largestBatch: Int
}

/// A side whose memory does not hold what it should.
public struct MemoryShortage: Hashable, Sendable {
    /// `hardware.ffn`, `hardware.attention`, or `batch_size` where a smaller one fits.
    public let field: String
    /// A sentence with both numbers.
    public let detail: String
}

extension MemoryBudget {
    /// What `microbatches` microbatches of `batchSize` requests an instance take.
    public func use(batchSize: Int, microbatches: Int) -> MemoryUse {
        MemoryUse(
            attentionUsed: attentionNeed(batchSize: batchSize, microbatches: microbatches),
            attentionUsable: attentionUsable, ffnUsed: ffnWeights, ffnUsable: ffnUsable,
            tokenCapacity: tokenCapacity.isFinite ? tokenCapacity : nil,
            largestBatch: largestBatch(microbatches: microbatches))
    }

    /// What does not fit, the FFN first; empty where all does.
    public func shortages(batchSize: Int, microbatches: Int) -> [MemoryShortage] {
        var shortages: [MemoryShortage] = []
        if !ffnFits {
            shortages.append(
                MemoryShortage(
                    field: "hardware.ffn",
                    detail: "the FFN weights need \(Self.gigabytes(ffnWeights)) on each device of "
                        + "\(description.ffn.device.id), \(Self.gigabytes(ffnUsable)) are usable: "
                        + "\(Self.gigabytes(ffnWeights - ffnUsable)) too much"))
        }
        let need = attentionNeed(batchSize: batchSize, microbatches: microbatches)
        if need > attentionUsable {
            let largest = largestBatch(microbatches: microbatches)
            let requests = microbatches == 1 ? "\(batchSize)" : "\(microbatches) times \(batchSize)"
            let plural = batchSize == 1 && microbatches == 1 ? "" : "s"
            let fits =
                largest > 0
                ? "the largest batch that fits is \(largest)"
                : "not even a batch of 1 fits, and the weights alone take \(Self.gigabytes(attentionWeights))"
            shortages.append(
                MemoryShortage(
                    field: largest > 0 ? "batch_size" : "hardware.attention",
                    detail:
                        "weights and cache of \(requests) request\(plural) an instance need \(Self.gigabytes(need)) on "
                        + "each Attention device, \(Self.gigabytes(attentionUsable)) are usable: "
                        + "\(Self.gigabytes(need - attentionUsable)) too much; \(fits)"))
        }
        return shortages
    }

    /// To a tenth, and to a thousandth where a tenth would say 0.
    static func gigabytes(_ bytes: Double) -> String {
        let digits = bytes < 1e9 ? 1e3 : 10
        return "\((bytes / 1e9 * digits).rounded() / digits) GB"
    }
}
