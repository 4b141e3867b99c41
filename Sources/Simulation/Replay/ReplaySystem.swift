import Sizing
import Text

/// One request of a replay.
public struct ReplayRequest: Hashable, Sendable {
    /// When it arrives, seconds from the beginning.
    public var arrival: Double
    /// P, tokens.
    public var prefill: Int
    /// Tokens that it generates, 1 or more.
    public var decode: Int
    /// h, tokens of its prompt that are cached where it is prefilled.
    public var cached: Int

    public init(arrival: Double, prefill: Int, decode: Int, cached: Int = 0) {
        self.arrival = arrival
        self.prefill = prefill
        self.decode = decode
        self.cached = cached
    }
}

/// Which bundle, and which instance of it, a request goes to.
public enum ReplayRouting: String, Hashable, Sendable, CaseIterable {
    /// Requests wait in one line for all bundles; the one with the fewest requests takes the next, the first of equals.
    case leastLoaded = "least_loaded"
    /// Requests wait in one line for all bundles; the one whose cache holds the fewest tokens takes the next.
    case leastKV = "least_kv"
    /// In turn; each bundle has a line of its own.
    case roundRobin = "round_robin"
    /// By lot; each bundle has a line of its own.
    case random

    /// Whether requests wait in one line for all.
    var isCentral: Bool { self == .leastLoaded || self == .leastKV }
}

/// A bundle xA–yF, and what its steps take (model sections 1, 5 and 10).
public struct ReplayBundleShape: Hashable, Sendable {
    /// The curve of the FFN, and those of Attention and the link where they do not depend on the batch.
    public let stages: StageLatencies
    public let attention: AttentionCurves
    public let link: LinkCurves
    /// x, where the pool does not change it.
    public let attentionInstances: Int
    /// y.
    public let ffnInstances: Int
    /// B, slots of an instance and microbatch.
    public let batchSize: Int
    /// m; `nil` for lock-step.
    public let microbatches: Int?
    /// Tokens that the cache of one Attention instance holds; `nil` where memory never binds.
    public let tokenCapacity: Double?

    /// - Parameters:
    ///   - attention: the curves of t_A; `nil` for that of `stages`.
    ///   - link: what the link takes; `nil` for that of `stages`.
    ///   - attentionInstances: x, Attention instances of a bundle.
    ///   - microbatches: m; nil for lock-step.
    ///   - tokenCapacity: tokens of KV cache that an instance holds; nil for no limit.
    ///   - batchSize: B, requests of an Attention instance and microbatch.
    ///   - stages: latencies of the stages.
    ///   - ffnInstances: y, FFN instances of a bundle.
    /// - Throws: `InvalidInput` naming what is out of range.
    public init(
        stages: StageLatencies, attention: AttentionCurves? = nil, link: LinkCurves? = nil, attentionInstances: Int,
        ffnInstances: Int = 1,
        batchSize: Int, microbatches: Int? = nil, tokenCapacity: Double? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(
            attentionInstances, in: 1...SizingLimits.maximumRatio, field: "bundle.attention_instances")
        try InvalidInput.check(ffnInstances, in: 1...SizingLimits.maximumRatio, field: "bundle.ffn_instances")
        try InvalidInput.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        if let microbatches {
            try InvalidInput.check(microbatches, in: 1...SizingLimits.maximumMicrobatches, field: "microbatches")
        }
        self.stages = stages
        self.attention = attention ?? AttentionCurves(stages.attention)
        self.link = link ?? LinkCurves(stages)
        self.attentionInstances = attentionInstances
        self.ffnInstances = ffnInstances
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.tokenCapacity = tokenCapacity
    }

    /// m, 1 in lock-step.
    var rows: Int { microbatches ?? 1 }
    /// Slots of one Attention instance.
    var slotsPerInstance: Int { batchSize * rows }
}
