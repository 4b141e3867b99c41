import Sizing

/// A budget of devices as it is used: what is prefilled on, and what is left to the bundles.
struct BudgetSplit {
    /// nil where no prefill is described.
    let prefill: PrefillChoice?
    let decode: FleetTarget
    /// Requests a second that it bears.
    let rate: Double
}

extension OpenPlanProblem {
    /// What bears the largest rate on the devices of the target; nil where nothing bears any.
    func largest(
        _ budget: SearchBudget
    ) -> (result: OpenSearch.Result, prefill: PrefillChoice?, arrivals: Arrivals)? {
        guard let split = onlySplit ?? split(budget) else { return nil }
        // Those near it are listed for the best split alone.
        let result = OpenSearch(self, budget).largest(split.decode, needed: split.rate)
        guard let best = result.points.first else { return nil }
        let rate = min(best.largestRate, withoutBundles(split.prefill))
        guard rate > 0 else { return nil }
        // A little below the edge, so that every limit holds there.
        return (result, split.prefill, arrivals.scaled(by: rate * (1 - 1e-4) / arrivals.requestsPerSecond))
    }

    /// The split of the budget that bears most; nil where none bears more than `floor` requests a second.
    func split(_ budget: SearchBudget, above floor: Double = 0) -> BudgetSplit? {
        let search = OpenSearch(self, budget)
        var best: BudgetSplit?
        /// Looks at one split; whether its bundles bear as much as its prefill, or more of that is needed to be better at all.
        func isPrefillShort(_ choice: PrefillChoice?, _ decode: FleetTarget) -> Bool {
            let least = best?.rate ?? floor
            let enough = withoutBundles(choice)
            guard enough > least else { return true }
            let rate = search.largestRate(decode, above: least, enough: enough)
            if rate > least { best = BudgetSplit(prefill: choice, decode: decode, rate: rate) }
            return rate >= enough
        }
        if let only = onlySplit {
            _ = isPrefillShort(only.prefill, only.decode)
            return best
        }
        guard case .total(let total) = target else { return nil }
        for index in prefill.indices {
            // With more prefill instances these bear more, and the bundles less.
            let devices = prefill[index].kind.devices
            var (low, high) = (0, (total - 1) / devices + 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if isPrefillShort(choice(index, middle), .total(devices: total - middle * devices)) {
                    low = middle
                } else {
                    high = middle
                }
            }
        }
        return best
    }

    /// Where the target leaves nothing to divide, with the rate that prefill and link bear; nil where it does, or allows nothing.
    private var onlySplit: BudgetSplit? {
        switch target {
        case .lightest: return nil
        case .total(let total):
            guard prefill.isEmpty else { return nil }
            return BudgetSplit(prefill: nil, decode: .total(devices: total), rate: withoutBundles(nil))
        case .each(let attention, let ffn, let devices):
            let choices = prefill.indices.map { choice($0, (devices ?? 0) / prefill[$0].kind.devices) }
                .filter { $0.instances > 0 }
            guard prefill.isEmpty || !choices.isEmpty else { return nil }
            let best = choices.max { withoutBundles($0) < withoutBundles($1) }
            return BudgetSplit(
                prefill: best, decode: .each(attention: attention, ffn: ffn), rate: withoutBundles(best))
        }
    }

    private func choice(_ index: Int, _ instances: Int) -> PrefillChoice {
        PrefillChoice(
            kind: index, instances: instances, weight: Double(instances) * weight(of: prefill[index].kind))
    }

    /// Requests a second that prefill instances and link bear, whatever the bundles do.
    private func withoutBundles(_ choice: PrefillChoice?) -> Double {
        let link = link(nil).map { $0.capacity * service.linkUtilisation } ?? .infinity
        guard let choice else { return link }
        let need = PrefillNeed(
            pool: PrefillPool(prefill[choice.kind].time, lengths: load.lengths), arrivals: arrivals, limits: service,
            routing: routing)
        return min(link, need.largestRate(choice.instances))
    }
}
