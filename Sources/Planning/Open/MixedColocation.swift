import Sizing

/// One pool without any split: instances that decode and prefill in chunks in the same steps, at the same rate and limits.
public struct MixedColocation: Sendable {
    /// Instances of the plan's Attention kind; nil where no number of them keeps the limits.
    public let instances: Int?
    /// Requests that decode on an instance at most, beside the one whose prompt is in work.
    public let batchSize: Int?
    public let chunkTokens: Int?
    public let service: MixedService?
    /// How much heavier they are than the plan's bundles and prefill instances, relative; below 0 where lighter.
    public let gain: Double?
    public let verdict: Colocation.Verdict

    static let infeasible = MixedColocation(
        instances: nil, batchSize: nil, chunkTokens: nil, service: nil, gain: nil, verdict: .colocatedInfeasible)

    /// Tokens of a chunk that are tried where none are given.
    static let chunkChoices = (6...14).map { 1 << $0 }
}

/// Which of three deployments for one rate is the lightest.
public enum LightestDeployment: String, Hashable, Sendable, CaseIterable {
    /// Prefill, Attention and FFN instances.
    case disaggregated
    /// Prefill instances, and instances that do both Attention and FFN.
    case colocated
    /// One pool for all.
    case mixed
    /// The lightest two differ by no more than the accuracy of the numbers.
    case tie
}

extension OpenPlanProblem {
    /// The lightest pool without any split; nil where it is not asked for or no prefill is described.
    func mixedColocation(
        _ best: OpenPoint, _ choice: PrefillChoice?, _ arrivals: Arrivals, _ budget: SearchBudget
    ) -> MixedColocation? {
        guard let mixing, let choice, let saturated = atConstantLoad(target: .shape) else { return nil }
        let pair = pairs[best.pair]
        let weight = saturated.weights(of: pair).attention
        let chunks = mixing.chunkTokens.map { [$0] } ?? MixedColocation.chunkChoices
        let search = MixedSearch(
            load: load, service: service, arrivals: arrivals, routing: routing, given: prefill[choice.kind].time,
            budget: budget)
        var found: MixedSearch.Found?
        for candidate in ColocatedInstance.candidates(
            pair, instances: best.attentionInstances + best.ffnInstances)
        {
            // The prompt in work has a slot of its own.
            guard let bundle = candidate.open(load, limits), bundle.bundle.batchSize > 1 else { continue }
            let decoding = bundle.limited(batchSize: bundle.bundle.batchSize - 1)
            for chunk in chunks {
                budget.look()
                if budget.isCancelled { return nil }
                let most = found.map { ($0.instances - 1) / candidate.group } ?? 1_000_000
                guard most > 0, let pool = MixedSearch.Pool(candidate, decoding, chunk, search, limits) else {
                    continue
                }
                if let better = search.fewest(pool, atMost: most) { found = better }
            }
        }
        guard let found else { return .infeasible }
        let planned = best.weight + choice.weight
        let gain = Double(found.instances) * weight / planned - 1
        return MixedColocation(
            instances: found.instances, batchSize: found.batchSize, chunkTokens: found.chunkTokens,
            service: found.service, gain: gain,
            verdict: abs(gain) <= pair.accuracy ? .tie : gain > 0 ? .disaggregate : .doNotDisaggregate)
    }

    /// Which of the plan, colocated decoding and one pool is the lightest, prefill instances counted.
    func lightest(
        _ best: OpenPoint, _ choice: PrefillChoice?, _ colocated: OpenColocation?, _ mixed: MixedColocation
    ) -> LightestDeployment {
        let prefill = choice?.weight ?? 0
        let planned = best.weight + prefill
        var weights = [(LightestDeployment.disaggregated, planned)]
        if let gain = colocated?.gain { weights.append((.colocated, best.weight * (1 + gain) + prefill)) }
        if let gain = mixed.gain { weights.append((.mixed, planned * (1 + gain))) }
        weights.sort { $0.1 < $1.1 }
        let isTie = weights.count > 1 && weights[1].1 <= weights[0].1 * (1 + pairs[best.pair].accuracy)
        return isTie ? .tie : weights[0].0
    }
}

/// What ``MixedColocation`` is asked with.
public struct MixedPrefill: Hashable, Sendable {
    /// Tokens of a chunk; nil where they are to be chosen.
    public let chunkTokens: Int?

    public init(chunkTokens: Int?) { self.chunkTokens = chunkTokens }
}
