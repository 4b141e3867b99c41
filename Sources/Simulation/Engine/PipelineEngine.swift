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
    /// Loads of a block that are kept at a time, at most (unless a block of a few steps has more).
    private static let mostLoads = 1 << 19

    private let run: BundleRun
    private var bank: WorkerBank
    private let microbatches: Int
    private let line: LatencyLine?
    /// Rounds of the longest block, and the distance of the rows of `loads` and `times`.
    private let longestBlock: Int
    private let stride: Int
    /// Loads of each worker over the block, a row a worker.
    private var loads: [Double]
    /// When each round of the block ended, a row a microbatch.
    private var times: [Double]
    /// When each instance has finished its last service.
    private var attentionFree: [Double]
    /// When each microbatch may begin its next round.
    private var ready: [Double]
    private var ffnFree = 0.0
    /// Work of each instance in the current round.
    private var work: [Double]
    /// Worker-steps that control was not told of yet.
    private var unreported = 0

    init(_ run: BundleRun) {
        self.run = run
        bank = run.makeBank()
        microbatches = run.microbatches ?? 1
        line = run.stages.attention.line
        longestBlock = max(Self.fillingRounds, min(bank.longestBlock, Self.mostLoads / run.workers))
        // Rows that are a power of two apart would share the same few cache lines.
        stride = longestBlock + 8
        loads = [Double](repeating: 0, count: run.workers * stride)
        times = [Double](repeating: 0, count: microbatches * stride)
        attentionFree = [Double](repeating: 0, count: run.ratio)
        ready = [Double](repeating: 0, count: microbatches)
        work = attentionFree
    }

    mutating func run(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        var counts = RunCounts()
        var completions = Completions()
        let f = run.ffnTime
        let c = run.communicationTime
        let m = Double(microbatches)
        if run.start == .stationary { try fill(f: f, c: c, control) }
        let began = ready[microbatches - 1]
        var last = began
        var rounds = 0
        var isOver = false
        while !isOver {
            let block = min(longestBlock, run.block(of: bank, steps: rounds, requests: completions.requests))
            try gather(block, control)
            let end = run.end(in: block, of: bank, steps: rounds, requests: completions.requests)
            let included = end ?? block
            isOver = end != nil
            for offset in 0..<included {
                makeRound(offset, f: f, c: c)
                let end = ready[microbatches - 1]
                let mean = work.reduce(0, +) / Double(run.ratio)
                counts.attention += mean
                counts.slowestAttention += work.max() ?? 0
                counts.barrier += max(0, end - last - max(mean, m * f, mean / m + f + c))
                counts.blocks.add((end - last) / m)
                last = end
            }
            rounds += included
            bank.settle(
                block, times: times, stride: stride, microbatches: microbatches, included: 0..<included,
                into: &completions)
        }
        counts.steps = rounds * microbatches
        counts.elapsed = last - began
        counts.ffn = f * Double(counts.steps)
        counts.communication = c * Double(counts.steps)
        counts.completions = completions
        return counts
    }

    /// The rounds that fill the pipeline; nothing that finishes in them is counted.
    private mutating func fill(f: Double, c: Double, _ control: SimulationControl) throws(SimulationError) {
        var uncounted = Completions()
        var left = Self.fillingRounds
        while left > 0 {
            let block = min(bank.longestBlock, left)
            try gather(block, control)
            for offset in 0..<block { makeRound(offset, f: f, c: c) }
            bank.settle(
                block, times: times, stride: stride, microbatches: microbatches, included: 0..<0, into: &uncounted)
            left -= block
        }
    }

    /// The loads of all workers over the next `block` rounds.
    private mutating func gather(_ block: Int, _ control: SimulationControl) throws(SimulationError) {
        for worker in 0..<run.workers {
            bank.advance(worker, by: block, into: &loads, at: worker * stride)
            unreported += block
            if unreported >= SimulationControl.interval {
                try control.report(unreported)
                unreported = 0
            }
        }
    }

    /// The round number `offset` of the block.
    private mutating func makeRound(_ offset: Int, f: Double, c: Double) {
        let attention = run.stages.attention
        for instance in work.indices { work[instance] = 0 }
        for microbatch in 0..<microbatches {
            var arrived = 0.0
            let start = ready[microbatch]
            var index = microbatch * stride + offset
            for instance in 0..<run.ratio {
                let load = loads[index]
                index += microbatches * stride
                let duration = line?.latency(at: load) ?? attention.latency(at: load)
                let end = max(attentionFree[instance], start) + duration
                attentionFree[instance] = end
                work[instance] += duration
                if end > arrived { arrived = end }
            }
            ffnFree = max(ffnFree, arrived + c / 2) + f
            ready[microbatch] = ffnFree + c / 2
            times[microbatch * stride + offset] = ready[microbatch]
        }
    }
}
