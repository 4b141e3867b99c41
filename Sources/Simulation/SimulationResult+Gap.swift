extension SimulationResult {
    /// How far the ratio `ratio` falls short of the best one, as a fraction of the best one's throughput: 0 or more, with an
    /// interval from the replications, which drew the same requests at both ratios. `nil` where `ratio` was not simulated.
    public func relativeGap(of ratio: Int) -> Estimate? {
        guard let best, let point = points.first(where: { $0.ratio == ratio }) else { return nil }
        // Throughput goes with r/((r + 1) τ).
        let share = { (point: SimulationPoint) in Double(point.ratio) / Double(point.ratio + 1) }
        let scale = share(point) / share(best)
        let gap = 1 - scale * best.cycle.mean / point.cycle.mean
        guard best.ratio != ratio else { return Estimate(mean: 0, interval: 0...0) }
        let parts = zip(best.replicationCycles, point.replicationCycles).map { 1 - scale * $0 / $1 }
        return Estimate(mean: gap, parts: parts)
    }
}
