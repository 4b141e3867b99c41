import Sizing

extension PlanProblem {
    /// What stands in the way, from the smallest deployment there could be.
    func infeasibility(_ search: BundleSearch) -> Infeasibility {
        var conflicts: [Infeasibility.Conflict] = []
        conflicts += memoryConflicts()
        if search.spaces.isEmpty {
            if limits.attentionRanksAtLeastFFN, conflicts.isEmpty {
                conflicts.append(
                    .init(
                        field: "max_ratio",
                        detail:
                            "leaves no bundle with at least as many Attention ranks as FFN ranks; the smallest needs "
                            + "\(leastRatio) Attention instances"))
            }
            return Infeasibility(conflicts: conflicts)
        }
        conflicts += budgetConflicts()
        conflicts += tpotConflicts()
        if conflicts.isEmpty {
            conflicts.append(
                .init(
                    field: "devices",
                    detail: "and the limits exclude each other: each can be met alone, no bundle meets both; "
                        + "\(smallestWithoutTPOT)"))
        }
        return Infeasibility(conflicts: conflicts)
    }

    private var leastRatio: Int {
        pairs.map { ($0.ffn.devices + $0.attention.devices - 1) / $0.attention.devices }.min() ?? 1
    }

    private static func gigabytes(_ bytes: Double) -> String { "\((bytes / 1e8).rounded() / 10) GB" }

    private static func milliseconds(_ time: Double) -> String { "\((time / 10).rounded() / 100) ms" }

    /// Only where no pair has room: a pair that fits makes the others' memory no conflict.
    private func memoryConflicts() -> [Infeasibility.Conflict] {
        var conflicts: [Infeasibility.Conflict] = []
        for pair in pairs {
            guard let memory = pair.memory else { return [] }
            var fits = true
            if !memory.ffnFits {
                fits = false
                conflicts.append(
                    .init(
                        field: "hardware.ffn",
                        detail: "the FFN weights need \(Self.gigabytes(memory.ffnWeights)) on each device of "
                            + "\(pair.ffn.device ?? "the instance"), \(Self.gigabytes(memory.ffnUsable)) are usable: "
                            + "\(Self.gigabytes(memory.ffnWeights - memory.ffnUsable)) too much"))
            }
            let batch = limits.batchSize ?? pair.batchStep
            let fewest = limits.microbatches.map { $0 ?? 1 }.min() ?? 1
            let need = memory.attentionNeed(batchSize: batch, microbatches: fewest)
            if need > memory.attentionUsable {
                fits = false
                conflicts.append(
                    .init(
                        field: limits.batchSize == nil ? "hardware.attention" : "batch_size",
                        detail: "weights and cache of \(batch) request\(batch == 1 ? "" : "s") an instance need "
                            + "\(Self.gigabytes(need)) on each Attention device, \(Self.gigabytes(memory.attentionUsable)) "
                            + "are usable: \(Self.gigabytes(need - memory.attentionUsable)) too much"))
            }
            if let batch = limits.batchSize, batch > limits.maximumBatch {
                fits = false
                conflicts.append(
                    .init(field: "batch_size", detail: "is \(batch), limits.max_batch \(limits.maximumBatch)"))
            }
            if fits { return [] }
        }
        return conflicts
    }

    /// The least TPOT that any bundle has, where that is over the bound.
    private func tpotConflicts() -> [Infeasibility.Conflict] {
        guard let limit = limits.tpot else { return [] }
        var free = limits
        free.tpot = nil
        let problem = PlanProblem.instances(pairs: pairs, limits: free)
        let search = BundleSearch(problem)
        var least: BundlePoint?
        func tpot(_ point: BundlePoint) -> Double { limits.percentile == .mean ? point.tpot : point.tpot99 }
        // τ never falls with x or B: the least is at the smallest of both.
        for space in search.spaces {
            guard
                let point = space.evaluator.point(
                    attention: space.x.lowerBound, batchSize: space.batches.lowerBound * space.step)
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
            guard let x = BundleSearch.ratios(self, pair, ffn: 1)?.lowerBound else { continue }
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
    private var smallestWithoutTPOT: String {
        var free = limits
        free.tpot = nil
        guard let limit = limits.tpot, let point = BundleSearch(with(limits: free)).best() else {
            return "no bundle of these devices meets the demand"
        }
        let time = limits.percentile == .mean ? point.tpot : point.tpot99
        return
            "within the budget the TPOT is \(Self.milliseconds(time)), \(Self.milliseconds(time - limit)) over the bound"
    }
}
