import Sizing
import SizingNumerics

/// The answer to a ``SimulationProblem``.
public struct SimulationResult: Hashable, Sendable {
    /// One for each ratio, in the order asked for.
    public let points: [SimulationPoint]

    /// The point with the highest throughput per cost (per instance, where all cost the same); the first of equals.
    public func best(cost: InstanceCost = .equal) -> SimulationPoint? {
        points.reduce(nil) { best, point in
            guard let best, best.worth(cost) >= point.worth(cost) else { return point }
            return best
        }
    }

    /// How far `ratio` falls short of the best ratio, as a fraction of the best one's throughput per cost: 0 or more, with
    /// an interval from the replications, which drew the same requests at both ratios. `nil` where `ratio` was not
    /// simulated.
    public func relativeGap(of ratio: Int, cost: InstanceCost = .equal) -> Estimate? {
        guard let best = best(cost: cost), let point = points.first(where: { $0.ratio == ratio }) else { return nil }
        guard best.ratio != ratio else { return Estimate(0, interval: 0...0) }
        let scale = point.worth(cost) * point.cycle.value / (best.worth(cost) * best.cycle.value)
        let gap = 1 - scale * best.cycle.value / point.cycle.value
        let parts = zip(best.replicationCycles, point.replicationCycles).map { 1 - scale * $0 / $1 }
        return Estimate(gap, parts: parts)
    }
}

extension SimulationPoint {
    /// In proportion to throughput per cost: r/((r c_A + c_F) τ).
    fileprivate func worth(_ cost: InstanceCost) -> Double {
        Double(ratio) / (cost.ofBundle(ratio: Double(ratio)) * cycle.value)
    }
}

/// Idle time of one role as a fraction of the cycle, and what it waited for.
public struct IdleTime: Hashable, Sendable {
    /// 1 − busy/τ.
    public let total: Double
    /// It is faster than the bottleneck.
    public let imbalance: Double
    /// The slowest Attention instance of the step was behind its siblings.
    public let barrier: Double

    /// `barrier` is cut to `total`, and `total` to 0…1.
    init(busy: Double, barrier: Double, of elapsed: Double) {
        total = elapsed > 0 ? min(1, max(0, 1 - busy / elapsed)) : 0
        self.barrier = elapsed > 0 ? min(total, max(0, barrier / elapsed)) : 0
        imbalance = total - self.barrier
    }
}

/// The times per output token of the requests that finished, microseconds.
public struct TimePerToken: Hashable, Sendable {
    public let mean: Double
    public let p50: Double
    public let p95: Double
    public let p99: Double

    /// `nil` where no request finished.
    init?(_ completions: Completions) {
        let histogram = completions.histogram
        guard let p50 = histogram.quantile(0.5), let p95 = histogram.quantile(0.95), let p99 = histogram.quantile(0.99)
        else { return nil }
        mean = completions.timePerToken / Double(completions.requests)
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
    }
}

/// What the simulation of one ratio gave.
public struct SimulationPoint: Hashable, Sendable {
    /// r.
    public let ratio: Int
    /// τ, microseconds: a microbatch is finished every so often.
    public let cycle: Estimate
    /// Tokens per second and instance: 1e6 · rB/((r + 1) τ), with the requests that were there in place of rB.
    public let throughputPerInstance: Estimate
    public let attentionIdle: IdleTime
    public let ffnIdle: IdleTime
    public let communicationIdle: IdleTime
    /// `nil` where no request finished.
    public let timePerToken: TimePerToken?
    /// Requests that finished in the measured part.
    public let completedRequests: Int
    /// Measured steps of each microbatch.
    public let steps: Int
    /// Measured time, microseconds.
    public let elapsed: Double

    /// τ of each replication; one element from a cold start. Replication i of all ratios drew the same requests.
    public let replicationCycles: [Double]

    /// - Parameter runs: the replications, at least one.
    init(ratio: Int, microbatches: Int?, runs: [RunCounts]) {
        var all = RunCounts()
        for run in runs { all.merge(run) }
        self.ratio = ratio
        let steps = Double(max(1, all.steps))
        let mean = all.elapsed / steps
        let cycles = runs.map { $0.elapsed / Double(max(1, $0.steps)) }
        replicationCycles = cycles
        cycle =
            runs.count > 1
            ? Estimate(mean, parts: cycles)
            : Estimate(mean, batches: runs[0].blocks.batches(16))
        let r = Double(ratio)
        throughputPerInstance = cycle.reciprocal(scale: 1e6 * (Double(all.requests) / steps) / (r + 1))
        attentionIdle = IdleTime(
            busy: all.attention, barrier: all.slowestAttention - all.attention, of: all.elapsed)
        ffnIdle = IdleTime(busy: all.ffn, barrier: all.barrier, of: all.elapsed)
        communicationIdle = IdleTime(busy: all.communication, barrier: all.barrier, of: all.elapsed)
        timePerToken = TimePerToken(all.completions)
        completedRequests = all.completions.requests
        self.steps = all.steps / (microbatches ?? 1)
        elapsed = all.elapsed
    }
}
