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

    /// Bundles at their largest batch: the splits of a budget ask for the same ones again.
    private var known: [Key: SolvedBundle] = [:]
    /// Of some kilobytes each.
    private static let capacity = 512

    private struct Key: Hashable {
        let shape: BundleShape
        let microbatches: Int?
    }

    /// The bundle xA–yF at its largest batch; nil where none is allowed or takes time.
    func bundle(_ shape: BundleShape, microbatches: Int?) -> SolvedBundle? {
        budget.look()
        let key = Key(shape: shape, microbatches: microbatches)
        if let bundle = known[key] { return bundle }
        evaluations += 1
        let bundle = solve(shape, microbatches)
        if known.count < Self.capacity { known[key] = bundle }
        return bundle
    }

    private func solve(_ shape: BundleShape, _ microbatches: Int?) -> SolvedBundle? {
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
        rate <= 0 || fitting(bundle, pair: pair, bundles: bundles, arrivals(rate)) != nil
    }

    /// What `bundles` bundles bear at the batch at which they bear most: with a larger one TPOT binds earlier, with a smaller one waits.
    ///
    /// - Parameter floor: where they do not bear it, the rate that is answered is 0; the nearer to what they bear, the quicker.
    func largestRate(
        _ bundle: SolvedBundle, pair: Int, bundles: Int, above floor: Double = 0
    ) -> (bundle: SolvedBundle, rate: Double, bound: ServiceBound?) {
        func rate(
            _ solved: SolvedBundle, above known: Double
        ) -> (bundle: SolvedBundle, rate: Double, bound: ServiceBound?) {
            let deployment = OpenDeployment(bundle: solved, bundles: bundles, routing: problem.routing)
            let (rate, bound) = deployment.largestRate(
                like: problem.arrivals, problem.service, tolerance: Self.tolerance, known: known)
            return (solved, rate, bound)
        }
        var start = bundle
        if floor > 0 {
            guard let kept = fitting(bundle, pair: pair, bundles: bundles, arrivals(floor)) else {
                return (bundle, 0, nil)
            }
            start = kept
        }
        var best = rate(start, above: floor)
        guard best.bound == .tpot else { return best }
        let (step, last) = steps(of: start, pair: pair)
        var (low, high) = (0, last)
        while high - low > max(1, high / 32) {
            let middle = (low + high) / 2
            let limited = bundle.limited(batchSize: middle * step)
            // Below the largest rate of all, TPOT is broken by batches that are too large alone, and the rest by too small ones.
            let more = max(best.rate * (1 + Self.tolerance), 1e-6 * limited.capacity * Double(bundles))
            var bound = bound(limited, bundles, arrivals(more))
            if bound == nil {
                best = rate(limited, above: more)
                bound = best.bound
            }
            if bound == .tpot { high = middle } else { low = middle }
        }
        return best
    }

    /// To which the largest rates are found, relative.
    private static let tolerance = 3e-4

    private func arrivals(_ rate: Double) -> Arrivals {
        problem.arrivals.scaled(by: rate / problem.arrivals.requestsPerSecond)
    }
}
