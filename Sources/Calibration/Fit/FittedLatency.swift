import Sizing
import Text

/// What measurements of one stage come to: by ``LatencyFit`` from samples, or as calibrated before.
public struct FittedLatency: Hashable, Sendable {
    public let model: LatencyModel
    /// Those of the line, where the model is one and they are defined.
    public let errors: InputErrors.Line?
    /// The lines to be taken in its place once the batch size is known; `nil` where the load alone explains latency.
    public let byBatch: BatchLines?
    /// Where it was measured; `nil` where it was not.
    public let range: MeasuredRange?
    /// What the fit left out, or does badly. Pointers are below the stage.
    public let warnings: [Warning]

    public init(
        _ model: LatencyModel, errors: InputErrors.Line? = nil, byBatch: BatchLines? = nil, range: MeasuredRange? = nil,
        warnings: [Warning] = []
    ) {
        self.model = model
        self.errors = errors
        self.byBatch = byBatch
        self.range = range
        self.warnings = warnings
    }

    /// The same for a step of `layers` ≥ 1 layers, of each of which this is the latency.
    public func repeated(layers: Int) -> FittedLatency {
        let factor = Double(layers)
        return FittedLatency(
            model.scaled(by: factor), errors: errors?.scaled(by: factor), byBatch: byBatch?.scaled(by: factor),
            range: range, warnings: warnings)
    }
}
