import Text

/// Everything about a bundle but its ratio: what the cycle-time models need.
public struct BundleParameters: Hashable, Sendable {
    public let slotLoad: SlotLoad
    public let stages: StageLatencies
    /// B, requests per Attention instance and microbatch.
    public let batchSize: Int
    /// m, microbatches per Attention instance; `nil` for the paper's ideal overlap in lock-step.
    public let microbatches: Int?

    /// - Throws: ``InvalidInput`` naming `batch_size` or `microbatches`.
    public init(
        slotLoad: SlotLoad, stages: StageLatencies, batchSize: Int, microbatches: Int? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        if let microbatches {
            try InvalidInput.check(microbatches, in: 1...SizingLimits.maximumMicrobatches, field: "microbatches")
        }
        self.init(unchecked: slotLoad, stages, batchSize, microbatches)
    }

    init(unchecked slotLoad: SlotLoad, _ stages: StageLatencies, _ batchSize: Int, _ microbatches: Int?) {
        self.slotLoad = slotLoad
        self.stages = stages
        self.batchSize = batchSize
        self.microbatches = microbatches
    }

    /// The same bundle in the paper's lock-step.
    public var underIdealOverlap: BundleParameters { BundleParameters(unchecked: slotLoad, stages, batchSize, nil) }

    /// Mean load of one Attention instance, Bθ, tokens.
    public var meanLoad: Double { Double(batchSize) * slotLoad.mean }

    /// Standard deviation of the load of one Attention instance, √B ν, tokens.
    public var loadDeviation: Double { Double(batchSize).squareRoot() * slotLoad.standardDeviation }

    /// Mean tokens of one step of the whole bundle per microsecond, divided by `cost` of the bundle: rB / (cost · τ).
    public func throughput(ratio: Double, duration: Double, cost: InstanceCost) -> Double {
        ratio * Double(batchSize) / (cost.ofBundle(ratio: ratio) * duration)
    }
}
