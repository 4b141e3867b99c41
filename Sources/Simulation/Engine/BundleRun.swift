import Sizing

/// One run to make: a bundle at one ratio, its start, and when to stop.
struct BundleRun: Sendable {
    /// When a run ends.
    enum End: Sendable, Hashable {
        /// After so many steps of each microbatch.
        case steps(Int)
        /// As soon as so many requests have finished.
        case requests(Int)
    }

    let sampler: RequestSampler
    let stages: StageLatencies
    /// r.
    let ratio: Int
    /// B.
    let batchSize: Int
    /// m; `nil` for lock-step.
    let microbatches: Int?
    let start: SimulationStart
    let end: End
    let generator: SplittableGenerator

    /// t_F, microseconds.
    var ffnTime: Double { stages.ffnTime(ratio: Double(ratio), batchSize: batchSize) }
    /// t_C, microseconds.
    var communicationTime: Double { stages.communicationTime(ratio: Double(ratio), batchSize: batchSize) }

    /// Workers: instances times microbatches.
    var workers: Int { ratio * (microbatches ?? 1) }

    /// Runs the engine that fits.
    ///
    /// - Throws: what `control` throws to end it.
    func counts(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        if microbatches == nil {
            var engine = LockStepEngine(self)
            return try engine.run(control)
        }
        var engine = PipelineEngine(self)
        return try engine.run(control)
    }

    func makeBank() -> WorkerBank {
        WorkerBank(workers: workers, batchSize: batchSize, sampler: sampler, start: start, generator: generator)
    }

    /// Whether a run that has made `steps` steps and finished `requests` is at its end.
    func isOver(steps: Int, requests: Int) -> Bool {
        switch end {
        case .steps(let last): steps >= last
        case .requests(let last): requests >= last
        }
    }
}
