/// What one pool gives that prefills and decodes in the same steps, at a rate of arrivals. Times in microseconds.
///
/// **Decode.** Of the time a share h = λ·E[what a prompt adds] is added to steps by chunks; the rest makes steps as they are without. Chunks
/// come and go faster than requests, so k requests progress at the pace TPOT(k)/(1 − h) in the mean: the product form of an open bundle
/// with λ/(1 − h) in place of λ (docs/model.md).
///
/// **Prompts.** While one is there, every step carries a chunk. An instance is so a server of prompts that takes n steps and what the prompt
/// adds for each: Pollaczek and Khinchine's wait, before it that for a slot, and the rest of a
/// step: with steps that carry none for vacations a line waits as without and E[V²]/(2E[V]) (Fuhrmann and Cooper, Operations Research 33,
/// 1985).
///
/// **TPOT over tokens.** A part q of the steps carries a chunk, q = λE[n]·step/(1 − h), and is longer by that.
public struct MixedService: Sendable {
    /// Of decode alone at the rate λ/(1 − h): numbers and steps are right, times in decode are not.
    private let decode: BundleService
    /// TPOT over tokens of steps without a chunk.
    private let scatter: PaceScatter
    private let prompts: ChunkedPrompts
    /// s, tokens that a request gains a step.
    private let tokensPerStep: Double
    /// h: share of the time that chunks add.
    public let addedShare: Double
    /// q: share of the steps that carry a chunk.
    public let chunkShare: Double
    /// Share of the time that an instance has a prompt in work.
    public let promptUtilisation: Double
    /// The wait for a slot and for earlier prompts, and the prompt's own steps.
    public let ttft: DelayedValues
    /// Whether it lies where it was found right (docs/accuracy.md).
    public let isTrustworthy: Bool

    /// How long the line of prompts is remembered against how long a request decodes: E[S²]/E[S]/(1 − λE[S]) over E[D]·TPOT. Where it is not
    /// small a request meets a busy line, or none, for most of its time.
    let lineMemory: Double
    /// Of ``lineMemory``, up to which mean TPOT was found right to 3 %.
    static let trustedLineMemory = 0.1

    /// Mean over tokens.
    public var meanTPOT: Double { decode.meanTPOT / (1 - addedShare) }

    /// Share of tokens at a TPOT of at most `limit`.
    public func tpotShare(within limit: Double) -> Double {
        var share = (1 - chunkShare) * scatter.share(within: limit)
        for (added, weight) in zip(prompts.additions.values, prompts.additions.weights) {
            share += chunkShare * weight * scatter.share(within: limit - added / tokensPerStep)
        }
        return share
    }

    /// TPOT that a fraction p of tokens does not exceed; p over 0 and below 1.
    public func tpot(percentile p: Double) -> Double {
        let most = (prompts.additions.values.last ?? 0) / tokensPerStep
        var low = 0.0
        var high = scatter.percentile(max(p, 0.9999)) + most
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if tpotShare(within: middle) >= p { high = middle } else { low = middle }
        }
        return high
    }

    /// The first of the limits that is broken; nil where all are kept.
    public func bound(_ limits: ServiceLimits) -> ServiceBound? {
        if let limit = limits.ttft, !ttft.keeps(limit) { return .ttft }
        // Where there is no bound on TTFT, as for prefill instances.
        if limits.ttft == nil, let most = limits.prefillUtilisation, promptUtilisation > most { return .prefill }
        if let limit = limits.tpot {
            let isKept =
                limit.percentile.fraction.map { tpotShare(within: limit.time) >= $0 } ?? (meanTPOT <= limit.time)
            if !isKept { return .tpot }
        }
        if let limit = limits.wait {
            // Slots come free at the slower pace.
            let pace = 1 - addedShare
            let isKept =
                limit.percentile.fraction.map { decode.waitShare(within: limit.time * pace) >= $0 }
                ?? (decode.meanWait / pace <= limit.time)
            if !isKept { return .wait }
        }
        if let most = limits.waitingProbability, decode.waitingProbability > most { return .wait }
        return nil
    }
}

extension SolvedBundle {
    /// What `groups` of this bundle give that also prefill, each its own requests; nil where that is more than they can do.
    ///
    /// - Parameters:
    ///   - arrivals: of all groups.
    ///   - groups: bundles of this kind, 1 or more.
    ///   - routing: of requests to groups. Lines of prompts are not levelled by it: least loaded counts requests, not prompts.
    ///   - prompts: what prompts add where so many requests decode on an Attention instance.
    public func mixedService(
        _ arrivals: Arrivals, groups: Int, routing: Routing, prompts: (_ requests: Int) -> ChunkedPrompts?
    ) -> MixedService? {
        let own = routing == .roundRobin ? arrivals.everyNth(groups) : arrivals.thinned(to: groups)
        let instances = Double(bundle.attentionInstances)
        var requests = max(1, bundle.batchSize / 2)
        var tried: Set<Int> = []
        while true {
            guard let chunks = prompts(requests) else { return nil }
            let added = own.rate * chunks.meanAdded
            guard added < 1 else { return nil }
            let faster = arrivals.scaled(by: 1 / (1 - added))
            guard
                let decode = OpenDeployment(bundle: self, bundles: groups, routing: routing).bundleService(faster)
            else { return nil }
            // With least loaded routing it is that of all groups.
            let perGroup = decode.occupancy * slots / decode.slots
            let found = max(1, Int((perGroup / instances).rounded()))
            // Rows add next to the same at neighbouring numbers: two looks are enough, and a circle ends.
            if abs(found - requests) * 16 <= requests || !tried.insert(found).inserted || tried.count > 3 {
                return MixedService(
                    decode, chunks, own: own, added: added, bundle: bundle)
            }
            requests = found
        }
    }

    private var slots: Double { bundle.slots }
}

extension MixedService {
    /// Numbers of requests that are told apart.
    private static let stepPoints = 6

    /// nil where prompts are more than steps can carry.
    fileprivate init?(
        _ decode: BundleService, _ prompts: ChunkedPrompts, own arrivals: Arrivals, added: Double, bundle: OpenBundle
    ) {
        let tokensPerStep = bundle.tokensPerStep
        let service = ServiceTime(prompts.times(step: decode.step))
        let (rate, dispersion) = (arrivals.rate, arrivals.dispersion)
        let utilisation = rate * service.mean
        guard utilisation < 1 else { return nil }
        var line = (probability: 0.0, mean: 0.0)
        var times: [(value: Double, weight: Double)] = []
        var isSteady = true
        // The number of requests moves more slowly than the line of prompts: it waits as with each number for ever.
        var steps = decode.steps.thinned(to: Self.stepPoints)
        if steps.values.isEmpty { steps = WeightedValues([(value: decode.meanTPOT, weight: 1)]) }
        for (step, weight) in zip(steps.values, steps.weights) {
            let prompt = prompts.times(step: step * tokensPerStep)
            let own = ServiceTime(prompt)
            guard let wait = WaitingTime.single(rate: rate, service: own, dispersion: dispersion) else {
                // For a while more comes than it can do; how long that lasts is not known here.
                isSteady = false
                line.probability += weight
                line.mean += weight * own.mean / (1 - utilisation)
                continue
            }
            line.probability += weight * wait.probability
            line.mean += weight * wait.mean
            // Steps go on without prompts, vacations of their line: everybody waits the rest of one longer.
            let rest = step * tokensPerStep / 2
            times += zip(prompt.values, prompt.weights).map { (value: $0 + rest, weight: $1 * weight) }
        }
        guard !times.isEmpty else { return nil }
        let decodeTime = bundle.load.steps.meanDecode * decode.meanTPOT / (1 - added)
        let memory = service.mean * (1 + service.squaredVariation) / (1 - utilisation) / decodeTime
        let slot = decode.slotWait
        let none = (1 - line.probability) * (1 - slot.probability)
        let mean = line.mean + slot.mean / (1 - added)
        self.init(
            decode: decode, scatter: decode.scatter, prompts: prompts, tokensPerStep: tokensPerStep, addedShare: added,
            chunkShare: min(1, arrivals.rate * prompts.meanChunks * decode.step / (1 - added)),
            promptUtilisation: utilisation,
            ttft: DelayedValues(
                WeightedValues(times),
                after: WaitingTime(probability: 1 - none, meanWhereWaiting: none < 1 ? mean / (1 - none) : 0)),
            // Instances that step together may each have a chunk of its own, where one for all is counted here.
            isTrustworthy: bundle.attentionInstances == 1 && decode.isTrustworthy && isSteady
                && memory <= Self.trustedLineMemory
                && TrustedRange.contains(prefillShare: utilisation, service, dispersion: arrivals.dispersion),
            lineMemory: memory)
    }
}
