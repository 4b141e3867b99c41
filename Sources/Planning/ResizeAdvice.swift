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
        /// It can, but only with the instances that were to be spare.
        case withoutSpares = "without_spares"
        /// What runs takes more devices than there are to be.
        case overBudget = "over_budget"
        /// A change would bring no more than the accuracy of the numbers.
        case tie
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

    init(_ action: Action, _ reason: Reason, _ sentence: String, gain: Double?, current: BundlePoint?) {
        self.action = action
        self.reason = reason
        self.sentence = sentence
        self.gain = gain
        self.current = current
    }
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
    ///   - stop: asked every few microseconds of work; true ends it, and the advice is then of no use.
    public func advice(
        current: ResizeAdvice.Current, plan: Plan, threshold: Double, stop: @escaping @Sendable () -> Bool = { false }
    ) -> ResizeAdvice {
        let budget = SearchBudget(stop: stop)
        let best = plan.best
        let a = current.attentionInstances
        let f = current.ffnInstances
        let pair = pairs[best.pair]
        if let excess = overBudget(attention: a, ffn: f, pair) {
            return ResizeAdvice(.resize, .overBudget, "What runs takes \(excess).", gain: nil, current: nil)
        }
        if let rule = brokenRule(attention: a, ffn: f, pair) {
            return ResizeAdvice(.resize, .breaksLimit, "What runs has \(rule).", gain: nil, current: nil)
        }
        guard let now = pool(attention: a, ffn: f, batchSize: current.batchSize, like: best, budget) else {
            return ResizeAdvice(
                .resize, .breaksLimit, "What runs breaks a limit at every batch; the plan does not.", gain: nil,
                current: nil)
        }
        let fleet = Fleet(self, pair: pair)
        let gain: Double
        switch target {
        case .demand(let tokens, let spares):
            if now.throughput < tokens {
                return ResizeAdvice(
                    .resize, .belowDemand, "What runs gives \(Self.percent(now.throughput / tokens)) of the demand.",
                    gain: tokens / now.throughput - 1, current: now.point)
            }
            let working = pool(
                attention: a - spares, ffn: f - spares, batchSize: current.batchSize, like: best, budget)
            let rest = working?.throughput ?? 0
            if spares > 0, rest < tokens {
                return ResizeAdvice(
                    .resize, .withoutSpares,
                    "Without \(spares) spare of each kind what runs gives \(Self.percent(rest / tokens)) of the demand.",
                    gain: nil, current: now.point)
            }
            // The same demand at less weight.
            let weight = fleet.weight(attention: a, ffn: f)
            let planned = fleet.weight(
                attention: best.bundles * best.attentionInstances + spares,
                ffn: best.bundles * best.ffnInstances + spares)
            gain = weight / planned - 1
        case .total, .each: gain = best.score / now.throughput - 1
        case .shape: gain = best.score / (now.throughput / fleet.weight(attention: a, ffn: f)) - 1
        }
        return judge(gain: gain, threshold: threshold, accuracy: pair.accuracy, current: now.point)
    }

    private static func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10) %" }

    private func judge(gain: Double, threshold: Double, accuracy: Double, current: BundlePoint) -> ResizeAdvice {
        if gain <= 1e-9 {
            return ResizeAdvice(.keep, .optimal, "What runs is as good as the plan.", gain: 0, current: current)
        }
        let brings = "A change would bring \(Self.percent(gain))"
        if gain <= accuracy {
            return ResizeAdvice(
                .keep, .tie,
                "\(brings), no more than the \(Self.percent(accuracy)) that these numbers are accurate to.",
                gain: gain, current: current)
        }
        if gain < threshold {
            return ResizeAdvice(
                .keep, .withinHysteresis, "\(brings), less than the threshold of \(Self.percent(threshold)).",
                gain: gain, current: current)
        }
        return ResizeAdvice(
            .resize, .worthwhile, "A change brings \(Self.percent(gain)).", gain: gain, current: current)
    }

    /// What runs beyond the budget, in words.
    private func overBudget(attention a: Int, ffn f: Int, _ pair: InstancePair) -> String? {
        let (attention, ffn) = (devices(a, pair.attention), devices(f, pair.ffn))
        switch target {
        case .shape, .demand: return nil
        case .total(let total):
            return attention + ffn > total ? "\(attention + ffn) devices, \(total) are allowed" : nil
        case .each(let attentionDevices, let ffnDevices):
            if attention > attentionDevices {
                return "\(attention) Attention devices, \(attentionDevices) are allowed"
            }
            return ffn > ffnDevices ? "\(ffn) FFN devices, \(ffnDevices) are allowed" : nil
        }
    }

    /// The rule about ranks that what runs breaks, in words.
    private func brokenRule(attention a: Int, ffn f: Int, _ pair: InstancePair) -> String? {
        let (attention, ffn) = (a * pair.attention.devices, f * pair.ffn.devices)
        if limits.rankRule == .multiple, attention % ffn != 0 {
            return "\(attention) Attention ranks, no multiple of its \(ffn) FFN ranks"
        }
        guard limits.attentionRanksAtLeastFFN || limits.rankRule != nil, attention < ffn else { return nil }
        return "\(attention) Attention ranks, fewer than its \(ffn) FFN ranks"
    }

    /// The pool's throughput at the pace of its larger bundle, at the best batch that the limits allow there; nil where none is.
    private func pool(
        attention a: Int, ffn f: Int, batchSize: Int?, like best: BundlePoint, _ budget: SearchBudget
    ) -> (point: BundlePoint, throughput: Double)? {
        guard a >= 1, f >= 1 else { return nil }
        let largest = (a + f - 1) / f
        var limits = self.limits
        limits.maximumRatio = max(limits.maximumRatio, largest)
        limits.batchSize = batchSize ?? self.limits.batchSize
        limits.microbatches = [best.microbatches]
        // Of one FFN instance and its block; the rules about ranks are those of the whole pool.
        limits.attentionRanksAtLeastFFN = false
        if limits.rankRule == .multiple { limits.rankRule = nil }
        guard
            let point = bestBatch(
                limits: limits, pair: pairs[best.pair], attention: largest, best.microbatches, budget)
        else { return nil }
        return (point, point.throughput * Double(a) / Double(largest))
    }

    private func bestBatch(
        limits: PlanLimits, pair: InstancePair, attention: Int, _ microbatches: Int?, _ budget: SearchBudget
    ) -> BundlePoint? {
        let problem = PlanProblem.instances(pairs: [pair], limits: limits)
        guard let range = BundleSearch.batches(problem, pair, microbatches: microbatches) else { return nil }
        if range.batches.count == 1 {
            return BundleEvaluator(
                problem, pair: 0, ffn: 1, microbatches: microbatches, largestNormal: LargestNormal()
            ).point(attention: attention, batchSize: range.step * range.batches.lowerBound)
        }
        var fixed = limits
        fixed.maximumRatio = attention
        fixed.maximumFFNInstances = 1
        return BundleSearch(problem.with(limits: fixed), budget).best(attention: attention)
    }
}
