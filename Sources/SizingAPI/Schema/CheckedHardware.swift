import Hardware
import Sizing

/// Hardware as it was described: latencies, or what they are derived from once the batch is known.
enum CheckedHardware: Sendable {
    case stages(StageLatencies)
    case derived(DerivedHardware)

    /// The latencies for `batchSize` requests an Attention instance and microbatch.
    ///
    /// - Throws: `SizingError` naming a part of the hardware or `batch_size`, where a derived latency is out of range.
    func stages(batchSize: Int) throws(SizingError) -> StageLatencies {
        switch self {
        case .stages(let stages): stages
        case .derived(let hardware): try hardware.stages(batchSize: batchSize)
        }
    }

    /// What the latencies are derived from, where they are.
    var derived: DerivedHardware? {
        if case .derived(let hardware) = self { hardware } else { nil }
    }
}
