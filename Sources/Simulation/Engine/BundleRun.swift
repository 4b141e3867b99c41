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
    /// Names the run's streams.
    let key: StreamKey

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
        WorkerBank(workers: workers, batchSize: batchSize, sampler: sampler, start: start, key: key)
    }

    /// Steps of the next block after `steps` steps and `requests` finished requests: not many more than are needed.
    func block(of bank: WorkerBank, steps: Int, requests: Int) -> Int {
        switch end {
        case .steps(let last):
            return min(bank.longestBlock, last - steps)
        case .requests(let last):
            let perStep = Double(workers * batchSize) / sampler.meanDecode
            let wanted = Double(last - requests) / perStep * 1.02 + 8
            return wanted < Double(bank.longestBlock) ? Int(wanted) : bank.longestBlock
        }
    }

    /// How many steps of the block of `block` steps after `steps` and `requests` belong to the run, if it ends in it.
    func end(in block: Int, of bank: WorkerBank, steps: Int, requests: Int) -> Int? {
        switch end {
        case .steps(let last): steps + block >= last ? block : nil
        case .requests(let last): bank.steps(untilFinished: last - requests)
        }
    }
}
