import Sizing
import Text

/// What a deployment must not break.
public struct PlanLimits: Hashable, Sendable {
    /// Which time per output token is bounded.
    public enum Percentile: String, Hashable, Sendable, CaseIterable {
        case mean, p99
    }

    /// How the Attention ranks (devices) of a bundle are divided among its FFN ranks, where a runtime binds each of the former to
    /// one of the latter. Either asks for at least as many.
    public enum RankRule: String, Hashable, Sendable, CaseIterable {
        /// In equal blocks: the Attention ranks are a multiple of the FFN ranks.
        case multiple
        /// In blocks that differ by one rank at most; the larger ones set the pace.
        case blocks
    }

    /// Microseconds per output token; nil for no bound.
    public var tpot: Double?
    public var percentile: Percentile
    /// Largest B.
    public var maximumBatch: Int
    /// Exactly this B, where the caller fixes it.
    public var batchSize: Int?
    /// Most Attention instances of a bundle.
    public var maximumRatio: Int
    /// Most FFN instances of a bundle: bundles of xA–yF.
    public var maximumFFNInstances: Int
    /// m to choose from; nil is the paper's lock-step.
    public var microbatches: [Int?]
    /// Whether a bundle must have at least as many Attention ranks (devices) as FFN ranks, as some runtimes ask.
    public var attentionRanksAtLeastFFN: Bool
    /// Nil for no such rule.
    public var rankRule: RankRule?
    /// Devices of a node: each role's devices are counted in whole nodes. Nil for no such rule.
    public var devicesPerNode: Int?

    public init(
        tpot: Double? = nil, percentile: Percentile = .mean, maximumBatch: Int = defaultMaximumBatch,
        batchSize: Int? = nil, maximumRatio: Int = defaultMaximumRatio, maximumFFNInstances: Int = 1,
        microbatches: [Int?] = [nil], attentionRanksAtLeastFFN: Bool = false, rankRule: RankRule? = nil,
        devicesPerNode: Int? = nil
    ) throws(InvalidInput) {
        if let tpot, !(tpot.isFinite && tpot > 0 && tpot <= 1e12) {
            throw InvalidInput(field: "limits.tpot_ms", rule: "must be greater than 0 and at most 1e9")
        }
        try Self.check(maximumBatch, 1...SizingLimits.maximumBatchSize, "limits.max_batch")
        if let batchSize { try Self.check(batchSize, 1...SizingLimits.maximumBatchSize, "batch_size") }
        try Self.check(maximumRatio, 1...SizingLimits.maximumRatio, "max_ratio")
        try Self.check(maximumFFNInstances, 1...16, "max_ffn_instances")
        if let devicesPerNode { try Self.check(devicesPerNode, 1...1024, "rules.devices_per_node") }
        for case let m? in microbatches { try Self.check(m, 1...SizingLimits.maximumMicrobatches, "microbatches") }
        self.tpot = tpot
        self.percentile = percentile
        self.maximumBatch = maximumBatch
        self.batchSize = batchSize
        self.maximumRatio = maximumRatio
        self.maximumFFNInstances = maximumFFNInstances
        self.microbatches = microbatches.isEmpty ? [nil] : microbatches
        self.attentionRanksAtLeastFFN = attentionRanksAtLeastFFN
        self.rankRule = rankRule
        self.devicesPerNode = devicesPerNode
    }

    /// The same with bundles of any size.
    var withoutRatioBound: PlanLimits {
        var copy = self
        copy.maximumRatio = .max
        return copy
    }

    /// Beyond it a larger batch changes little and no runtime goes.
    public static let defaultMaximumBatch = 4096
    public static let defaultMaximumRatio = 512

    private static func check(_ value: Int, _ range: ClosedRange<Int>, _ field: String) throws(InvalidInput) {
        guard range.contains(value) else {
            throw InvalidInput(
                field: field, rule: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
