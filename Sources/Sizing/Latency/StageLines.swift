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
