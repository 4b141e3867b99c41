extension PlanProblem {
    /// What one more unit of each limit that the best point stands near would bring, by solving again with it.
    func shadowPrices(of best: BundlePoint, _ budget: SearchBudget) -> [ShadowPrice] {
        let base = restricted(to: best)
        let pair = base.pairs[0]
        let fits = pair.memory?.largestBatch(microbatches: best.microbatches ?? 1)
        var prices: [ShadowPrice] = []
        func add(_ limit: ShadowPrice.Limit, _ problem: PlanProblem) {
            guard let point = BundleSearch(problem, budget).best() else { return }
            prices.append(ShadowPrice(limit: limit, gain: max(0, point.score / best.score - 1)))
        }
        if let fits, limits.batchSize == nil, fits <= limits.maximumBatch {
            add(.kvMemory, base.with(pairs: [pair.withMoreMemory(1e9)]))
        }
        if let tpot = limits.tpot {
            var looser = limits
            looser.tpot = tpot + 1000
            add(.tpot, base.with(limits: looser))
        }
        let largest = limits.batchSize ?? limits.maximumBatch
        if best.batchSize + pair.batchStep > largest, fits.map({ $0 > best.batchSize }) ?? true {
            var looser = limits
            looser.batchSize = limits.batchSize.map { $0 + 1 }
            looser.maximumBatch = max(limits.maximumBatch + pair.batchStep, looser.batchSize ?? 1)
            add(.batchSize, base.with(limits: looser))
        }
        if best.attentionInstances == limits.maximumRatio {
            var looser = limits
            looser.maximumRatio += 1
            add(.ratio, base.with(limits: looser))
        }
        switch target {
        case .shape, .demand: break
        case .total(let devices):
            add(.devices, base.with(target: .total(devices: devices + max(pair.attention.devices, pair.ffn.devices))))
        case .each(let attention, let ffn):
            add(.attentionDevices, base.with(target: .each(attention: attention + pair.attention.devices, ffn: ffn)))
            add(.ffnDevices, base.with(target: .each(attention: attention, ffn: ffn + pair.ffn.devices)))
        }
        return prices.enumerated().sorted { ($1.element.gain, $0.offset) < ($0.element.gain, $1.offset) }
            .map(\.element)
    }
}
