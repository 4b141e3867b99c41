import Sizing

/// Ideal overlap: all workers make step k together, and it takes τ_k = max(max_i t_A,i, t_F, t_C) (model section 6).
struct LockStepEngine {
    private let run: BundleRun
    private var bank: WorkerBank
    /// The Attention latency where it is a line: then the sum of the latencies needs the sum of the loads only.
    private let line: LatencyLine?

    init(_ run: BundleRun) {
        self.run = run
        bank = run.makeBank()
        line = run.stages.attention.line
    }

    mutating func run(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        var counts = RunCounts()
        let (f, c) = (run.ffnTime, run.communicationTime)
        let workers = run.workers
        let share = 1 / Double(workers)
        var completions = WorkerBank.Completions()
        var time = 0.0
        var unreported = 0
        var (sum, largest, attention) = initial()
        while !run.isOver(steps: counts.steps, requests: completions.requests) {
            let mean: Double
            let slowest: Double
            if let line {
                slowest = line.latency(at: Double(largest))
                mean = line.alpha * (Double(sum) * share) + line.beta
            } else {
                slowest = run.stages.attention.latency(at: Double(largest))
                mean = attention * share
            }
            let duration = max(slowest, f, c)
            time += duration
            counts.attention += mean
            counts.slowestAttention += slowest
            counts.barrier += duration - max(mean, f, c)
            counts.blocks.add(duration)
            let step = counts.steps
            sum = 0
            largest = 0
            attention = 0
            for worker in 0..<workers {
                bank.advance(worker, step: step, time: time, into: &completions)
                let load = bank.loads[worker]
                sum &+= load
                if load > largest { largest = load }
            }
            if line == nil {
                for load in bank.loads { attention += run.stages.attention.latency(at: Double(load)) }
            }
            counts.steps += 1
            unreported += workers
            if unreported >= SimulationControl.interval {
                try control.report(unreported)
                unreported = 0
            }
        }
        counts.elapsed = time
        counts.ffn = f * Double(counts.steps)
        counts.communication = c * Double(counts.steps)
        counts.requests = completions.requests
        counts.tokens = completions.tokens
        counts.timePerToken = completions.timePerToken
        counts.histogram = bank.histogram
        return counts
    }

    /// Σ T, max T and, where the latency is no line, Σ t_A of the first step.
    private func initial() -> (sum: Int, largest: Int, attention: Double) {
        var attention = 0.0
        if line == nil {
            for load in bank.loads { attention += run.stages.attention.latency(at: Double(load)) }
        }
        return (bank.loads.reduce(0, +), bank.loads.max() ?? 0, attention)
    }
}
