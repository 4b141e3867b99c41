import Calibration
import Hardware
import Sizing
import Text

/// Hardware as it was described: latencies, or what they are derived from once the batch is known.
enum CheckedHardware: Sendable {
    case stages(StageLatencies)
    /// Samples of Attention that depend on the batch beyond the load: over all of them, and by batch.
    case measured(StageLatencies, attention: BatchLines)
    case derived(DerivedHardware)

    /// The latencies for `batchSize` requests an Attention instance and microbatch.
    ///
    /// - Throws: `InvalidInput` naming a part of the hardware or `batch_size`, where a derived latency is out of range.
    func stages(batchSize: Int) throws(InvalidInput) -> StageLatencies {
        switch self {
        case .stages(let stages): stages
        case .measured(let pooled, let attention):
            StageLatencies(
                attention: LatencyModel(try attention.line(batchSize: batchSize).line), ffn: pooled.ffn,
                communication: pooled.communication, communicationLoad: pooled.communicationLoad)
        case .derived(let hardware): try hardware.stages(batchSize: batchSize)
        }
    }

    /// What is taken for granted of samples that depend on the batch; nil for other hardware.
    ///
    /// - Parameter batchSize: nil where it is to be chosen.
    func assumption(batchSize: Int?) -> StaticString? {
        guard case .measured = self else { return nil }
        return batchSize == nil
            ? "Attention follows the line of all samples, although they depend on the batch: give batch_size for its own line"
            : "Attention follows the lines of the measured batch sizes nearest to batch_size"
    }

    /// What the latencies are derived from, where they are.
    var derived: DerivedHardware? {
        if case .derived(let hardware) = self { hardware } else { nil }
    }
}
