import Sizing

/// Whether to change an open deployment that runs now. Advisory and deterministic.
public struct OpenAdvice: Sendable {
    /// What runs now.
    public struct Current: Hashable, Sendable {
        public var attentionInstances: Int
        public var ffnInstances: Int
        /// 0 where no prefill is described.
        public var prefillInstances: Int
        /// B; nil for the best one.
        public var batchSize: Int?

        public init(attentionInstances: Int, ffnInstances: Int, prefillInstances: Int = 0, batchSize: Int? = nil) {
            self.attentionInstances = attentionInstances
            self.ffnInstances = ffnInstances
            self.prefillInstances = prefillInstances
            self.batchSize = batchSize
        }
    }

    public let action: ResizeAdvice.Action
    public let reason: ResizeAdvice.Reason
    /// One sentence.
    public let sentence: String
    /// How much heavier what runs is than the plan, relative; nil where it cannot be compared.
    public let gain: Double?
    /// Requests a second that it bears within the limits; nil where it cannot be evaluated.
    public let largestRate: Double?
}

extension OpenPlanProblem {
    /// Compares what runs with the plan at the rate of arrivals: as bundles of ⌈a/f⌉ Attention instances around one FFN instance, of
    /// the plan's devices and microbatches, as many as its Attention instances make.
    ///
    /// - Parameters:
    ///   - threshold: the relative gain below which nothing is changed.
    ///   - plan: the plan that was found.
    ///   - current: what runs now.
    public func advice(current: OpenAdvice.Current, plan: OpenPlan, threshold: Double) -> OpenAdvice {
        let best = plan.bundles
        let pair = pairs[best.pair]
        let x = (current.attentionInstances + current.ffnInstances - 1) / current.ffnInstances
        let bundles = max(1, current.attentionInstances / x)
        let evaluator = OpenEvaluator(self, SearchBudget())
        let shape = BundleShape(pair: best.pair, attention: x, ffn: 1)
        guard var solved = evaluator.bundle(shape, microbatches: best.microbatches) else {
            return OpenAdvice(
                action: .resize, reason: .breaksLimit, sentence: "What runs does not fit: no batch is allowed.",
                gain: nil, largestRate: nil)
        }
        if let batch = current.batchSize {
            solved = solved.limited(batchSize: batch)
        } else {
            solved = evaluator.largestRate(solved, pair: best.pair, bundles: bundles).bundle
        }
        let choice = plan.prefill.map {
            PrefillChoice(
                kind: $0.kind, instances: current.prefillInstances,
                weight: Double(current.prefillInstances) * weight(of: prefill[$0.kind].kind))
        }
        let deployment = deployed(solved, bundles: bundles, choice)
        if choice?.instances == 0 {
            return OpenAdvice(
                action: .resize, reason: .belowDemand, sentence: "What runs has no prefill instance.", gain: nil,
                largestRate: 0)
        }
        let (rate, _) = deployment.largestRate(like: plan.arrivals, service)
        if let bound = deployment.bound(plan.arrivals, service) {
            let isLoad = bound == .slots || bound == .prefill || bound == .transfer
            return OpenAdvice(
                action: .resize, reason: isLoad ? .belowDemand : .breaksLimit,
                sentence: "What runs keeps the limits up to \(Self.short(rate)) requests a second only: "
                    + "\(bound.rawValue) is broken at \(Self.short(plan.arrivals.requestsPerSecond)).",
                gain: nil, largestRate: rate)
        }
        let total =
            bundleWeight(attention: current.attentionInstances, ffn: current.ffnInstances, pair) + (choice?.weight ?? 0)
        let planned = best.weight + (plan.prefill?.weight ?? 0)
        let gain = total / planned - 1
        if gain <= 1e-9 {
            return OpenAdvice(
                action: .keep, reason: .optimal, sentence: "What runs keeps every limit and is as light as the plan.",
                gain: 0, largestRate: rate)
        }
        let percent = "\((gain * 1000).rounded() / 10) %"
        guard gain >= threshold else {
            return OpenAdvice(
                action: .keep, reason: .withinHysteresis,
                sentence: "What runs is \(percent) heavier than the plan, less than the threshold.", gain: gain,
                largestRate: rate)
        }
        return OpenAdvice(
            action: .resize, reason: .worthwhile, sentence: "What runs is \(percent) heavier than the plan.",
            gain: gain, largestRate: rate)
    }

    /// To three digits.
    private static func short(_ value: Double) -> String {
        guard value > 0, value < 1e12 else { return "0" }
        var scale = 1.0
        while value * scale < 100, scale < 1e9 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
