import Sizing

extension OpenPlanProblem {
    /// The plan around the best bundles: the batch at which they bear most, and what stands beside.
    func finish(
        _ best: OpenPoint, _ result: OpenSearch.Result, _ choice: PrefillChoice?, _ arrivals: Arrivals,
        _ budget: SearchBudget
    ) -> OpenPlan? {
        let isProven = result.isProven && !budget.isExhausted
        let evaluator = OpenEvaluator(self, budget)
        func finished(_ point: OpenPoint) -> OpenPoint {
            // On a budget that is how it was found.
            guard point.largestRate == 0 else { return point }
            let (solved, rate, bound) = evaluator.largestRate(point.solved, pair: point.pair, bundles: point.bundles)
            return OpenPoint(
                pair: point.pair, bundles: point.bundles, weight: point.weight, largestRate: rate, bound: bound,
                solved: solved)
        }
        let point = finished(best)
        let deployment = deployed(point.solved, bundles: point.bundles, choice)
        guard let given = deployment.service(arrivals, service) else { return nil }
        let (rate, bound) = deployment.largestRate(like: arrivals, service)
        let onBudget = target != .lightest
        let near = result.points.dropFirst().filter { other in
            let isOther =
                other.attentionInstances != point.attentionInstances || other.ffnInstances != point.ffnInstances
                || other.pair != point.pair
            return isOther
                && (onBudget ? other.largestRate >= 0.9 * best.largestRate : other.weight <= 1.1 * best.weight)
        }
        var shapes: Set<BundleShape> = []
        let alternatives = near.filter {
            shapes.insert(BundleShape(pair: $0.pair, attention: $0.attentionInstances, ffn: $0.ffnInstances)).inserted
        }.prefix(Self.maximumAlternatives).map(finished)
        let colocated = colocation(point, arrivals, budget)
        let mixed = mixedColocation(point, choice, arrivals, budget)
        return OpenPlan(
            bundles: point, prefill: choice, arrivals: arrivals, service: given, largestRate: rate, bound: bound,
            alternatives: alternatives, pareto: pareto(result.points, arrivals),
            shadowPrices: shadowPrices(point, choice, arrivals, rate: rate, budget),
            colocated: colocated, mixed: mixed,
            lightest: mixed.map { lightest(point, choice, colocated, $0) },
            isProven: isProven)
    }

    /// Of what was found for the rate: by rising weight, each with a lower TPOT than all lighter ones.
    private func pareto(_ points: [OpenPoint], _ arrivals: Arrivals) -> [(point: OpenPoint, tpot: BundleService)] {
        var front: [(point: OpenPoint, tpot: BundleService)] = []
        for point in points.sorted(by: { $0.weight < $1.weight }) where front.count < 32 {
            let deployment = OpenDeployment(bundle: point.solved, bundles: point.bundles, routing: routing)
            guard let service = deployment.bundleService(arrivals),
                deployment.bundleBound(arrivals, self.service) == nil
            else { continue }
            if service.meanTPOT < front.last?.tpot.meanTPOT ?? .infinity { front.append((point, service)) }
        }
        return front
    }

    /// What stands in the way of any deployment.
    func infeasibility(_ budget: SearchBudget) -> Infeasibility {
        var conflicts: [Infeasibility.Conflict] = []
        func text(_ time: Double) -> String { "\((time / 10).rounded() / 100) ms" }
        if !prefill.isEmpty, let limit = service.ttft, lightestPrefill(arrivals.scaled(by: 1e-6)) == nil {
            let least =
                prefill.map { kind in
                    let times = PrefillPool(kind.time, lengths: load.lengths).times
                    return limit.percentile.fraction.map { times.percentile($0) } ?? times.mean
                }.min() ?? 0
            conflicts.append(
                .init(
                    field: "limits.ttft_ms",
                    detail: "the \(limit.percentile.rawValue) prefill alone takes \(text(least)), without any wait: "
                        + "\(text(least - limit.time)) over the bound"))
        }
        if let link = link(nil), target == .lightest, link.utilisation(arrivals) > service.linkUtilisation {
            let share = (link.utilisation(arrivals) * 1000).rounded() / 10
            conflicts.append(
                .init(
                    field: "transfer.bandwidth_gb_s",
                    detail: "the link would be busy \(share) % of the time with the caches of these arrivals, "
                        + "\((service.linkUtilisation * 1000).rounded() / 10) % are allowed"))
        }
        guard conflicts.isEmpty else { return Infeasibility(conflicts: conflicts) }
        let saturatedTarget: FleetTarget =
            switch target {
            case .lightest: .shape
            case .total(let devices): .total(devices: devices)
            case .each(let attention, let ffn, _): .each(attention: attention, ffn: ffn)
            }
        if let saturated = atConstantLoad(target: saturatedTarget) {
            let search = BundleSearch(saturated, budget)
            if search.best() == nil { return saturated.infeasibility(search, budget) }
        }
        let field =
            service.wait != nil
            ? "limits.wait_ms" : service.tpot != nil ? "limits.tpot_ms" : "arrivals.requests_per_second"
        return Infeasibility(
            conflicts: [
                .init(
                    field: field,
                    detail: target == .lightest
                        ? "no number of bundles keeps the limits at the rate"
                        : "no deployment of these devices keeps the limits at any rate")
            ])
    }
}
