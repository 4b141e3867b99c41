import Calibration
import Hardware
import Sizing
import Text

/// Hardware as it was described: latencies, or what they are derived from once the batch is known.
struct CheckedHardware: Sendable {
    enum Latencies: Sendable {
        case stages(StageLatencies)
        /// Samples of Attention that depend on the batch beyond the load: over all of them, and by batch.
        case measured(StageLatencies, attention: BatchLines)
        case derived(DerivedHardware)
    }

    let latencies: Latencies
    /// Of the stages that are measured, over all batches; the load's are not among them.
    private let errors: InputErrors
    /// Where the stages were measured.
    let ranges: MeasuredRanges
    /// What the fits left out or do badly, with pointers into the request.
    let warnings: [Warning]

    init(_ derived: DerivedHardware) {
        latencies = .derived(derived)
        errors = InputErrors()
        ranges = MeasuredRanges()
        warnings = derived.description.model.warnings.map { $0.below("/hardware/model") }
    }

    /// - Parameters:
    ///   - stages: of the three that follow.
    ///   - sent: what the answer said of all of them that they are from.
    init(
        _ stages: StageLatencies, _ attention: FittedLatency, _ ffn: FittedLatency, communication: FittedLatency?,
        sent: [Warning] = []
    ) {
        latencies = attention.byBatch.map { .measured(stages, attention: $0) } ?? .stages(stages)
        errors = InputErrors(attention: attention.errors, ffn: ffn.errors, communication: communication?.errors)
        ranges = MeasuredRanges(attention: attention.range, ffn: ffn.range, communication: communication?.range)
        warnings =
            attention.warnings.map { $0.below("/hardware/attention") } + ffn.warnings.map { $0.below("/hardware/ffn") }
            + (communication?.warnings.map { $0.below("/hardware/communication") } ?? [])
            + sent.map { $0.below("/hardware") }
    }

    /// The latencies for `batchSize` slots an Attention instance and microbatch, each full with probability `occupancy`.
    ///
    /// - Throws: `InvalidInput` naming a part of the hardware or `batch_size`, where a derived latency is out of range.
    func stages(batchSize: Int, occupancy: Double = 1) throws(InvalidInput) -> StageLatencies {
        switch latencies {
        case .stages(let stages): stages
        case .measured(let pooled, let attention):
            pooled.replacing(
                attention: LatencyModel(
                    try attention.line(batchSize: ScatterSchema.occupied(batchSize, occupancy)).line))
        case .derived(let hardware): try hardware.stages(batchSize: batchSize, occupancy: occupancy)
        }
    }

    /// The latencies over all batches; of derived ones those of a batch of one.
    func pooledStages() throws(InvalidInput) -> StageLatencies {
        switch latencies {
        case .stages(let stages), .measured(let stages, attention: _): stages
        case .derived(let hardware): try hardware.stages(batchSize: 1)
        }
    }

    /// How well the latencies are known, with those of a measured workload.
    ///
    /// - Returns: nil where nothing was measured.
    func errors(batchSize: Int, load: InputErrors.Load?) -> InputErrors? {
        var errors = errors
        errors.load = load
        if case .measured(_, let attention) = latencies {
            errors.attention = try? attention.line(batchSize: batchSize).errors
        }
        return errors.isEmpty ? nil : errors
    }

    /// What is assumed of samples that depend on the batch; nil for other hardware.
    ///
    /// - Parameter batchSize: nil where it is to be chosen.
    func assumption(batchSize: Int?) -> StaticString? {
        guard case .measured = latencies else { return nil }
        return batchSize == nil
            ? "Attention follows the line of all samples, although they depend on the batch: give batch_size for its own line"
            : "Attention follows the lines of the measured batch sizes nearest to batch_size"
    }

    /// What the latencies are derived from, where they are.
    var derived: DerivedHardware? {
        if case .derived(let hardware) = latencies { hardware } else { nil }
    }
}
