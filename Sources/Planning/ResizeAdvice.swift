/// Whether to change what runs now. Advisory and deterministic.
public struct ResizeAdvice: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case keep, resize
    }

    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// It is already the best.
        case optimal
        /// A change would bring less than the threshold.
        case withinHysteresis = "within_hysteresis"
        /// A change brings enough.
        case worthwhile
        /// What runs breaks a limit.
        case breaksLimit = "breaks_limit"
        /// What runs cannot meet the demand.
        case belowDemand = "below_demand"
    }

    /// What runs now.
    public struct Current: Hashable, Sendable {
        public var attentionInstances: Int
        public var ffnInstances: Int
        /// B; nil for the best one.
        public var batchSize: Int?

        public init(attentionInstances: Int, ffnInstances: Int, batchSize: Int? = nil) {
            self.attentionInstances = attentionInstances
            self.ffnInstances = ffnInstances
            self.batchSize = batchSize
        }
    }

    public let action: Action
    public let reason: Reason
    /// One sentence.
    public let sentence: String
    /// Relative gain in the score of changing; 0 where nothing is gained, nil where what runs cannot be compared.
    public let gain: Double?
    /// What runs now, where it can be evaluated.
    public let current: BundlePoint?
}

extension PlanProblem {
    /// Compares what runs with the plan: `current` as one pool, whose ratio its bundles share.
    ///
    /// What runs is taken as bundles of ⌊a/f⌋ or ⌈a/f⌉ Attention instances around each FFN instance; the larger bundle sets
    /// the pace. It is scored as the plan is: under a demand by the weight of its instances, else by its throughput.
    ///
    /// - Parameters:
    ///   - current: what runs now.
    ///   - plan: the best plan for the same problem.
    ///   - threshold: the relative gain below which nothing is changed.
    public func advice(current: ResizeAdvice.Current, plan: Plan, threshold: Double) -> ResizeAdvice {
        let best = plan.best
        let percent = { (value: Double) in "\((value * 1000).rounded() / 10) %" }
        let a = current.attentionInstances
        let f = current.ffnInstances
        let largest = (a + f - 1) / f
        var limits = self.limits
        limits.maximumRatio = max(limits.maximumRatio, largest)
        limits.batchSize = current.batchSize ?? self.limits.batchSize
        limits.microbatches = [best.microbatches]
        let pair = pairs[best.pair]
        // Throughput of the pool at the largest bundle's pace, at the best batch that the limits allow there.
        let evaluator = BundleEvaluator(
            PlanProblem.instances(pairs: [pair], limits: limits), pair: 0, ffn: 1, microbatches: best.microbatches,
            largestNormal: LargestNormal())
        guard largest >= 1, let point = bestBatch(evaluator, limits: limits, pair: pair, attention: largest) else {
            return ResizeAdvice(
                action: .resize, reason: .breaksLimit,
                sentence: "What runs breaks a limit at every batch; the plan does not.", gain: nil, current: nil)
        }
        let pool = point.throughput * Double(a) / Double(largest)
        let fleet = Fleet(self, pair: pair)
        let gain: Double
        switch target {
        case .demand(let tokens, let spares):
            if pool < tokens {
                return ResizeAdvice(
                    action: .resize, reason: .belowDemand,
                    sentence: "What runs gives \(percent(pool / tokens)) of the demand.", gain: tokens / pool - 1,
                    current: point)
            }
            // The same demand at less weight.
            let now = fleet.weight(attention: a, ffn: f)
            let planned = fleet.weight(
                attention: best.bundles * best.attentionInstances + spares,
                ffn: best.bundles * best.ffnInstances + spares)
            gain = now / planned - 1
        case .total, .each: gain = best.score / pool - 1
        case .shape: gain = best.score / (pool / fleet.weight(attention: a, ffn: f)) - 1
        }
        if gain <= 1e-9 {
            return ResizeAdvice(
                action: .keep, reason: .optimal, sentence: "What runs is as good as the plan.", gain: 0, current: point)
        }
        if gain < threshold {
            return ResizeAdvice(
                action: .keep, reason: .withinHysteresis,
                sentence: "A change would bring \(percent(gain)), less than the threshold of \(percent(threshold)).",
                gain: gain, current: point)
        }
        return ResizeAdvice(
            action: .resize, reason: .worthwhile, sentence: "A change brings \(percent(gain)).", gain: gain,
            current: point)
    }

    private func bestBatch(
        _ evaluator: BundleEvaluator, limits: PlanLimits, pair: InstancePair, attention: Int
    ) -> BundlePoint? {
        var problem = PlanProblem.instances(pairs: [pair], limits: limits)
        guard let range = BundleSearch.batches(problem, pair, microbatches: evaluator.microbatches) else { return nil }
        if range.batches.count == 1 {
            return evaluator.point(attention: attention, batchSize: range.step * range.batches.lowerBound)
        }
        var fixed = limits
        fixed.maximumRatio = attention
        fixed.maximumFFNInstances = 1
        problem = problem.with(limits: fixed)
        return BundleSearch(problem).best(attention: attention)
    }
}
