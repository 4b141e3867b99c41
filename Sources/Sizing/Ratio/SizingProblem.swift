import Text

/// A sizing question: how many Attention instances for one FFN instance?
public struct SizingProblem: Hashable, Sendable {
    public let workload: Workload
    public let stages: StageLatencies
    /// B, requests per Attention instance and microbatch, 1 or more.
    public let batchSize: Int
    /// m; `nil` for the paper's ideal overlap.
    public let microbatches: Int?
    /// The largest ratio considered, 1…10,000.
    public let maximumRatio: Int
    public let cost: InstanceCost
    /// How the loads' distribution enters the barrier.
    public let barrierMethod: BarrierMethod
    /// Everything about the bundle but its ratio.
    public let parameters: BundleParameters

    /// - Throws: `InvalidInput` naming `batch_size`, `microbatches`, `occupancy`, `tokens_per_step`, `max_ratio`, or `hardware` where no step would take
    ///   any time.
    public init(
        workload: Workload, stages: StageLatencies, batchSize: Int, microbatches: Int? = nil,
        maximumRatio: Int = defaultMaximumRatio, cost: InstanceCost = .equal,
        barrierMethod: BarrierMethod = .automatic, occupancy: Double = 1, jitter: KernelJitter = .none,
        tokensPerStep: Double = 1
    ) throws(InvalidInput) {
        try InvalidInput.check(maximumRatio, in: 1...SizingLimits.maximumRatio, field: "max_ratio")
        parameters = try BundleParameters(
            slotLoad: workload.slotLoad, stages: stages, batchSize: batchSize, microbatches: microbatches,
            occupancy: occupancy, jitter: jitter, tokensPerStep: tokensPerStep)
        self.workload = workload
        self.stages = stages
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.maximumRatio = maximumRatio
        self.cost = cost
        self.barrierMethod = barrierMethod
        guard stages.takeTime(slotLoad: workload.slotLoad, batchSize: batchSize) else {
            throw InvalidInput(field: "hardware", rule: StageLatencies.timeRule)
        }
    }

    /// The largest ratio that is considered where none is given.
    public static let defaultMaximumRatio = 1024
}
