import Sizing

/// m microbatches in turn (model section 6): an Attention instance serves its microbatches one at a time in order; the FFN
/// starts a microbatch when all r parts have arrived, one at a time; messages take t_C/2 each way.
///
/// The order of all events is known beforehand, because every server takes the microbatches in their order; so no event
/// queue is needed, and the times follow from the recurrences (max-plus), for microbatch j of round k:
///
///     A_i(k, j) = max(A_i(previous), ready_j(k − 1)) + t_A(T_ij)
///     F(k, j)   = max(F(previous), max_i A_i(k, j) + t_C/2) + t_F
///     ready_j(k) = F(k, j) + t_C/2
///
/// The first rounds fill the pipeline and are not measured from a stationary start.
struct PipelineEngine {
    /// Rounds that fill the pipeline.
    static let fillingRounds = 4

    private let run: BundleRun
    private var bank: WorkerBank
    private let microbatches: Int
    /// When each instance has finished its last service.
    private var attentionFree: [Double]
    /// When each microbatch may begin its next round.
    private var ready: [Double]
    private var ffnFree = 0.0
    /// Work of each instance in the current round.
    private var work: [Double]

    init(_ run: BundleRun) {
        self.run = run
        bank = run.makeBank()
        microbatches = run.microbatches ?? 1
        attentionFree = [Double](repeating: 0, count: run.ratio)
        ready = [Double](repeating: 0, count: microbatches)
        work = attentionFree
    }

    mutating func run(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        var counts = RunCounts()
        var completions = WorkerBank.Completions()
        let f = run.ffnTime
        let c = run.communicationTime
        let m = Double(microbatches)
        var unreported = 0
        var began = 0.0
        var last = 0.0
        var filling = run.start == .stationary ? Self.fillingRounds : 0
        var round = 0
        while filling > 0 || !run.isOver(steps: counts.steps / microbatches, requests: completions.requests) {
            makeRound(round, f: f, c: c, into: &completions)
            round += 1
            unreported += run.workers
            if unreported >= SimulationControl.interval {
                try control.report(unreported)
                unreported = 0
            }
            let end = ready[microbatches - 1]
            if filling > 0 {
                filling -= 1
                if filling == 0 {
                    completions = WorkerBank.Completions()
                    bank.resetHistogram()
                    began = end
                }
                last = end
                continue
            }
            let mean = work.reduce(0, +) / Double(run.ratio)
            let slowest = work.max() ?? 0
            counts.attention += mean
            counts.slowestAttention += slowest
            counts.barrier += max(0, end - last - max(mean, m * f, mean / m + f + c))
            counts.blocks.add((end - last) / m)
            counts.steps += microbatches
            last = end
        }
        counts.elapsed = last - began
        counts.ffn = f * Double(counts.steps)
        counts.communication = c * Double(counts.steps)
        counts.requests = completions.requests
        counts.tokens = completions.tokens
        counts.timePerToken = completions.timePerToken
        counts.histogram = bank.histogram
        return counts
    }

    private mutating func makeRound(
        _ round: Int, f: Double, c: Double, into completions: inout WorkerBank.Completions
    ) {
        let attention = run.stages.attention
        let line = attention.line
        for instance in work.indices { work[instance] = 0 }
        for microbatch in 0..<microbatches {
            var arrived = 0.0
            let start = ready[microbatch]
            for instance in 0..<run.ratio {
                let load = Double(bank.loads[instance * microbatches + microbatch])
                let duration = line?.latency(at: load) ?? attention.latency(at: load)
                let end = max(attentionFree[instance], start) + duration
                attentionFree[instance] = end
                work[instance] += duration
                if end > arrived { arrived = end }
            }
            ffnFree = max(ffnFree, arrived + c / 2) + f
            ready[microbatch] = ffnFree + c / 2
            for instance in 0..<run.ratio {
                bank.advance(
                    instance * microbatches + microbatch, step: round, time: ready[microbatch], into: &completions)
            }
        }
    }
}
