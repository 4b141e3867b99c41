import Sizing
import Text

/// The latency curves of a hardware description, and what they are made of.
public struct DerivedHardware: Hashable, Sendable {
    /// Shared: a description has two kilobytes, which every copy of a request would move.
    private let parts: Parts

    private final class Parts: Sendable {
        let description: HardwareDescription
        let ffn: LatencyModel

        init(_ description: HardwareDescription, ffn: LatencyModel) {
            self.description = description
            self.ffn = ffn
        }
    }

    public var description: HardwareDescription { parts.description }
    /// t_F against the aggregated batch; the same for every batch size.
    public var ffn: LatencyModel { parts.ffn }

    /// - Throws: `InvalidInput` where a derived latency is beyond what the model works with.
    public init(_ description: HardwareDescription) throws(InvalidInput) {
        try self.init(description, ffn: nil)
    }

    /// - Parameter ffn: the curve of t_F, where it is known from a description with the same model, precision, FFN instance and
    ///   query tokens a step.
    init(_ description: HardwareDescription, ffn: LatencyModel?) throws(InvalidInput) {
        if let ffn {
            parts = Parts(description, ffn: ffn)
        } else {
            parts = Parts(description, ffn: try FFNDerivation(description: description).latency())
        }
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.parts === b.parts || (a.description == b.description && a.ffn == b.ffn)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(description)
        hasher.combine(ffn)
    }

    /// The three stages for `batchSize` requests an Attention instance and microbatch.
    public func stages(batchSize: Int) throws(InvalidInput) -> StageLatencies {
        try InvalidInput.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        let communication = CommunicationDerivation(description: description)
        return StageLatencies(
            attention: try AttentionDerivation(description: description).latency(batchSize: batchSize), ffn: ffn,
            communication: try communication.latency(batchSize: batchSize), communicationLoad: description.link.load,
            linkDelay: communication.latencies, outboundShare: communication.outboundShare)
    }

    /// What each stage's time is made of at a batch, a mean context and a ratio, longest first.
    public func terms(
        batchSize: Int, meanContext: Double, ratio: Double
    ) -> (attention: [LatencyTerm], ffn: [LatencyTerm], communication: [LatencyTerm]) {
        let requests = ratio * Double(batchSize)
        let attention = AttentionDerivation(description: description)
        func ordered(_ terms: [LatencyTerm]) -> [LatencyTerm] {
            LatencyTerm.combined(terms).sorted { $0.microseconds > $1.microseconds }
        }
        return (
            ordered(
                attention.cacheTerms(batchSize: batchSize, context: meanContext)
                    + attention.fixedTerms(batchSize: batchSize)),
            ordered(FFNDerivation(description: description).terms(requests: requests)),
            ordered(
                CommunicationDerivation(description: description).terms(batchSize: batchSize, requests: requests))
        )
    }

    /// t_C at `batchSize` were the whole bundle within one scale-up domain: a bound from below for every batch that is larger.
    public func communicationInOneDomain(batchSize: Int) throws(InvalidInput) -> LatencyModel {
        try CommunicationDerivation(description: description).latencyInOneDomain(batchSize: batchSize)
    }
}
