import Sizing

/// Ideal overlap: all workers make step k together, and it takes τ_k = max(max_i t_A,i, t_F, t_C) (model section 6).
struct LockStepEngine {
    private let run: BundleRun
    private var bank: WorkerBank
    /// The Attention latency where it is a line and does not scatter: then the sum and the largest of the latencies follow from
    /// those of the loads.
    private let line: LatencyLine?
    /// Of each step of a block: Σ and max over the instances of T where there is such a line, of t_A where not.
    private var sums: [Double]
    private var largest: [Double]
    /// Requests of each step of a block, where slots may be empty.
    private var requests: [Int]
    /// When each step of the block ended.
    private var times: [Double]
    /// Loads of one worker over the block.
    private var row: [Double]
    /// What makes the times of each worker, and of the FFN, scatter; empty where they do not.
    private var attentionJitter: [JitterStream]
    private var ffnJitter: JitterStream?
    /// Worker-steps that control was not told of yet.
    private var unreported = 0

    init(_ run: BundleRun) {
        self.run = run
        bank = run.makeBank()
        attentionJitter = run.attentionJitter()
        ffnJitter = run.ffnJitter()
        line = attentionJitter.isEmpty ? run.stages.attention.line : nil
        sums = [Double](repeating: 0, count: bank.longestBlock)
        largest = sums
        times = sums
        row = sums
        requests = [Int](repeating: 0, count: bank.occupied.count)
    }

    mutating func run(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        var counts = RunCounts()
        var completions = Completions()
        var busy = StageSums(run)
        let full = run.sharedWhenFull
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
                var shared = full
                if !requests.isEmpty { shared = run.shared(requests: Double(requests[offset])) }
                if let factor = ffnJitter?.next() { shared.ffn *= factor }
                let mean: Double
                let slowest: Double
                if let line {
                    slowest = line.latency(at: largest[offset])
                    mean = line.alpha * (sums[offset] * share) + line.beta
                } else {
                    slowest = largest[offset]
                    mean = sums[offset] * share
                }
                let duration = max(slowest, shared.ffn, shared.communication)
                time += duration
                times[offset] = time
                busy.add(
                    ffn: shared.ffn, link: shared.communication, requests: requests.isEmpty ? nil : requests[offset])
                counts.attention += mean
                counts.slowestAttention += slowest
                counts.barrier += duration - max(mean, shared.ffn, shared.communication)
                counts.blocks.add(duration)
            }
            counts.steps += included
            bank.endBlock(block, times: times, stride: 0, microbatches: 1, included: 0..<included, into: &completions)
        }
        counts.elapsed = time
        busy.store(in: &counts, steps: counts.steps, full: (full.ffn, full.communication))
        counts.completions = completions
        return counts
    }

    /// The loads of all workers over the next `block` steps, or their times, into their sums and maxima.
    private mutating func gather(_ block: Int, _ control: SimulationControl) throws(SimulationError) {
        for offset in 0..<block {
            sums[offset] = 0
            largest[offset] = 0
        }
        if !requests.isEmpty { for offset in 0..<block { requests[offset] = 0 } }
        for worker in 0..<run.workers {
            bank.advance(worker, by: block, into: &row, at: 0)
            if !requests.isEmpty { for offset in 0..<block { requests[offset] += bank.occupied[offset] } }
            if line == nil {
                for offset in 0..<block { row[offset] = run.stages.attention.latency(at: row[offset]) }
                if !attentionJitter.isEmpty {
                    for offset in 0..<block { row[offset] *= attentionJitter[worker].next() }
                }
            }
            for offset in 0..<block {
                let value = row[offset]
                sums[offset] += value
                largest[offset] = value > largest[offset] ? value : largest[offset]
            }
            unreported += block
            if unreported >= SimulationControl.interval {
                try control.report(unreported)
                unreported = 0
            }
        }
    }
}
