import Sizing

/// m microbatches in turn (model section 6): an Attention instance serves its microbatches one at a time in order; the FFN
/// starts a microbatch when all r parts have arrived, one at a time. The link is full duplex: each direction carries one
/// microbatch at a time, for c_out and c_back; what is left of t_C is delay, half of it, d, each way.
///
/// The order of all events is known beforehand, because every server takes the microbatches in their order; so no event
/// queue is needed, and the times follow from the recurrences (max-plus), for microbatch j of round k:
///
///     A_i(k, j)   = max(A_i(previous), ready_j(k − 1)) + t_A(T_ij)
///     out(k, j)   = max(out(previous), max_i A_i(k, j)) + c_out
///     F(k, j)     = max(F(previous), out(k, j) + d) + t_F
///     back(k, j)  = max(back(previous), F(k, j)) + c_back
///     ready_j(k)  = back(k, j) + d
///
/// A link of its own for each instance, busy for c_out with its part, gives the same: max_i max(out_i, A_i) = max(max_i out_i,
/// max_i A_i). The first rounds fill the pipeline and are not measured from a stationary start.
struct PipelineEngine {
    /// Rounds that fill the pipeline.
    static let fillingRounds = 4
    /// Loads of a block that are kept at a time, at most (unless a block of a few steps has more).
    private static let mostLoads = 1 << 19

    private let run: BundleRun
    private var bank: WorkerBank
    private let microbatches: Int
    private let line: LatencyLine?
    /// FFN and communication where every slot is full.
    private let full: BundleRun.Shared
    /// Rounds of the longest block, and the distance of the rows of `durations` and `times`.
    private let longestBlock: Int
    private let stride: Int
    /// t_A of each worker over the block, a row a worker.
    private var durations: [Double]
    /// Requests of each microbatch over the block, a row a microbatch, where slots may be empty.
    private var requests: [Int]
    /// When each round of the block ended, a row a microbatch.
    private var times: [Double]
    /// When each instance has finished its last service.
    private var attentionFree: [Double]
    /// When each microbatch may begin its next round.
    private var ready: [Double]
    private var outFree = 0.0
    private var ffnFree = 0.0
    private var backFree = 0.0
    /// Work of each instance in the current round.
    private var work: [Double]
    /// What makes the times of each worker, and of the FFN, scatter; empty where they do not.
    private var attentionJitter: [JitterStream]
    private var ffnJitter: JitterStream?
    /// Worker-steps that control was not told of yet.
    private var unreported = 0

    init(_ run: BundleRun) {
        self.run = run
        bank = run.makeBank()
        microbatches = run.microbatches ?? 1
        line = run.stages.attention.line
        full = run.sharedWhenFull
        attentionJitter = run.attentionJitter()
        ffnJitter = run.ffnJitter()
        longestBlock = max(Self.fillingRounds, min(bank.longestBlock, Self.mostLoads / run.workers))
        // Rows that are a power of two apart would share the same few cache lines.
        stride = longestBlock + 8
        durations = [Double](repeating: 0, count: run.workers * stride)
        requests = [Int](repeating: 0, count: bank.occupied.isEmpty ? 0 : microbatches * stride)
        times = [Double](repeating: 0, count: microbatches * stride)
        attentionFree = [Double](repeating: 0, count: run.ratio)
        ready = [Double](repeating: 0, count: microbatches)
        work = attentionFree
    }

    mutating func run(_ control: SimulationControl) throws(SimulationError) -> RunCounts {
        var counts = RunCounts()
        var completions = Completions()
        var busy = StageSums(run)
        let m = Double(microbatches)
        if run.start == .stationary { try fill(control) }
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
                let shared = makeRound(offset, &busy)
                let end = ready[microbatches - 1]
                let mean = work.reduce(0, +) / Double(run.ratio)
                counts.attention += mean
                counts.slowestAttention += work.max() ?? 0
                let floor = m * max(shared.ffn, shared.out, shared.back)
                counts.barrier += max(0, end - last - max(mean, floor, mean / m + shared.ffn + shared.communication))
                counts.blocks.add((end - last) / m)
                last = end
            }
            rounds += included
            bank.endBlock(
                block, times: times, stride: stride, microbatches: microbatches, included: 0..<included,
                into: &completions)
        }
        counts.steps = rounds * microbatches
        counts.elapsed = last - began
        busy.store(in: &counts, steps: counts.steps, full: (full.ffn, max(full.out, full.back)))
        counts.completions = completions
        return counts
    }

    /// The rounds that fill the pipeline; nothing that finishes in them is counted.
    private mutating func fill(_ control: SimulationControl) throws(SimulationError) {
        var uncounted = Completions()
        var unmeasured = StageSums(run)
        var left = Self.fillingRounds
        while left > 0 {
            let block = min(bank.longestBlock, left)
            try gather(block, control)
            for offset in 0..<block { _ = makeRound(offset, &unmeasured) }
            bank.endBlock(
                block, times: times, stride: stride, microbatches: microbatches, included: 0..<0, into: &uncounted)
            left -= block
        }
    }

    /// The Attention times of all workers over the next `block` rounds.
    private mutating func gather(_ block: Int, _ control: SimulationControl) throws(SimulationError) {
        for index in requests.indices { requests[index] = 0 }
        for worker in 0..<run.workers {
            let row = worker * stride
            bank.advance(worker, by: block, into: &durations, at: row)
            if let line {
                for offset in row..<(row + block) { durations[offset] = line.latency(at: durations[offset]) }
            } else {
                let attention = run.stages.attention
                for offset in row..<(row + block) { durations[offset] = attention.latency(at: durations[offset]) }
            }
            if !attentionJitter.isEmpty {
                for offset in row..<(row + block) { durations[offset] *= attentionJitter[worker].next() }
            }
            if !requests.isEmpty {
                let row = worker % microbatches * stride
                for offset in 0..<block { requests[row + offset] += bank.occupied[offset] }
            }
            unreported += block
            if unreported >= SimulationControl.interval {
                try control.report(unreported)
                unreported = 0
            }
        }
    }

    /// The round number `offset` of the block; returns the FFN and communication of its last microbatch.
    private mutating func makeRound(_ offset: Int, _ busy: inout StageSums) -> BundleRun.Shared {
        for instance in work.indices { work[instance] = 0 }
        var shared = full
        for microbatch in 0..<microbatches {
            var present: Int?
            if !requests.isEmpty {
                let count = requests[microbatch * stride + offset]
                shared = run.shared(requests: Double(count))
                present = count
            }
            var ffn = shared.ffn
            if let factor = ffnJitter?.next() { ffn *= factor }
            var arrived = 0.0
            let start = ready[microbatch]
            var index = microbatch * stride + offset
            for instance in 0..<run.ratio {
                let duration = durations[index]
                index += microbatches * stride
                let end = max(attentionFree[instance], start) + duration
                attentionFree[instance] = end
                work[instance] += duration
                if end > arrived { arrived = end }
            }
            outFree = max(outFree, arrived) + shared.out
            ffnFree = max(ffnFree, outFree + shared.delay) + ffn
            backFree = max(backFree, ffnFree) + shared.back
            ready[microbatch] = backFree + shared.delay
            times[microbatch * stride + offset] = ready[microbatch]
            busy.add(ffn: ffn, link: max(shared.out, shared.back), requests: present)
        }
        return shared
    }
}
