import Sizing
import Text

/// The loads at which a stage was measured.
public struct MeasuredRange: Hashable, Sendable {
    /// In units of the stage's load; 0 ≤ lower ≤ upper.
    public let loads: ClosedRange<Double>

    public init(_ loads: ClosedRange<Double>) { self.loads = loads }

    /// Loads that differ by less are the same load.
    private static let tolerance = 1e-6

    /// Tells that a stage is used outside the loads at which it was measured; `nil` inside.
    ///
    /// - Parameters:
    ///   - load: at which it is used, in the unit of the samples.
    ///   - stage: its name in a sentence, as `Attention`.
    ///   - pointer: to the stage in the request.
    public func warning(load: Double, stage: String, pointer: String) -> Warning? {
        let range = "at loads \(Figure.load(loads.lowerBound)) to \(Figure.load(loads.upperBound))"
        let distance: String
        if load > loads.upperBound * (1 + Self.tolerance) {
            let factor = loads.upperBound > 0 ? " (\(Figure.short(load / loads.upperBound)) times the largest)" : ""
            distance = "\(Figure.load(load))\(factor)"
        } else if load < loads.lowerBound * (1 - Self.tolerance) {
            distance = "\(Figure.load(load)), below the smallest"
        } else {
            return nil
        }
        return Warning(
            code: "outside_measured_range",
            detail: "\(stage) was measured \(range) and is used at \(distance): its latency there is extrapolated.",
            pointer: pointer)
    }
}

/// Where each stage was measured; `nil` for those that were not.
public struct MeasuredRanges: Hashable, Sendable {
    public var attention: MeasuredRange?
    public var ffn: MeasuredRange?
    public var communication: MeasuredRange?

    public init(attention: MeasuredRange? = nil, ffn: MeasuredRange? = nil, communication: MeasuredRange? = nil) {
        self.attention = attention
        self.ffn = ffn
        self.communication = communication
    }

    /// Tells of each stage that is used outside the loads at which it was measured.
    ///
    /// - Parameters:
    ///   - batchSize: requests of an Attention instance and microbatch.
    ///   - meanContext: θ, tokens.
    ///   - ratio: Attention instances for one FFN instance.
    ///   - communicationLoad: what the load of the communication is.
    ///   - occupancy: ρ, the probability that a slot of the batch is full.
    public func warnings(
        batchSize: Int, meanContext: Double, ratio: Double, communicationLoad: CommunicationLoad,
        occupancy: Double = 1
    ) -> [Warning] {
        let batch = occupancy * Double(batchSize)
        let exchanged = communicationLoad == .attentionBatch ? batch : ratio * batch
        return [
            attention?.warning(load: batch * meanContext, stage: "Attention", pointer: "/hardware/attention"),
            ffn?.warning(load: ratio * batch, stage: "The FFN", pointer: "/hardware/ffn"),
            communication?.warning(load: exchanged, stage: "Communication", pointer: "/hardware/communication"),
        ].compactMap { $0 }
    }
}
