/// The lines that the stages follow at a working point.
public struct StageLines: Hashable, Sendable {
    public let attention: LatencyLine
    public let ffn: LatencyLine
    public let communication: LatencyLine
    public let communicationLoad: CommunicationLoad
}

extension StageLatencies {
    /// The lines at `ratio` instances of `batchSize` requests, whose slots hold `meanContext` tokens in the mean.
    public func lines(batchSize: Int, meanContext: Double, ratio: Double) -> StageLines {
        let batch = Double(batchSize)
        let aggregate = ratio * batch
        return StageLines(
            attention: attention.localLine(at: batch * meanContext), ffn: ffn.localLine(at: aggregate),
            communication: communication.localLine(at: communicationLoad == .attentionBatch ? batch : aggregate),
            communicationLoad: communicationLoad)
    }
}
