/// What the load of the communication stage is.
public enum CommunicationLoad: String, Hashable, Sendable, CaseIterable {
    /// The batch of one Attention instance, B (paper v1).
    case attentionBatch = "attention_batch"
    /// The aggregated batch of all of them, rB (paper v4).
    case aggregateBatch = "aggregate_batch"
}

/// The latencies of the three stages of one step of one microbatch (model section 1).
public struct StageLatencies: Hashable, Sendable {
    /// t_A of one Attention instance; load: the sum T of its slot loads, tokens.
    public let attention: LatencyModel
    /// t_F; load: the aggregated batch rB, requests.
    public let ffn: LatencyModel
    /// t_C, there and back; load: see ``communicationLoad``, requests.
    public let communication: LatencyModel
    public let communicationLoad: CommunicationLoad

    public init(
        attention: LatencyModel, ffn: LatencyModel, communication: LatencyModel = LatencyModel(.zero),
        communicationLoad: CommunicationLoad = .attentionBatch
    ) {
        self.attention = attention
        self.ffn = ffn
        self.communication = communication
        self.communicationLoad = communicationLoad
    }

    /// t_F for r instances of `batchSize` requests, microseconds.
    public func ffnTime(ratio: Double, batchSize: Int) -> Double { ffn.latency(at: ratio * Double(batchSize)) }

    /// t_C for r instances of `batchSize` requests, microseconds.
    public func communicationTime(ratio: Double, batchSize: Int) -> Double {
        switch communicationLoad {
        case .attentionBatch: communication.latency(at: Double(batchSize))
        case .aggregateBatch: communication.latency(at: ratio * Double(batchSize))
        }
    }
}

extension StageLatencies {
    /// Whether a step of a bundle takes any time, at the mean slot load and one Attention instance; B = `batchSize`.
    public func takeTime(slotLoad: SlotLoad, batchSize: Int) -> Bool {
        max(
            attention.latency(at: Double(batchSize) * slotLoad.mean), ffnTime(ratio: 1, batchSize: batchSize),
            communicationTime(ratio: 1, batchSize: batchSize)) > 0
    }

    /// What is said of hardware of which that is not true.
    public static let timeRule = "must make a step take time: every latency is zero"
}
