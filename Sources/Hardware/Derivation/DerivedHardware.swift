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

    /// The three stages for `batchSize` slots an Attention instance and microbatch.
    ///
    /// - Parameters:
    ///   - batchSize: B, 1…10,000,000.
    ///   - occupancy: ρ, the probability that a slot is full, 0.001…1: what a batch fixes is that of ρB requests.
    /// - Throws: `InvalidInput` naming `batch_size` or `occupancy`, or where a derived latency is out of range.
    public func stages(batchSize: Int, occupancy: Double = 1) throws(InvalidInput) -> StageLatencies {
        try InvalidInput.check(batchSize, in: 1...SizingLimits.maximumBatchSize, field: "batch_size")
        try InvalidInput.check(occupancy, in: SizingLimits.leastOccupancy...1, field: "occupancy")
        let communication = CommunicationDerivation(description: description, occupancy: occupancy)
        let attention = AttentionDerivation(description: description, occupancy: occupancy)
        return StageLatencies(
            attention: try attention.latency(batchSize: batchSize), ffn: ffn,
            communication: try communication.latency(batchSize: batchSize), communicationLoad: description.link.load,
            linkDelay: communication.latencies, outboundShare: communication.outboundShare)
    }

    /// What each stage's time is made of at a batch, a mean context and a ratio, longest first.
    ///
    /// - Parameters:
    ///   - batchSize: B, slots of an Attention instance and microbatch.
    ///   - meanContext: tokens of a full slot.
    ///   - ratio: Attention instances of one FFN instance.
    ///   - occupancy: ρ, the probability that a slot is full.
    public func terms(
        batchSize: Int, meanContext: Double, ratio: Double, occupancy: Double = 1
    ) -> (attention: [LatencyTerm], ffn: [LatencyTerm], communication: [LatencyTerm]) {
        let requests = ratio * occupancy * Double(batchSize)
        let attention = AttentionDerivation(description: description, occupancy: occupancy)
        func ordered(_ terms: [LatencyTerm]) -> [LatencyTerm] {
            LatencyTerm.combined(terms).sorted { $0.microseconds > $1.microseconds }
        }
        return (
            ordered(
                attention.cacheTerms(batchSize: batchSize, context: meanContext)
                    + attention.fixedTerms(batchSize: batchSize)),
            ordered(FFNDerivation(description: description).terms(requests: requests)),
            ordered(
                CommunicationDerivation(description: description, occupancy: occupancy)
                    .terms(batchSize: batchSize, requests: requests))
        )
    }

    /// What tokens of a prompt add to the products, the exchange and the reductions of a step of decode in which Attention and FFN follow
    /// each other, microseconds; their attention to one another is not in it.
    ///
    /// - Parameters:
    ///   - tokens: of all instances together, which share them evenly; not negative.
    ///   - batchSize: requests that decode on each instance, 1…10,000,000.
    ///   - instances: that step together.
    /// - Throws: `InvalidInput` where a derived latency is out of range.
    public func timeOfTokens(
        _ tokens: Double, besideBatch batchSize: Int, instances: Int
    ) throws(InvalidInput) -> Double {
        let (count, batch) = (Double(instances), Double(batchSize))
        let attention = AttentionDerivation(description: description)
        let own = tokens / count
        func fixed(_ rows: Double) -> Double {
            attention.fixedTerms(batchSize: batchSize, chunkRows: rows).reduce(0) { $0 + $1.microseconds }
        }
        // As requests of decode, each of which has so many tokens a step.
        let rows = own / (description.speculation?.queryTokens ?? 1)
        let communication = CommunicationDerivation(description: description)
        func exchange(_ requests: Double) throws(InvalidInput) -> Double {
            let whole = Int(requests.rounded(.up))
            let load = description.link.load == .attentionBatch ? requests : count * requests
            return try communication.latency(batchSize: whole).latency(at: load)
        }
        return fixed(own) - fixed(0) + ffn.latency(at: count * (batch + rows)) - ffn.latency(at: count * batch)
            + (try exchange(batch + rows) - exchange(batch))
    }

    /// t_C at `batchSize` were the whole bundle within one scale-up domain: a bound from below for every batch that is larger.
    ///
    /// - Parameters:
    ///   - batchSize: B, slots of an Attention instance and microbatch.
    ///   - occupancy: ρ, the probability that a slot is full.
    /// - Throws: `InvalidInput` where a derived latency is out of range.
    public func communicationInOneDomain(batchSize: Int, occupancy: Double = 1) throws(InvalidInput) -> LatencyModel {
        try CommunicationDerivation(description: description, occupancy: occupancy)
            .latencyInOneDomain(batchSize: batchSize)
    }
}
