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
