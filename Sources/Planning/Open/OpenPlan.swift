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
    /// What a tenth more of each limit in force would add to the largest rate, relative; largest first.
    public let shadowPrices: [(bound: ServiceBound, gain: Double)]
    public let colocated: OpenColocation?
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
        case .total, .each: found = try largest(budget)
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

    private func largest(
        _ budget: SearchBudget
    ) throws(PlanError) -> (result: OpenSearch.Result, prefill: PrefillChoice?, arrivals: Arrivals)? {
        func bundles(_ target: FleetTarget, near: Double = 0.9) -> OpenSearch.Result {
            OpenSearch(self, budget).largest(target, near: near)
        }
        func rate(_ choice: PrefillChoice) -> Double {
            PrefillNeed(
                pool: PrefillPool(prefill[choice.kind].time, lengths: load.lengths), arrivals: arrivals,
                limits: service, routing: routing
            ).largestRate(choice.instances)
        }
        let linkRate = link(nil).map { $0.capacity * service.linkUtilisation } ?? .infinity
        func answer(
            _ result: OpenSearch.Result, _ choice: PrefillChoice?
        ) -> (result: OpenSearch.Result, prefill: PrefillChoice?, arrivals: Arrivals)? {
            guard let best = result.points.first else { return nil }
            let most = min(best.largestRate, choice.map(rate) ?? .infinity, linkRate)
            guard most > 0 else { return nil }
            // A little below the edge, so that every limit holds there.
            return (result, choice, arrivals.scaled(by: most * (1 - 1e-4) / arrivals.requestsPerSecond))
        }
        switch target {
        case .lightest: return nil
        case .each(let attention, let ffn, let devices):
            let result = bundles(.each(attention: attention, ffn: ffn))
            guard !prefill.isEmpty else { return answer(result, nil) }
            let choices = prefill.enumerated().compactMap { index, kind -> PrefillChoice? in
                let instances = (devices ?? 0) / kind.kind.devices
                guard instances > 0 else { return nil }
                return PrefillChoice(
                    kind: index, instances: instances, weight: Double(instances) * weight(of: kind.kind))
            }
            guard let best = choices.max(by: { rate($0) < rate($1) }) else { return nil }
            return answer(result, best)
        case .total(let total):
            guard !prefill.isEmpty else { return answer(bundles(.total(devices: total)), nil) }
            var best: (result: OpenSearch.Result, prefill: PrefillChoice?, arrivals: Arrivals)?
            var left = total
            for index in prefill.indices {
                let kind = prefill[index].kind
                func split(_ instances: Int) -> (OpenSearch.Result, PrefillChoice) {
                    let choice = PrefillChoice(
                        kind: index, instances: instances, weight: Double(instances) * weight(of: kind))
                    return (bundles(.total(devices: total - instances * kind.devices), near: 1), choice)
                }
                var (low, high) = (0, (total - 1) / kind.devices + 1)
                while high - low > 1 {
                    let middle = (low + high) / 2
                    let (result, choice) = split(middle)
                    if let found = answer(result, choice),
                        found.arrivals.requestsPerSecond > best?.arrivals.requestsPerSecond ?? 0
                    {
                        best = found
                        left = total - middle * kind.devices
                    }
                    let decoding = result.points.first?.largestRate ?? 0
                    if rate(choice) < min(decoding, linkRate) { low = middle } else { high = middle }
                }
            }
            // Those near it are listed for the best split alone.
            guard let best else { return nil }
            return answer(bundles(.total(devices: left)), best.prefill) ?? best
        }
    }
}

/// What prefill instances have to keep.
struct PrefillNeed {
    let pool: PrefillPool
    let arrivals: Arrivals
    let limits: ServiceLimits
    let routing: Routing

    func keeps(_ instances: Int) -> Bool { keeps(instances, arrivals) }

    private func keeps(_ instances: Int, _ arrivals: Arrivals) -> Bool {
        guard let time = pool.timeToFirstToken(arrivals, instances: instances, routing: routing) else { return false }
        if let most = limits.prefillUtilisation, pool.utilisation(arrivals, instances: instances) > most {
            return false
        }
        guard let limit = limits.ttft else { return true }
        guard let fraction = limit.percentile.fraction else { return time.mean <= limit.time }
        return time.percentile(fraction) <= limit.time
    }

    /// Requests a second that so many instances bear.
    func largestRate(_ instances: Int) -> Double {
        var (low, high) = (0.0, pool.capacity(instances: instances))
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if keeps(instances, arrivals.scaled(by: middle / arrivals.requestsPerSecond)) {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }
}
