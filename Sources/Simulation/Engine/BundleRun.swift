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
    /// ρ, the probability that a slot is full.
    let occupancy: Double
    let jitter: KernelJitter
    let start: SimulationStart
    let end: End
    /// Names the run's streams.
    let key: StreamKey

    /// FFN and communication of one microbatch, microseconds.
    struct Shared: Sendable {
        /// t_F.
        var ffn: Double
        /// t_C, there and back.
        let communication: Double
        /// How long each direction of the link is busy.
        let out: Double
        let back: Double

        /// What of t_C is no server, each way.
        var delay: Double { max(0, communication - out - back) / 2 }
    }

    /// Where the bundle's instances hold `requests` requests of one microbatch.
    func shared(requests: Double) -> Shared {
        let r = Double(ratio)
        let (out, back) = stages.linkTimes(ratio: r, requests: requests / r)
        return Shared(
            ffn: stages.ffnTime(ratio: r, requests: requests / r),
            communication: stages.communicationTime(ratio: r, requests: requests / r), out: out, back: back)
    }

    /// The same where every slot is full.
    var sharedWhenFull: Shared { shared(requests: Double(ratio * batchSize)) }

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
        WorkerBank(
            workers: workers, batchSize: batchSize, sampler: sampler, occupancy: occupancy, start: start, key: key)
    }

    /// Steps of the next block after `steps` steps and `requests` finished requests: not many more than are needed.
    func block(of bank: WorkerBank, steps: Int, requests: Int) -> Int {
        switch end {
        case .steps(let last):
            return min(bank.longestBlock, last - steps)
        case .requests(let last):
            let perStep = occupancy * Double(workers * batchSize) / sampler.meanDecode
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
