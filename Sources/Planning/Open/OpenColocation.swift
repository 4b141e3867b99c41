import Sizing

/// Decoding without the split: instances that do Attention and FFN one after the other, at the same rate and limits.
public struct OpenColocation: Hashable, Sendable {
    /// Instances of the plan's Attention kind; nil where no number of them keeps the limits.
    public let instances: Int?
    /// How much heavier they are than the plan's bundles, relative; below 0 where lighter.
    public let gain: Double?
    public let batchSize: Int?
    /// Mean, microseconds.
    public let tpot: Double?
    public let verdict: Colocation.Verdict
}

extension OpenPlanProblem {
    /// The lightest colocated deployment: each instance with the whole FFN, or, for a description, with the experts spread over as many
    /// instances as a bundle has.
    func colocation(_ best: OpenPoint, _ arrivals: Arrivals, _ budget: SearchBudget) -> OpenColocation? {
        let pair = pairs[best.pair]
        let candidates = ColocatedInstance.candidates(pair, instances: best.attentionInstances + best.ffnInstances)
        guard !candidates.isEmpty else { return nil }
        guard let saturated = atConstantLoad(target: .shape),
            let alone = try? OpenPlanProblem(
                pairs: pairs, load: load, limits: limits, service: service, objective: objective, arrivals: arrivals,
                routing: routing)
        else { return nil }
        let weights = saturated.weights(of: pair)
        let evaluator = OpenEvaluator(alone, budget)
        var found: (instances: Int, bundle: SolvedBundle, groups: Int)?
        for candidate in candidates {
            budget.look()
            guard !budget.isCancelled, let bundle = candidate.open(load, limits) else { continue }
            let most = found.map { ($0.instances - 1) / candidate.group } ?? 1_000_000
            guard most > 0, let groups = evaluator.fewest(bundle, pair: best.pair, atMost: most) else { continue }
            found = (groups * candidate.group, bundle, groups)
        }
        guard let found else {
            return OpenColocation(
                instances: nil, gain: nil, batchSize: nil, tpot: nil, verdict: .colocatedInfeasible)
        }
        let gain = Double(found.instances) * weights.attention / best.weight - 1
        let service = OpenDeployment(bundle: found.bundle, bundles: found.groups, routing: routing)
            .bundleService(arrivals)
        return OpenColocation(
            instances: found.instances, gain: gain, batchSize: found.bundle.bundle.batchSize, tpot: service?.meanTPOT,
            verdict: abs(gain) <= pair.accuracy ? .tie : gain > 0 ? .disaggregate : .doNotDisaggregate)
    }
}

extension ColocatedInstance {
    /// As an open bundle of `group` instances whose steps are t_A + t_F, and t_C where there is a link between their ranks.
    func open(_ load: OpenLoad, _ limits: PlanLimits) -> SolvedBundle? {
        let batch = limits.batchSize.map { min($0, largestBatch(limits)) } ?? largestBatch(limits)
        guard batch >= 1 else { return nil }
        let (pair, ratio) = (pair, Double(group))
        let hasLink = if case .derived = pair.latencies { true } else { false }
        let made = try? OpenBundle(
            attentionInstances: group, batchSize: batch, load: load, tokensPerStep: pair.tokensPerStep,
            batchStep: min(batch, pair.batchStep)
        ) { pair.stagesIfAny(batchSize: $0)?.inSequence(ratio: ratio, batchSize: $0, withLink: hasLink) }
        return made.flatMap { SolvedBundle($0) }
    }
}
