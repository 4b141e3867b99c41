import Sizing

/// The lightest bundles for a rate of arrivals, or those that bear most on a budget, found exactly without trying them all.
///
/// A bundle with fluctuating requests makes no more than one with constantly as many as its TPOT allows: the saturated search
/// (``BundleSearch``) bounds what each shape can be worth. Shapes are worked out from the best bound on, until no bound is
/// better than what was found.
struct OpenSearch {
    let problem: OpenPlanProblem
    let budget: SearchBudget
    let evaluator: OpenEvaluator

    init(_ problem: OpenPlanProblem, _ budget: SearchBudget) {
        self.problem = problem
        self.budget = budget
        evaluator = OpenEvaluator(problem, budget)
    }

    /// Shares of the best bound down to which shapes are listed, one after the other, until that is enough.
    private static let levels = [0.97, 0.9, 0.8, 0.65, 0.5, 0.3, 0.1, 0.01]

    /// What was found: the best first, and whether nothing better can be.
    struct Result {
        var points: [OpenPoint]
        var isProven: Bool
    }

    /// Shapes by falling bound, each once, and what the bound is.
    private func walk(
        _ saturated: PlanProblem, _ visit: (BundlePoint) -> Void, isDone: (_ bound: Double) -> Bool
    ) -> Bool {
        let search = BundleSearch(saturated, budget)
        guard let first = search.best() else { return !budget.isExhausted }
        var seen: Set<BundleShape> = []
        for level in Self.levels {
            for point in search.bestOfEachShape(atLeast: level * first.score) {
                if isDone(point.score) { return !budget.isExhausted }
                guard !budget.isCancelled, !evaluator.isExhausted else { return false }
                let shape = BundleShape(
                    pair: point.pair, attention: point.attentionInstances, ffn: point.ffnInstances)
                if seen.insert(shape).inserted { visit(point) }
            }
            if isDone(level * first.score) { return !budget.isExhausted }
        }
        return false
    }

    /// The lightest bundles for the rate: weight first, then the shorter TPOT.
    ///
    /// - Parameter bound: finite where only lighter bundles than that are asked for, which is quicker.
    func lightest(below bound: Double = .infinity) -> Result {
        let tokens = problem.arrivals.requestsPerSecond * problem.load.meanSteps / OpenPlanProblem.margin
        guard
            let saturated = problem.atConstantLoad(
                target: .demand(tokensPerSecond: max(1e-6, tokens), spareInstances: 0))
        else { return Result(points: [], isProven: true) }
        var points: [OpenPoint] = []
        var least = bound
        // Up to a tenth over the least, for the list of alternatives.
        let near = bound.isFinite ? 1 : 1.1
        let isProven = walk(saturated) { candidate in
            let shape = BundleShape(
                pair: candidate.pair, attention: candidate.attentionInstances, ffn: candidate.ffnInstances)
            let fleet = Fleet(saturated, pair: problem.pairs[shape.pair])
            // Whole nodes only add to it.
            let one = Double(shape.attention) * fleet.weights.attention + Double(shape.ffn) * fleet.weights.ffn
            for m in problem.limits.microbatches {
                guard let bundle = evaluator.bundle(shape, microbatches: m) else { continue }
                let most = least.isFinite ? max(1, Int(min(1e6, near * least / one))) : 1_000_000
                guard let count = evaluator.fewest(bundle, pair: shape.pair, atMost: most) else { continue }
                let weight = fleet.weight(attention: count * shape.attention, ffn: count * shape.ffn)
                points.append(
                    OpenPoint(
                        pair: shape.pair, bundles: count, weight: weight, largestRate: 0, bound: nil, solved: bundle))
                least = min(least, weight)
            }
        } isDone: { score in
            // The score is tokens over weight.
            tokens / score > least * (bound.isFinite ? 1 - 1e-9 : 1 + 1e-12)
        }
        points.sort { one, other in
            if one.weight != other.weight { return one.weight < other.weight }
            return pace(one) < pace(other)
        }
        return Result(points: points, isProven: isProven)
    }

    /// TPOT at the rate, to choose among equally light ones; of equal shapes fewer microbatches.
    private func pace(_ point: OpenPoint) -> Double {
        OpenDeployment(bundle: point.solved, bundles: point.bundles, routing: problem.routing)
            .bundleService(problem.arrivals)?.meanTPOT ?? .infinity
    }

    /// The bundles that bear most on so many devices, and those near them.
    ///
    /// - Parameters:
    ///   - target: the devices.
    ///   - needed: a rate: what bears it is listed, too, and what bears nine tenths of the most.
    func largest(_ target: FleetTarget, needed: Double = .infinity) -> Result {
        guard let saturated = problem.atConstantLoad(target: target) else { return Result(points: [], isProven: true) }
        var points: [OpenPoint] = []
        var most = 0.0
        let isProven = walk(
            saturated, above: { most },
            visit: { bundle, candidate in
                let found = evaluator.largestRate(
                    bundle, pair: candidate.pair, bundles: candidate.bundles, above: min(0.9 * most, needed))
                guard found.rate > 0 else { return true }
                let weight = Fleet(saturated, pair: problem.pairs[candidate.pair]).weight(
                    attention: candidate.bundles * candidate.attentionInstances,
                    ffn: candidate.bundles * candidate.ffnInstances)
                points.append(
                    OpenPoint(
                        pair: candidate.pair, bundles: candidate.bundles, weight: weight, largestRate: found.rate,
                        bound: found.bound, solved: found.bundle))
                most = max(most, found.rate)
                return true
            })
        points.sort { ($0.largestRate, -$0.weight) > ($1.largestRate, -$1.weight) }
        return Result(points: points, isProven: isProven)
    }

    /// The largest rate that any bundles on so many devices bear, in requests a second.
    ///
    /// - Parameters:
    ///   - target: the devices.
    ///   - floor: where none bears more, it is the answer.
    ///   - enough: where one bears as much, it is the answer. The nearer the two, the quicker.
    func largestRate(_ target: FleetTarget, above floor: Double, enough: Double) -> Double {
        guard let saturated = problem.atConstantLoad(target: target), enough > floor else { return floor }
        var most = floor
        _ = walk(
            saturated, above: { most },
            visit: { bundle, candidate in
                if enough.isFinite,
                    evaluator.bears(bundle, pair: candidate.pair, bundles: candidate.bundles, rate: enough)
                {
                    most = enough
                    return false
                }
                most = max(
                    most,
                    evaluator.largestRate(bundle, pair: candidate.pair, bundles: candidate.bundles, above: most).rate)
                return true
            })
        return most
    }

    /// Bundles that could bear more than `most` by the bound, at their largest batch, until `visit` says that it is enough.
    private func walk(
        _ saturated: PlanProblem, above most: () -> Double, visit: (SolvedBundle, BundlePoint) -> Bool
    ) -> Bool {
        var isEnough = false
        let decode = problem.load.meanSteps
        let limit = problem.service.tpot.map { $0.time * OpenPlanProblem.margin }
        return walk(saturated) { candidate in
            let shape = BundleShape(
                pair: candidate.pair, attention: candidate.attentionInstances, ffn: candidate.ffnInstances)
            for m in problem.limits.microbatches where !isEnough {
                guard let bundle = evaluator.bundle(shape, microbatches: m) else { continue }
                let fluid = bundle.fluidCapacity(limit) * Double(candidate.bundles)
                guard fluid * OpenPlanProblem.margin > most() else { continue }
                if !visit(bundle, candidate) { isEnough = true }
            }
        } isDone: { bound in
            // The score is tokens a second of all bundles.
            isEnough || bound * OpenPlanProblem.margin / decode < most()
        }
    }
}
