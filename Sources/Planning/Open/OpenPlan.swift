import Sizing

/// The answer to an ``OpenPlanProblem``.
public struct OpenPlan: Sendable {
    public let bundles: OpenPoint
    /// nil where no prefill is described.
    public let prefill: PrefillChoice?
    /// The rate that it was planned for: that of the arrivals, or, on a budget, the largest.
    public let arrivals: Arrivals
    public let service: DeploymentService
    /// Requests a second that the whole deployment bears within the limits, and what bounds them.
    public let largestRate: Double
    public let bound: ServiceBound?
    /// Other shapes within a tenth of the weight, or of the rate on a budget; best first.
    public let alternatives: [OpenPoint]
    /// Shapes of which no other is lighter and has a lower TPOT.
    public let pareto: [(point: OpenPoint, tpot: BundleService)]
    /// What one more of each limit in force brings, largest first.
    public let shadowPrices: [OpenShadowPrice]
    public let colocated: OpenColocation?
    /// nil where it is not asked for.
    public let mixed: MixedColocation?
    /// Of the plan, `colocated` and `mixed`; nil where the last is.
    public let lightest: LightestDeployment?
    /// Whether the search ended by itself: then nothing is better.
    public let isProven: Bool

    /// How far another shape falls short of the best, relative.
    public func regret(of point: OpenPoint, onBudget: Bool) -> Double {
        onBudget
            ? max(0, 1 - point.largestRate / bundles.largestRate) : max(0, 1 - bundles.weight / point.weight)
    }
}

extension OpenPlanProblem {
    public static let maximumAlternatives = 20

    /// Answers the question, or says what stands in the way.
    ///
    /// Prefill, link and bundles are bounded apart, so the lightest deployment is the lightest of each. On a budget the prefill's share
    /// of the devices is found by halving: with more of it the prefill bears more and the bundles less.
    ///
    /// - Parameter stop: asked every few microseconds of work; true ends it with `PlanError.cancelled`.
    public func solve(stop: @escaping @Sendable () -> Bool) throws(PlanError) -> OpenPlan {
        let budget = SearchBudget(stop: stop)
        let found: (result: OpenSearch.Result, prefill: PrefillChoice?, arrivals: Arrivals)?
        switch target {
        case .lightest: found = try lightest(budget)
        case .total, .each: found = largest(budget)
        }
        if budget.isCancelled { throw .cancelled }
        guard let found, let best = found.result.points.first else {
            throw .infeasible(infeasibility(budget))
        }
        let plan = finish(best, found.result, found.prefill, found.arrivals, budget)
        if budget.isCancelled { throw .cancelled }
        guard let plan else { throw .infeasible(infeasibility(budget)) }
        return plan
    }

    /// Times of the link under load; nil where none is described.
    func link(_ choice: PrefillChoice?) -> TransferStage? {
        transfer.map {
            TransferStage($0, lengths: load.lengths, prefill: choice.map { prefill[$0.kind].time })
        }
    }

    func deployed(_ bundle: SolvedBundle, bundles: Int, _ choice: PrefillChoice?) -> OpenDeployment {
        OpenDeployment(
            bundle: bundle, bundles: bundles, routing: routing,
            prefill: choice.map { PrefillPool(prefill[$0.kind].time, lengths: load.lengths) },
            prefillInstances: choice?.instances ?? 0, transfer: link(choice))
    }

    private func lightest(
        _ budget: SearchBudget
    ) throws(PlanError) -> (result: OpenSearch.Result, prefill: PrefillChoice?, arrivals: Arrivals)? {
        var choice: PrefillChoice?
        if !prefill.isEmpty {
            guard let found = lightestPrefill(arrivals) else { throw .infeasible(infeasibility(budget)) }
            choice = found
        }
        if let link = link(choice), link.utilisation(arrivals) > service.linkUtilisation {
            throw .infeasible(infeasibility(budget))
        }
        return (OpenSearch(self, budget).lightest(), choice, arrivals)
    }

    /// The lightest prefill instances that keep TTFT at a rate; nil where no number does.
    func lightestPrefill(_ arrivals: Arrivals, devices: Int = .max) -> PrefillChoice? {
        var best: PrefillChoice?
        for (index, kind) in prefill.enumerated() {
            let pool = PrefillPool(kind.time, lengths: load.lengths)
            func keeps(_ instances: Int) -> Bool {
                PrefillNeed(pool: pool, arrivals: arrivals, limits: service, routing: routing).keeps(instances)
            }
            let least = arrivals.requestsPerSecond / pool.capacity(instances: 1)
            guard least < 1e6 else { continue }
            var low = Int(least)
            var high = low + 1
            var step = 1
            while !keeps(high), high < 2_000_000 {
                low = high
                high += step
                step *= 2
            }
            guard keeps(high) else { continue }
            while high - low > 1 {
                let middle = (low + high) / 2
                if keeps(middle) { high = middle } else { low = middle }
            }
            guard high <= devices / kind.kind.devices else { continue }
            let weight = Double(high) * weight(of: kind.kind)
            if weight < best?.weight ?? .infinity {
                best = PrefillChoice(kind: index, instances: high, weight: weight)
            }
        }
        return best
    }
}
