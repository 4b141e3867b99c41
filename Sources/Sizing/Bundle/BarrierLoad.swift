import SizingNumerics

/// One slot and the Attention latency as the barrier sees them: slots that are not always full, and kernel times that scatter.
///
/// **Occupancy.** A slot is full with probability ρ: mean ρθ, variance ρν² + ρ(1 − ρ)θ², the third moment likewise.
///
/// **Jitter.** t_A(1 + cv ξ) with ξ standard normal. On a line t_A = αT + β this is the load T + β/α per instance with
/// (cv t̄_A/α)² more variance, which B slots share: each weighs β/(αB) more and has (cv t̄_A)²/(α²B) more variance. Where t_A is a curve,
/// its distance from its mean is stretched until it has that variance; where t_A does not depend on the load, a normal
/// load stands for the jitter.
struct BarrierLoad: Hashable, Sendable {
    /// The load of a slot.
    let slot: SlotLoad
    /// t_A against the sum of such loads.
    let attention: LatencyModel
    /// What makes it more than the load of a request.
    let scatter: SlotScatter
    /// Whether the load is the workload's, and not only a stand-in for jitter.
    let isOfWorkload: Bool
    /// λ: jitter's part of the variance of t_A.
    let jitterShare: Double

    init(_ load: SlotLoad, _ stages: StageLatencies, batchSize: Int, scatter own: SlotScatter, jitter: Double) {
        var scatter = own
        let occupied = scatter.applied(to: load)
        guard jitter > 0 else {
            self.init(occupied, stages.attention, scatter)
            return
        }
        let b = Double(batchSize)
        // A line that hardly rises is no better than one that does not, and its β/α may be beyond every number.
        if let line = stages.attention.line,
            line.alpha * b * (occupied.mean + occupied.standardDeviation) > 1e-12 * line.beta
        {
            let added = line.beta / (line.alpha * b)
            scatter.shift += added
            // (cv t̄_A)²/(α²B), t̄_A = αB(θ + added).
            let deviation = jitter * (occupied.mean + added)
            scatter.variance = deviation * deviation * b
            self.init(
                scatter.applied(to: load), LatencyModel(slope: line.alpha), scatter,
                jitterShare: scatter.variance > 0 ? scatter.variance / (scatter.variance + occupied.variance) : 0)
            return
        }
        let deviation = b.squareRoot() * occupied.standardDeviation
        func time(_ node: Int) -> Double {
            stages.attention.latency(at: b * occupied.mean + deviation * NormalGrid.node(node))
        }
        let mean = NormalGrid.expectation(maximumOf: 1, time)
        let least = time(0)
        let square = NormalGrid.expectation(maximumOf: 1) { (time($0) - least) * (time($0) - least) }
        let own = max(0, square - (mean - least) * (mean - least))
        let added = jitter * jitter * mean * mean
        if own > 1e-12 * mean * mean {
            let factor = (1 + added / own).squareRoot()
            self.init(
                occupied, stages.attention.scaled(by: factor).moved(by: mean * (1 - factor)), scatter,
                jitterShare: added / (added + own))
        } else {
            // A load of mean 1 and deviation 1 a slot; its line has the deviation of the jitter over B of them.
            let slope = added.squareRoot() / b.squareRoot()
            self.init(
                .unit, LatencyModel(slope: slope).moved(by: mean - slope * b), scatter, isOfWorkload: false,
                jitterShare: 1)
        }
    }

    private init(
        _ slot: SlotLoad, _ attention: LatencyModel, _ scatter: SlotScatter, isOfWorkload: Bool = true,
        jitterShare: Double = 0
    ) {
        self.slot = slot
        self.attention = attention
        self.scatter = scatter
        self.isOfWorkload = isOfWorkload
        self.jitterShare = jitterShare
    }
}
