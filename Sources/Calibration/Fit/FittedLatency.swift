import Sizing

/// What measurements of one stage come to: by ``LatencyFit`` from samples, or as calibrated before.
public struct FittedLatency: Hashable, Sendable {
    public let model: LatencyModel
    /// Those of the line, where the model is one.
    public let errors: InputErrors.Line?
    /// The lines to be taken in its place once the batch size is known; `nil` where the load alone explains latency.
    public let byBatch: BatchLines?

    public init(_ model: LatencyModel, errors: InputErrors.Line? = nil, byBatch: BatchLines? = nil) {
        self.model = model
        self.errors = errors
        self.byBatch = byBatch
    }
}
