/// What a plan takes, before anything of it is derived. The constants were measured (docs/operations.md).
///
/// How many boxes a search bounds depends on how flat the objective is: a few hundred as a rule, and as many as there may be where
/// everything scores alike. The estimate is of what nineteen of twenty plans stay below.
public struct PlanEffort: Hashable, Sendable {
    /// Seconds of one core.
    public let time: Double
    /// Bytes.
    public let memory: Double

    /// - Parameters:
    ///   - pairs: that there may be.
    ///   - areDerived: whether their latencies come from names.
    ///   - segments: of the curves of one pair together.
    ///   - limits: what bounds the shapes.
    public init(pairs: Int, areDerived: Bool, segments: Int, limits: PlanLimits) {
        let pairs = Double(pairs)
        let spaces = pairs * Double(limits.maximumFFNInstances * limits.microbatches.count)
        let boxes = min(Double(SearchBudget.maximumBoxes), 20_000 + 50 * spaces)
        // A box of derived latencies asks for curves at new batches; an evaluation goes over the pieces that loads reach.
        let box = (areDerived ? 12e-6 : 4e-6) + 0.2e-6 * Double(segments)
        time = (areDerived ? 0.5e-3 : 0) * pairs + 2e-6 * spaces + box * boxes
        memory = 4e6 + 8e3 * pairs + 256 * spaces + 160 * boxes
    }
}
