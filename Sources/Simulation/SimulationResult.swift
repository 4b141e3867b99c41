/// The answer to a ``SimulationProblem``.
public struct SimulationResult: Hashable, Sendable {
    /// One for each ratio, in the order asked for.
    public let points: [SimulationPoint]

    /// The point with the highest throughput per instance; the first of equals.
    public var best: SimulationPoint? {
        points.reduce(nil) { best, point in
            guard let best, best.throughputPerInstance.mean >= point.throughputPerInstance.mean else { return point }
            return best
        }
    }
}
