import Sizing

/// Ideal overlap: all workers make step k together, and it takes τ_k = max(max_i t_A,i, t_F, t_C) (model section 6).
struct LockStepEngine {
    private let run: BundleRun
    private var bank: WorkerBank
    /// The Attention latency where it is a line: then the sum of the latencies needs the sum of the loads only.
    private let line: LatencyLine?
    /// Of each step of a block: Σ T, max T and, where the latency is no line, Σ t_A.
    private var sums: [Double]
    private var largest: [Double]
    private var attention: [Double]
    /// When each step of the block ended.
    private var times: [Double]
    /// Loads of one worker over the block.
    private var row: [Double]
    /// Worker-steps that control was not told of yet.
    private var unreported = 0

    init(_ run: BundleRun) {
        self.run = run
        bank = run.makeBank()
        line = run.stages.attention.line
        sums = [Double](repeating: 0, count: bank.longestBlock)
        largest = sums
        attention = sums
        times = sums
        row = sums
    }

    mutating func run(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        var counts = RunCounts()
        var completions = Completions()
        let (f, c) = (run.ffnTime, run.communicationTime)
        let share = 1 / Double(run.workers)
        var time = 0.0
        var isOver = false
        while !isOver {
            let block = run.block(of: bank, steps: counts.steps, requests: completions.requests)
            try gather(block, control)
            let end = run.end(in: block, of: bank, steps: counts.steps, requests: completions.requests)
            let included = end ?? block
            isOver = end != nil
            for offset in 0..<included {
                let mean: Double
                let slowest: Double
                if let line {
                    slowest = line.latency(at: largest[offset])
                    mean = line.alpha * (sums[offset] * share) + line.beta
                } else {
                    slowest = run.stages.attention.latency(at: largest[offset])
                    mean = attention[offset] * share
                }
                let duration = max(slowest, f, c)
                time += duration
                times[offset] = time
                counts.attention += mean
                counts.slowestAttention += slowest
                counts.barrier += duration - max(mean, f, c)
                counts.blocks.add(duration)
            }
            counts.steps += included
            bank.settle(block, times: times, stride: 0, microbatches: 1, included: 0..<included, into: &completions)
        }
        counts.elapsed = time
        counts.ffn = f * Double(counts.steps)
        counts.communication = c * Double(counts.steps)
        counts.completions = completions
        return counts
    }

    /// The loads of all workers over the next `block` steps, into their sums and maxima.
    private mutating func gather(_ block: Int, _ control: SimulationControl) throws(SimulationError) {
        for offset in 0..<block {
            sums[offset] = 0
            largest[offset] = 0
            attention[offset] = 0
        }
        for worker in 0..<run.workers {
            bank.advance(worker, by: block, into: &row, at: 0)
            for offset in 0..<block {
                let load = row[offset]
                sums[offset] += load
                largest[offset] = load > largest[offset] ? load : largest[offset]
            }
            if line == nil {
                for offset in 0..<block { attention[offset] += run.stages.attention.latency(at: row[offset]) }
            }
            unreported += block
            if unreported >= SimulationControl.interval {
                try control.report(unreported)
                unreported = 0
            }
        }
    }
}
