import Sizing

/// Works open bundles out for one plan: what they bear, and how many of them a rate takes.
final class OpenEvaluator {
    let problem: OpenPlanProblem
    private let budget: SearchBudget
    /// Bundles worked out so far.
    private(set) var evaluations = 0

    /// Bundles worked out at most, each in some hundred microseconds.
    static let maximumEvaluations = 4000

    init(_ problem: OpenPlanProblem, _ budget: SearchBudget) {
        self.problem = problem
        self.budget = budget
    }

    var isExhausted: Bool { evaluations >= Self.maximumEvaluations }

    /// The bundle xA–yF at its largest batch; nil where none is allowed or takes time.
    func bundle(_ shape: BundleShape, microbatches: Int?) -> SolvedBundle? {
        budget.look()
        evaluations += 1
        let pair = problem.pairs[shape.pair]
        guard let saturated = problem.atConstantLoad(target: .shape),
            let (batches, step) = BundleSearch.batches(saturated, pair, microbatches: microbatches)
        else { return nil }
        let division: FFNDivision =
            problem.limits.rankRule == .blocks
            ? .blocks(
                ffnInstances: shape.ffn, attentionRanks: pair.attention.devices, ffnRanks: pair.ffn.devices)
            : .even(ffnInstances: shape.ffn)
        let made = try? OpenBundle(
            attentionInstances: shape.attention, ffnInstances: shape.ffn, batchSize: batches.upperBound * step,
            microbatches: microbatches, load: problem.load, tokensPerStep: pair.tokensPerStep, jitter: pair.jitter,
            division: division, batchStep: pair.batchStep
        ) { pair.stagesIfAny(batchSize: $0) }
        return made.flatMap { SolvedBundle($0) }
    }

    /// Whether batches may be made smaller than the largest.
    private func steps(of bundle: SolvedBundle, pair: Int) -> (step: Int, last: Int) {
        if problem.limits.batchSize != nil { return (bundle.bundle.batchSize, 1) }
        let step = problem.pairs[pair].batchStep
        return (step, bundle.bundle.batchSize / step)
    }

    /// The bound that `bundles` bundles break at the rate; nil where they keep all limits.
    private func bound(_ bundle: SolvedBundle, _ bundles: Int, _ arrivals: Arrivals) -> ServiceBound? {
        OpenDeployment(bundle: bundle, bundles: bundles, routing: problem.routing).bound(arrivals, problem.service)
    }

    /// The bundle with the largest batch that keeps TPOT at the rate, where that keeps the other limits, too: TPOT rises with the
    /// batch, and waits fall.
    private func fitting(_ bundle: SolvedBundle, pair: Int, bundles: Int, _ arrivals: Arrivals) -> SolvedBundle? {
        switch bound(bundle, bundles, arrivals) {
        case nil: return bundle
        case .tpot?: break
        default: return nil
        }
        let (step, last) = steps(of: bundle, pair: pair)
        var (low, high) = (0, last)
        while high - low > 1 {
            let middle = (low + high) / 2
            if bound(bundle.limited(batchSize: middle * step), bundles, arrivals) == .tpot {
                high = middle
            } else {
                low = middle
            }
        }
        guard low > 0 else { return nil }
        let limited = bundle.limited(batchSize: low * step)
        return bound(limited, bundles, arrivals) == nil ? limited : nil
    }

    /// The fewest bundles that keep the limits at the rate, at most `most`; nil where those do not.
    func fewest(_ bundle: SolvedBundle, pair: Int, atMost most: Int) -> Int? {
        let arrivals = problem.arrivals
        let fluid = bundle.fluidCapacity(problem.service.tpot.map { $0.time * OpenPlanProblem.margin })
        guard fluid > 0 else { return nil }
        let least = (arrivals.requestsPerSecond / (fluid * OpenPlanProblem.margin)).rounded(.up)
        guard least <= Double(most) else { return nil }
        var low = max(0, Int(least) - 1)
        var high = low + 1
        var step = 1
        // More bundles never keep less: gallop, then halve.
        while fitting(bundle, pair: pair, bundles: high, arrivals) == nil {
            guard high < most else { return nil }
            low = high
            high = min(most, high + step)
            step *= 2
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if fitting(bundle, pair: pair, bundles: middle, arrivals) != nil { high = middle } else { low = middle }
        }
        return high
    }

    /// Whether `bundles` bundles keep the limits at a rate with some batch.
    func bears(_ bundle: SolvedBundle, pair: Int, bundles: Int, rate: Double) -> Bool {
        guard rate > 0 else { return true }
        let arrivals = problem.arrivals.scaled(by: rate / problem.arrivals.requestsPerSecond)
        return fitting(bundle, pair: pair, bundles: bundles, arrivals) != nil
    }

    /// What `bundles` bundles bear at the batch at which they bear most: with a larger one TPOT binds earlier, with a smaller one waits.
    func largestRate(
        _ bundle: SolvedBundle, pair: Int, bundles: Int
    ) -> (bundle: SolvedBundle, rate: Double, bound: ServiceBound?) {
        func rate(_ solved: SolvedBundle) -> (bundle: SolvedBundle, rate: Double, bound: ServiceBound?) {
            let deployment = OpenDeployment(bundle: solved, bundles: bundles, routing: problem.routing)
            let (rate, bound) = deployment.largestRate(like: problem.arrivals, problem.service, tolerance: 3e-4)
            return (solved, rate, bound)
        }
        var best = rate(bundle)
        guard best.bound == .tpot else { return best }
        let (step, last) = steps(of: bundle, pair: pair)
        var (low, high) = (0, last)
        while high - low > max(1, high / 32) {
            let middle = (low + high) / 2
            let found = rate(bundle.limited(batchSize: middle * step))
            if found.rate > best.rate { best = found }
            if found.bound == .tpot { high = middle } else { low = middle }
        }
        return best
    }
}
