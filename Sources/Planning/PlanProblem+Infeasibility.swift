import Sizing

extension PlanProblem {
    /// What stands in the way, from the smallest deployment there could be.
    func infeasibility(_ search: BundleSearch, _ budget: SearchBudget) -> Infeasibility {
        var conflicts: [Infeasibility.Conflict] = []
        conflicts += batchConflicts + memoryConflicts()
        if search.spaces.isEmpty {
            if conflicts.isEmpty {
                let rule =
                    limits.rankRule == .multiple
                    ? "whose Attention ranks are a multiple of its FFN ranks"
                    : "with at least as many Attention ranks as FFN ranks"
                conflicts.append(
                    .init(
                        field: "max_ratio",
                        detail: "leaves no bundle \(rule); the smallest needs \(leastRatio) Attention instances"))
            }
            return Infeasibility(conflicts: conflicts)
        }
        conflicts += budgetConflicts()
        conflicts += tpotConflicts(budget)
        if conflicts.isEmpty {
            conflicts.append(
                .init(
                    field: "devices",
                    detail: "and the limits exclude each other: each can be met alone, no bundle meets both; "
                        + "\(smallestWithoutTPOT(budget))"))
        }
        return Infeasibility(conflicts: conflicts)
    }

    private var leastRatio: Int {
        let free = with(limits: limits.withoutRatioBound)
        return pairs.compactMap { pair in
            BundleSearch.ratios(free, pair, ffn: 1).map { $0.x.lowerBound * $0.step }
        }.min() ?? 1
    }

    private static func milliseconds(_ time: Double) -> String { "\((time / 10).rounded() / 100) ms" }

    /// Of many pairs the first ones stand for all.
    private static let maximumConflicts = 16

    private var batchConflicts: [Infeasibility.Conflict] {
        guard let batch = limits.batchSize, batch > limits.maximumBatch else { return [] }
        return [.init(field: "batch_size", detail: "is \(batch), limits.max_batch \(limits.maximumBatch)")]
    }

    /// Only where no pair has room: a pair that fits makes the others' memory no conflict.
    private func memoryConflicts() -> [Infeasibility.Conflict] {
        var conflicts: [Infeasibility.Conflict] = []
        for pair in pairs {
            guard let memory = pair.memory else { return [] }
            let fewest = limits.microbatches.map { $0 ?? 1 }.min() ?? 1
            let shortages = memory.shortages(batchSize: limits.batchSize ?? pair.batchStep, microbatches: fewest)
            let fits = shortages.isEmpty
            for shortage in shortages {
                let conflict = Infeasibility.Conflict(field: shortage.field, detail: shortage.detail)
                if !conflicts.contains(conflict), conflicts.count < Self.maximumConflicts { conflicts.append(conflict) }
            }
            if fits { return [] }
        }
        return conflicts
    }

    /// The least TPOT that any bundle has, where that is over the bound.
    private func tpotConflicts(_ budget: SearchBudget) -> [Infeasibility.Conflict] {
        guard let limit = limits.tpot else { return [] }
        var free = limits
        free.tpot = nil
        let problem = PlanProblem.instances(pairs: pairs, limits: free)
        let search = BundleSearch(problem, budget)
        var least: BundlePoint?
        func tpot(_ point: BundlePoint) -> Double { limits.percentile == .mean ? point.tpot : point.tpot99 }
        // τ never falls with x or B: the least is at the smallest of both.
        for space in search.spaces {
            guard
                let point = space.evaluator.point(
                    attention: space.x.lowerBound * space.xStep, batchSize: space.batches.lowerBound * space.step)
            else { continue }
            if least.map({ tpot(point) < tpot($0) }) ?? true { least = point }
        }
        guard let least, tpot(least) > limit else { return [] }
        return [
            .init(
                field: "limits.tpot_ms",
                detail: "the \(limits.percentile.rawValue) TPOT is \(Self.milliseconds(tpot(least))) even with "
                    + "\(least.attentionInstances) Attention instance\(least.attentionInstances == 1 ? "" : "s") and a "
                    + "batch of \(least.batchSize): \(Self.milliseconds(tpot(least) - limit)) over the bound")
        ]
    }

    /// Devices of the smallest bundle, where there are fewer.
    private func budgetConflicts() -> [Infeasibility.Conflict] {
        var least: (attention: Int, ffn: Int)?
        for pair in pairs {
            guard let (range, step) = BundleSearch.ratios(self, pair, ffn: 1) else { continue }
            let x = range.lowerBound * step
            let fleet = Fleet(self, pair: pair)
            if fleet.bundles(attention: x, ffn: 1, throughput: 1) != nil { return [] }
            let need = (fleet.nodes(x, pair.attention.devices), fleet.nodes(1, pair.ffn.devices))
            if least.map({ need.0 + need.1 < $0.attention + $0.ffn }) ?? true { least = need }
        }
        guard let least else { return [] }
        let need = "the smallest bundle takes \(least.attention) Attention and \(least.ffn) FFN devices"
        switch target {
        case .shape, .demand: return []
        case .total(let devices):
            let missing = least.attention + least.ffn - devices
            return [.init(field: "devices.total", detail: "\(need): \(missing) more than \(devices)")]
        case .each(let attention, let ffn):
            var conflicts: [Infeasibility.Conflict] = []
            if least.attention > attention {
                conflicts.append(
                    .init(
                        field: "devices.attention", detail: "\(need): \(least.attention - attention) more than given"))
            }
            if least.ffn > ffn {
                conflicts.append(
                    .init(field: "devices.ffn", detail: "\(need): \(least.ffn - ffn) more than given"))
            }
            return conflicts
        }
    }

    /// What the budget allows without the TPOT bound, as a clause.
    private func smallestWithoutTPOT(_ budget: SearchBudget) -> String {
        var free = limits
        free.tpot = nil
        guard let limit = limits.tpot, let point = BundleSearch(with(limits: free), budget).best() else {
            return "no bundle of these devices meets the demand"
        }
        let time = limits.percentile == .mean ? point.tpot : point.tpot99
        return
            "within the budget the TPOT is \(Self.milliseconds(time)), \(Self.milliseconds(time - limit)) over the bound"
    }
}
