import Text

/// What the load of the communication stage is.
public enum CommunicationLoad: String, Hashable, Sendable, CaseIterable {
    /// The batch of one Attention instance, B (paper v1).
    case attentionBatch = "attention_batch"
    /// The aggregated batch of all of them, rB (paper v4).
    case aggregateBatch = "aggregate_batch"
}

/// The latencies of the three stages of one step of one microbatch (model sections 1 and 5).
public struct StageLatencies: Hashable, Sendable {
    /// t_A of one Attention instance; load: the sum T of its slot loads, tokens.
    public let attention: LatencyModel
    /// t_F; load: the aggregated batch rB, requests.
    public let ffn: LatencyModel
    /// t_C, there and back; load: see ``communicationLoad``, requests.
    public let communication: LatencyModel
    public let communicationLoad: CommunicationLoad
    /// The part of t_C that no load makes longer, microseconds there and back; `nil` where only the curve of t_C is known.
    public let linkDelay: Double?
    /// The part of the bytes that goes out, A → F; 0…1.
    public let outboundShare: Double

    /// - Parameters:
    ///   - attention: t_A.
    ///   - ffn: t_F.
    ///   - communication: t_C, there and back.
    ///   - communicationLoad: what the load of t_C is.
    ///   - linkDelay: see ``linkDelay``.
    ///   - outboundShare: cut to 0…1; a half where the directions are not known apart.
    public init(
        attention: LatencyModel, ffn: LatencyModel, communication: LatencyModel = LatencyModel(.zero),
        communicationLoad: CommunicationLoad = .attentionBatch, linkDelay: Double? = nil, outboundShare: Double = 0.5
    ) {
        self.attention = attention
        self.ffn = ffn
        self.communication = communication
        self.communicationLoad = communicationLoad
        self.linkDelay = linkDelay
        self.outboundShare = min(1, max(0, outboundShare))
    }

    /// The same with other curves.
    public func replacing(
        attention: LatencyModel? = nil, ffn: LatencyModel? = nil, communication: LatencyModel? = nil
    ) -> StageLatencies {
        StageLatencies(
            attention: attention ?? self.attention, ffn: ffn ?? self.ffn,
            communication: communication ?? self.communication, communicationLoad: communicationLoad,
            linkDelay: linkDelay, outboundShare: outboundShare)
    }

    /// t_F for r instances of `requests` requests, microseconds.
    public func ffnTime(ratio: Double, requests: Double) -> Double { ffn.latency(at: ratio * requests) }

    /// t_C for r instances of `requests` requests, there and back, microseconds.
    public func communicationTime(ratio: Double, requests: Double) -> Double {
        communication.latency(at: linkLoad(ratio: ratio, requests: requests))
    }

    /// How long each direction of the link is busy with one microbatch, microseconds. A link is full duplex: A → F and
    /// F → A are two servers; what is left of t_C is delay.
    public func linkTimes(ratio: Double, requests: Double) -> (out: Double, back: Double) {
        let transfer = communication.transfer(at: linkLoad(ratio: ratio, requests: requests), delay: linkDelay)
        return (transfer * outboundShare, transfer * (1 - outboundShare))
    }

    /// The busier of the two.
    public func busierDirection(ratio: Double, requests: Double) -> Double {
        let (out, back) = linkTimes(ratio: ratio, requests: requests)
        return max(out, back)
    }

    private func linkLoad(ratio: Double, requests: Double) -> Double {
        switch communicationLoad {
        case .attentionBatch: requests
        case .aggregateBatch: ratio * requests
        }
    }

    /// t_F for r instances of `batchSize` requests, microseconds.
    public func ffnTime(ratio: Double, batchSize: Int) -> Double { ffnTime(ratio: ratio, requests: Double(batchSize)) }

    /// t_C for r instances of `batchSize` requests, microseconds.
    public func communicationTime(ratio: Double, batchSize: Int) -> Double {
        communicationTime(ratio: ratio, requests: Double(batchSize))
    }
}

extension StageLatencies {
    /// Whether a step of a bundle takes time, at the mean slot load and one Attention instance; B = `batchSize`.
    public func takeTime(slotLoad: SlotLoad, batchSize: Int) -> Bool {
        max(
            attention.latency(at: Double(batchSize) * slotLoad.mean), ffnTime(ratio: 1, batchSize: batchSize),
            communicationTime(ratio: 1, batchSize: batchSize)) >= Self.shortestStep
    }

    /// Microseconds: with less, a throughput would not be a number that anybody could use.
    private static let shortestStep = 1e-9

    /// What is said of hardware of which that is not true.
    public static let timeRule = "must make a step take time: every latency is zero, or below 1e-9 us"
}

extension StageLatencies {
    /// The same stages one after the other, as one that instances wait for together: t_A + t_F, and t_C where `withLink`, for `ratio`
    /// instances of `batchSize` requests.
    public func inSequence(ratio: Double, batchSize: Int, withLink: Bool) -> StageLatencies {
        var rest = ffnTime(ratio: ratio, batchSize: batchSize)
        if withLink { rest += communicationTime(ratio: ratio, batchSize: batchSize) }
        return StageLatencies(attention: attention.moved(by: rest), ffn: LatencyModel(.zero))
    }
}

/// The lines that the stages follow at a working point.
public struct StageLines: Hashable, Sendable {
    public let attention: LatencyLine
    public let ffn: LatencyLine
    public let communication: LatencyLine
    public let communicationLoad: CommunicationLoad
}

extension StageLatencies {
    /// The lines at `ratio` instances of `batchSize` slots, which hold `meanContext` tokens in the mean where they are full.
    ///
    /// - Parameters:
    ///   - batchSize: B, slots of an Attention instance and microbatch.
    ///   - meanContext: tokens of a full slot.
    ///   - ratio: Attention instances of one FFN instance.
    ///   - occupancy: ρ, the probability that a slot is full.
    public func lines(batchSize: Int, meanContext: Double, ratio: Double, occupancy: Double = 1) -> StageLines {
        let batch = occupancy * Double(batchSize)
        let aggregate = ratio * batch
        return StageLines(
            attention: attention.localLine(at: batch * meanContext), ffn: ffn.localLine(at: aggregate),
            communication: communication.localLine(at: communicationLoad == .attentionBatch ? batch : aggregate),
            communicationLoad: communicationLoad)
    }
}

/// How much a stage's time scatters from step to step at the same load, as a coefficient of variation (deviation over mean)
/// of the whole stage of one instance. Independent between instances and steps.
public struct KernelJitter: Hashable, Sendable {
    /// Of t_A.
    public let attention: Double
    /// Of t_F.
    public let ffn: Double

    /// Beyond it a normal time would be negative too often.
    public static let maximum = 0.5
    /// Every step of the same load takes the same time.
    public static let none = KernelJitter()

    /// - Throws: `InvalidInput` naming `attention_cv` or `ffn_cv` unless both lie in 0…0.5.
    public init(attention: Double = 0, ffn: Double = 0) throws(InvalidInput) {
        try InvalidInput.check(attention, in: 0...Self.maximum, field: "attention_cv")
        try InvalidInput.check(ffn, in: 0...Self.maximum, field: "ffn_cv")
        self.attention = attention
        self.ffn = ffn
    }

    private init() {
        attention = 0
        ffn = 0
    }
}
