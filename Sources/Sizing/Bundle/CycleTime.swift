/// The stage, or the round of all three, that sets the pace of a step.
public enum Bottleneck: String, Hashable, Sendable, CaseIterable {
    case attention, ffn, communication
    /// One microbatch's own A → F → A round: there are too few microbatches to hide it.
    case roundTrip = "round_trip"
}

/// Fractions of a cycle that each role does not work, 0…1.
public struct IdleFractions: Hashable, Sendable {
    /// Mean over the Attention instances; waiting for the slowest sibling counts as idle.
    public let attention: Double
    public let ffn: Double
    public let communication: Double

    public init(attention: Double, ffn: Double, communication: Double) {
        self.attention = attention
        self.ffn = ffn
        self.communication = communication
    }
}

/// One step of one microbatch in a bundle of r Attention instances and one FFN instance; all times in microseconds.
public struct CycleTime: Hashable, Sendable {
    /// τ: a microbatch is finished every so often, in the mean.
    public let duration: Double
    /// Mean busy time of one Attention instance, E[t_A].
    public let attention: Double
    /// Mean time of the slowest of the r Attention instances, E[max t_A].
    public let slowestAttention: Double
    /// t_F.
    public let ffn: Double
    /// t_C, there and back.
    public let communication: Double
    /// What of it sets a pace: all of t_C in lock-step, the busier direction of the link with microbatches.
    public let link: Double
    /// Mean time of one microbatch's own round, divided by m; 0 under ideal overlap.
    public let roundShare: Double

    init(
        duration: Double, attention: Double, slowestAttention: Double, rising: RisingStages, roundShare: Double = 0
    ) {
        self.duration = duration
        self.attention = attention
        self.slowestAttention = slowestAttention
        ffn = rising.ffn
        communication = rising.communication
        link = rising.link
        self.roundShare = roundShare
    }

    /// 1 − busy / τ for each role.
    public var idle: IdleFractions {
        func idle(_ busy: Double) -> Double { duration > 0 ? min(1, max(0, 1 - busy / duration)) : 0 }
        return IdleFractions(attention: idle(attention), ffn: idle(ffn), communication: idle(link))
    }

    /// What is longest in the mean. Ties go to the earlier of Attention, FFN, communication, round.
    public var bottleneck: Bottleneck {
        var longest = (Bottleneck.attention, slowestAttention)
        for candidate in [(Bottleneck.ffn, ffn), (.communication, link), (.roundTrip, roundShare)]
        where candidate.1 > longest.1 {
            longest = candidate
        }
        return longest.0
    }
}

/// A theory of the cycle time.
public protocol CycleTimeModel: Sendable {
    /// The cycle of a bundle of `ratio` Attention instances (1 or more) and one FFN instance. Its duration must not fall
    /// as the ratio grows.
    func cycle(ratio: Double) -> CycleTime

    /// Its duration alone, microseconds: what a search over ratios needs, often cheaper than the whole.
    func duration(ratio: Double) -> Double

    /// The cycle where its duration is known already.
    ///
    /// - Parameters:
    ///   - ratio: as for ``cycle(ratio:)``.
    ///   - duration: what ``duration(ratio:)`` gives for it.
    func cycle(ratio: Double, duration: Double) -> CycleTime

    /// The same theory for other latencies, and for a slot load of other moments but the same form; takes microseconds.
    ///
    /// - Parameter parameters: of the same batch size and number of microbatches.
    func moved(to parameters: BundleParameters) -> any CycleTimeModel

    /// What it takes the loads of Attention instances to be. Normal, where it is not implemented.
    var assumedLoads: AssumedLoads { get }
}

/// What a theory of the cycle takes the loads of Attention instances to be.
public enum AssumedLoads: Sendable {
    case normal
    /// Of the workload's first three moments.
    case moments
    /// Of the workload's whole distribution.
    case distribution
}

extension CycleTimeModel {
    public var assumedLoads: AssumedLoads { .normal }
    public func duration(ratio: Double) -> Double { cycle(ratio: ratio).duration }
    public func cycle(ratio: Double, duration: Double) -> CycleTime { cycle(ratio: ratio) }
}

/// The cycle where every load is its mean (paper v1; with microbatches, model section 5):
/// τ = max(a, f, c), and with m microbatches max(a, f, c_out, c_back, (a + f + c)/m).
public struct MeanFieldCycle: CycleTimeModel {
    public let parameters: BundleParameters
    /// Mean load of one Attention instance, tokens: Bθ, or the T̄ of a finite horizon.
    public let meanLoad: Double

    /// Whether the FFN's time scatters.
    private let hasJitter: Bool

    public init(_ parameters: BundleParameters, meanLoad: Double? = nil) {
        self.parameters = parameters
        hasJitter = false
        self.meanLoad = meanLoad ?? parameters.meanTokens
    }

    /// Where only the FFN's time scatters: what the theories of the barrier come to where no load varies.
    init(withJitterOf parameters: BundleParameters) {
        self.parameters = parameters
        meanLoad = parameters.meanTokens
        hasJitter = true
    }

    public func moved(to parameters: BundleParameters) -> any CycleTimeModel { MeanFieldCycle(parameters) }

    public func cycle(ratio: Double) -> CycleTime {
        let a = parameters.stages.attention.latency(at: meanLoad)
        let rising = parameters.rising(ratio: ratio)
        let m = parameters.microbatches.map(Double.init)
        func duration(_ server: RisingStages, _ delay: Double) -> Double {
            max(a, server.floor, m.map { (a + delay) / $0 } ?? 0)
        }
        let duration = hasJitter ? parameters.overFFNJitter(rising, duration) : duration(rising, rising.delay)
        return CycleTime(
            duration: duration, attention: a, slowestAttention: a, rising: rising,
            roundShare: m.map { (a + rising.delay) / $0 } ?? 0)
    }
}
