import SizingNumerics
import Text

/// A bundle whose slots need not be full: x Attention and y FFN instances with up to B requests an Attention instance and microbatch.
public struct OpenBundle: Sendable {
    /// x and y.
    public let attentionInstances: Int
    public let ffnInstances: Int
    /// B.
    public private(set) var batchSize: Int
    /// m; nil for the paper's lock-step.
    public let microbatches: Int?
    /// What requests are, as the slots see them.
    public let load: OpenLoad
    /// s, tokens that a request gains a step.
    public let tokensPerStep: Double
    public let jitter: KernelJitter
    let division: FFNDivision
    /// The requests that batches come in steps of: the data-parallel ranks of an instance.
    let batchStep: Int
    private let stagesAt: @Sendable (Int) -> StageLatencies?

    /// - Parameters:
    ///   - attentionInstances: x, Attention instances of a bundle.
    ///   - load: the distribution of the KV load of a slot.
    ///   - microbatches: m; nil for lock-step.
    ///   - jitter: coefficients of variation of the kernels' times.
    ///   - batchSize: B, requests of an Attention instance and microbatch.
    ///   - ffnInstances: y, FFN instances of a bundle.
    ///   - tokensPerStep: tokens that a request gains in a step.
    ///   - division: how requests are divided among the FFN instances; evenly where nothing is said.
    ///   - batchStep: batches between its multiples are interpolated.
    ///   - stages: the latencies at a batch of 1…B; nil where the hardware cannot be asked.
    /// - Throws: `InvalidInput` naming `ratio`, `ffn_instances`, `batch_size`, `microbatches` or `tokens_per_step`.
    public init(
        attentionInstances: Int, ffnInstances: Int = 1, batchSize: Int, microbatches: Int? = nil, load: OpenLoad,
        tokensPerStep: Double = 1, jitter: KernelJitter = .none, division: FFNDivision? = nil, batchStep: Int = 1,
        stages: @escaping @Sendable (Int) -> StageLatencies?
    ) throws(InvalidInput) {
        try InvalidInput.check(attentionInstances, in: 1...SizingLimits.maximumRatio, field: "ratio")
        try InvalidInput.check(ffnInstances, in: 1...SizingLimits.maximumRatio, field: "ffn_instances")
        try InvalidInput.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        if let microbatches {
            try InvalidInput.check(microbatches, in: 1...SizingLimits.maximumMicrobatches, field: "microbatches")
        }
        try InvalidInput.check(tokensPerStep, in: 1...SizingLimits.maximumTokensPerStep, field: "tokens_per_step")
        self.attentionInstances = attentionInstances
        self.ffnInstances = ffnInstances
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.load = load
        self.tokensPerStep = tokensPerStep
        self.jitter = jitter
        self.division = division ?? .even(ffnInstances: ffnInstances)
        self.batchStep = max(1, min(batchStep, batchSize))
        stagesAt = stages
    }

    /// S = x·m·B.
    public var slots: Double { Double(attentionInstances) * microbatchCount * Double(batchSize) }

    var microbatchCount: Double { Double(microbatches ?? 1) }

    /// Microbatches at work where `requests` are present: with fewer requests than m, each has a microbatch of its own.
    func microbatchesAtWork(requests: Double) -> Int? {
        microbatches.map { requests < Double($0) ? max(1, Int(requests.rounded())) : $0 }
    }

    func stages(batchSize: Int) -> StageLatencies? { stagesAt(batchSize) }

    /// The same with smaller batches.
    func limited(batchSize: Int) -> OpenBundle {
        var copy = self
        copy.batchSize = min(self.batchSize, batchSize)
        return copy
    }
}
