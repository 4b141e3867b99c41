import SizingNumerics
import Text

/// Everything about a bundle but its ratio: what the cycle-time models need.
public struct BundleParameters: Hashable, Sendable {
    /// The load of a full slot.
    public let slotLoad: SlotLoad
    public let stages: StageLatencies
    /// B, slots per Attention instance and microbatch.
    public let batchSize: Int
    /// m, microbatches per Attention instance; `nil` for the paper's ideal overlap in lock-step.
    public let microbatches: Int?
    /// ρ, the probability that a slot is full, over 0 up to 1.
    public let occupancy: Double
    public let jitter: KernelJitter
    /// s, tokens that a request gains a step: 1, or more where several are drafted and verified at once.
    public let tokensPerStep: Double
    /// How the requests of a bundle are divided among its FFN instances.
    public let division: FFNDivision
    /// What the barrier sees of load and jitter.
    let barrier: BarrierLoad

    /// - Throws: `InvalidInput` naming `batch_size`, `microbatches`, `occupancy` or `tokens_per_step`.
    public init(
        slotLoad: SlotLoad, stages: StageLatencies, batchSize: Int, microbatches: Int? = nil, occupancy: Double = 1,
        jitter: KernelJitter = .none, tokensPerStep: Double = 1, division: FFNDivision = .one
    ) throws(InvalidInput) {
        try InvalidInput.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        if let microbatches {
            try InvalidInput.check(microbatches, in: 1...SizingLimits.maximumMicrobatches, field: "microbatches")
        }
        try InvalidInput.check(occupancy, in: SizingLimits.leastOccupancy...1, field: "occupancy")
        try InvalidInput.check(tokensPerStep, in: 1...SizingLimits.maximumTokensPerStep, field: "tokens_per_step")
        self.init(unchecked: slotLoad, stages, batchSize, microbatches, occupancy, jitter, tokensPerStep, division)
    }

    private init(
        unchecked slotLoad: SlotLoad, _ stages: StageLatencies, _ batchSize: Int, _ microbatches: Int?,
        _ occupancy: Double, _ jitter: KernelJitter, _ tokensPerStep: Double, _ division: FFNDivision
    ) {
        self.slotLoad = slotLoad
        self.stages = stages
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.occupancy = occupancy
        self.jitter = jitter
        self.tokensPerStep = tokensPerStep
        self.division = division
        // A request that gains s tokens a step weighs (s − 1)/2 less than one that gains one (docs/model.md).
        let shift = -occupancy * min(slotLoad.mean, (tokensPerStep - 1) / 2)
        barrier = BarrierLoad(
            slotLoad, stages, batchSize: batchSize, scatter: SlotScatter(occupancy: occupancy, shift: shift),
            jitter: jitter.attention)
    }

    /// The same bundle in the paper's lock-step.
    public var underIdealOverlap: BundleParameters {
        BundleParameters(unchecked: slotLoad, stages, batchSize, nil, occupancy, jitter, tokensPerStep, division)
    }

    /// ρB, requests per Attention instance and microbatch in the mean.
    public var requests: Double { occupancy * Double(batchSize) }

    /// t_A against the load that the barrier sees.
    var attention: LatencyModel { barrier.attention }

    /// Mean tokens of one Attention instance's cache: B ρ (θ − (s − 1)/2).
    var meanTokens: Double { requests * max(0, slotLoad.mean - (tokensPerStep - 1) / 2) }

    /// Mean load of one Attention instance as the barrier sees it, tokens: Bθ.
    public var meanLoad: Double { Double(batchSize) * barrier.slot.mean }

    /// Its standard deviation, tokens: √B ν.
    public var loadDeviation: Double { Double(batchSize).squareRoot() * barrier.slot.standardDeviation }

    /// Its skewness.
    var loadSkewness: Double { barrier.slot.skewness / Double(batchSize).squareRoot() }

    /// Mean tokens of one step of the whole bundle per microsecond, divided by `cost` of the bundle: s·rρB / (cost · τ).
    public func throughput(ratio: Double, duration: Double, cost: InstanceCost) -> Double {
        tokensPerStep * ratio * requests / (cost.ofBundle(ratio: ratio) * duration)
    }

    /// The stages that do not wait for the slowest instance.
    ///
    /// - Parameter ratio: Attention instances of the bundle.
    func rising(ratio: Double) -> RisingStages {
        let ratio = division.attentionInstances(perFFN: ratio)
        let c = stages.communicationTime(ratio: ratio, requests: requests)
        return RisingStages(
            ffn: stages.ffnTime(ratio: ratio, requests: requests), communication: c,
            link: microbatches == nil ? c : stages.busierDirection(ratio: ratio, requests: requests))
    }
}

/// FFN and communication at one ratio, microseconds.
struct RisingStages: Hashable, Sendable {
    /// t_F.
    var ffn: Double
    /// t_C, there and back.
    let communication: Double
    /// What sets a pace of it: all of t_C in the paper's lock-step, the busier direction with microbatches.
    let link: Double

    /// No step is shorter.
    var floor: Double { max(ffn, link) }
    /// What a microbatch's own round adds to Attention.
    var delay: Double { ffn + communication }
}

extension BundleParameters {
    /// E over the FFN's jitter of a duration, by Gauss and Hermite's rule of nine nodes.
    ///
    /// In lock-step t_F is there as it is. With m microbatches the FFN waits between two services of one of them where the
    /// m − 1 others take less than Attention and link: max(Σ of m − 1 times, a + c) + f. So in max(f, (a + f + c)/m) the first f
    /// scatters by √(m − 1)/m of one service's deviation, and the second not at all.
    ///
    /// - Parameter value: of the stages, with t_F as a server, and of what the round adds to Attention.
    func overFFNJitter(_ stages: RisingStages, _ value: (_ server: RisingStages, _ delay: Double) -> Double) -> Double {
        guard jitter.ffn > 0 else { return value(stages, stages.delay) }
        let share = microbatches.map { Double($0 - 1).squareRoot() / Double($0) } ?? 1
        var sum = 0.0
        for (node, weight) in GaussHermite.rule {
            var server = stages
            server.ffn = max(0, stages.ffn * (1 + jitter.ffn * share * node))
            sum += weight * value(server, stages.delay)
        }
        return sum
    }
}

/// How the Attention instances of a bundle are divided among its FFN instances.
public enum FFNDivision: Hashable, Sendable {
    /// Each FFN instance takes the same part of all requests.
    case even(ffnInstances: Int)
    /// Each FFN rank serves a block of whole Attention ranks. Blocks differ by one rank at most, and the larger ones set the
    /// pace.
    case blocks(ffnInstances: Int, attentionRanks: Int, ffnRanks: Int)

    /// One FFN instance, the paper's bundle.
    public static let one = FFNDivision.even(ffnInstances: 1)

    /// Attention instances whose requests the busiest FFN instance takes, of `attention` in the bundle; never falls as they
    /// become more.
    func attentionInstances(perFFN attention: Double) -> Double {
        switch self {
        case .even(let instances): return attention / Double(instances)
        case .blocks(let instances, let attentionRanks, let ffnRanks):
            let ranks = Double(instances * ffnRanks)
            let largest = (attention * Double(attentionRanks) / ranks).rounded(.up)
            return largest * ranks / (Double(attentionRanks) * Double(instances))
        }
    }
}

/// What one instance of each kind costs, in any one unit: devices, dollars an hour or watts.
public struct InstanceCost: Hashable, Sendable {
    /// c_A, of one Attention instance; positive.
    public let attention: Double
    /// c_F, of one FFN instance; positive.
    public let ffn: Double

    /// - Throws: `InvalidInput` naming `attention_instance` or `ffn_instance` unless both lie in 1e-9…1e12.
    public init(attention: Double, ffn: Double) throws(InvalidInput) {
        try InvalidInput.check(attention, in: 1e-9...1e12, field: "attention_instance")
        try InvalidInput.check(ffn, in: 1e-9...1e12, field: "ffn_instance")
        self.attention = attention
        self.ffn = ffn
    }

    private init() {
        attention = 1
        ffn = 1
    }

    /// Every instance counts one: the paper's throughput per instance.
    public static let equal = InstanceCost()

    /// The cost of a bundle of r Attention instances and one FFN instance.
    public func ofBundle(ratio: Double) -> Double { ratio * attention + ffn }
}
