import Glibc
import Hardware
import Sizing
import SizingNumerics

/// The same devices without disaggregation: every instance does Attention and FFN, one after the other.
public struct Colocation: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case disaggregate
        case doNotDisaggregate = "do_not_disaggregate"
        /// The two differ by no more than the accuracy of the numbers (``InstancePair/accuracy``).
        case tie
        /// Colocated instances break a limit (the weights do not fit, or the TPOT is too long).
        case colocatedInfeasible = "colocated_infeasible"
    }

    /// Tokens a second and instance at the best batch; nil where infeasible, like the batch and the TPOT.
    public let throughputPerInstance: Double?
    /// Of the disaggregated plan, per instance and in the same unit of weight.
    public let gain: Double?
    public let batchSize: Int?
    /// Microseconds.
    public let tpot: Double?
    public let verdict: Verdict
    /// The least batch per instance and microbatch from which disaggregation is ahead with the same requests on the same
    /// devices; nil where it is not up to the largest batch.
    public let breakEvenBatch: Int?
    /// The least mean slot load, tokens, from which it is ahead at the plan's batch; nil where it never is.
    public let breakEvenContext: Double?
}

extension PlanProblem {
    /// The colocated deployment on the Attention devices of the best pair, under the same limits.
    ///
    /// A step is t_A + t_F in sequence. With given coefficients each instance holds the whole FFN and its own requests. With
    /// a description, also expert parallelism over all instances of one bundle is tried, and the better counts: then the
    /// FFN's weights are read once for all, its links are used, and the step waits for the slowest instance.
    func colocation(of best: BundlePoint, _ budget: SearchBudget) -> Colocation? {
        let pair = pairs[best.pair]
        let instances = best.attentionInstances + best.ffnInstances
        let candidates = ColocatedInstance.candidates(pair, instances: instances)
        guard !candidates.isEmpty else { return nil }
        var ahead: (instance: ColocatedInstance, point: ColocatedInstance.Point)?
        for instance in candidates {
            for batch in batches(of: instance, beside: best) {
                budget.look()
                if budget.isCancelled { return nil }
                guard let point = instance.point(batchSize: batch, limits: limits) else { continue }
                if point.throughput > ahead?.point.throughput ?? 0 { ahead = (instance, point) }
            }
        }
        guard let ahead else {
            return Colocation(
                throughputPerInstance: nil, gain: nil, batchSize: nil, tpot: nil, verdict: .colocatedInfeasible,
                breakEvenBatch: nil, breakEvenContext: nil)
        }
        // Stages that take next to no time together give no throughput that is a number.
        guard ahead.point.throughput.isFinite else { return nil }
        let weights = self.weights(of: pair)
        let planned =
            best.throughput
            / (Double(best.attentionInstances) * weights.attention
                + Double(best.ffnInstances) * weights.ffn)
        let gain = planned / (ahead.point.throughput / weights.attention) - 1
        let verdict: Colocation.Verdict =
            abs(gain) <= pair.accuracy ? .tie : gain > 0 ? .disaggregate : .doNotDisaggregate
        return Colocation(
            throughputPerInstance: ahead.point.throughput, gain: gain, batchSize: ahead.point.batchSize,
            tpot: ahead.point.tpot, verdict: verdict,
            breakEvenBatch: breakEvenBatch(best, candidates), breakEvenContext: breakEvenContext(best, candidates))
    }

    /// Batches to try: where the caller fixed B, the one that puts the same requests on the same devices.
    private func batches(of instance: ColocatedInstance, beside best: BundlePoint) -> [Int] {
        let step = pairs[best.pair].batchStep
        if limits.batchSize != nil {
            let requests = best.batchSize * (best.microbatches ?? 1) * best.attentionInstances
            return [max(1, requests / (best.attentionInstances + best.ffnInstances))]
        }
        return Self.grid(upTo: max(1, instance.largestBatch(limits) / step), points: 128).map { $0 * step }
    }

    /// Whether xA–yF at a batch beats the colocated instances with the same requests on the same devices.
    private func isAhead(
        _ pair: InstancePair, _ best: BundlePoint, batchSize: Int, _ candidates: [ColocatedInstance]
    ) -> Bool {
        var free = limits
        free.tpot = nil
        let evaluator = BundleEvaluator(
            PlanProblem.instances(pairs: [pair], limits: free), pair: 0, ffn: best.ffnInstances,
            microbatches: best.microbatches, largestNormal: LargestNormal())
        guard let point = evaluator.point(attention: best.attentionInstances, batchSize: batchSize) else {
            return false
        }
        let weights = self.weights(of: pair)
        let x = Double(best.attentionInstances)
        let y = Double(best.ffnInstances)
        let requests = Double(batchSize * (best.microbatches ?? 1)) * x / (x + y)
        let mine = point.throughput / (x * weights.attention + y * weights.ffn)
        return candidates.allSatisfy { instance in
            guard let other = instance.point(batchSize: max(1, Int(requests.rounded())), limits: free) else {
                return true
            }
            return mine > other.throughput / weights.attention
        }
    }

    private func breakEvenBatch(_ best: BundlePoint, _ candidates: [ColocatedInstance]) -> Int? {
        let pair = pairs[best.pair]
        let step = pair.batchStep
        let fits = pair.memory?.largestBatch(microbatches: best.microbatches ?? 1) ?? limits.maximumBatch
        let last = max(1, min(fits, limits.maximumBatch) / step)
        return Self.grid(upTo: last, points: 40).first {
            isAhead(pair, best, batchSize: $0 * step, candidates)
        }.map { $0 * step }
    }

    /// The slot load is scaled as a whole, mean and deviation.
    private func breakEvenContext(_ best: BundlePoint, _ candidates: [ColocatedInstance]) -> Double? {
        let pair = pairs[best.pair]
        for step in -12...8 {
            let factor = exp2(Double(step) / 2)
            guard let scaled = pair.withLoad(scaledBy: factor) else { continue }
            let others = candidates.compactMap { candidate in
                candidate.pair.withLoad(scaledBy: factor).map { ColocatedInstance(pair: $0, group: candidate.group) }
            }
            if isAhead(scaled, best, batchSize: best.batchSize, others) { return scaled.slotLoad.mean }
        }
        return nil
    }
}

/// One instance of a colocated deployment.
struct ColocatedInstance {
    struct Point {
        let batchSize: Int
        /// Tokens a second and instance.
        let throughput: Double
        let tpot: Double
    }

    let pair: InstancePair
    /// Instances that step together, sharing the experts; 1 where each holds everything.
    let group: Int

    static func candidates(_ pair: InstancePair, instances: Int) -> [ColocatedInstance] {
        guard case .derived(let hardware) = pair.latencies else { return [ColocatedInstance(pair: pair, group: 1)] }
        let old = hardware.description
        return [1, instances].compactMap { group in
            let devices = group * old.attention.devices
            // Experts over as many ranks as the devices divide into; what is left over shards each rank's experts.
            let most = old.model.isMixture ? min(old.model.experts, devices) : devices
            let ranks = (1...most).last { devices % $0 == 0 } ?? 1
            let ffn = HardwareDescription.FFNInstance(
                device: old.attention.device, expertParallel: ranks, tensorParallel: max(1, devices / ranks),
                efficiencies: old.attention.efficiencies)
            guard
                let description = try? HardwareDescription(
                    model: old.model, precision: old.precisionRequest, attention: old.attention, ffn: ffn,
                    link: old.link,
                    speculation: old.speculation),
                let derived = try? DerivedHardware(description),
                let memory = try? MemoryBudget(description, slotLoad: pair.slotLoad)
            else { return nil }
            var colocated = pair
            colocated.latencies = .derived(derived)
            colocated.memory = memory
            return ColocatedInstance(pair: colocated, group: group)
        }
    }

    /// The largest B that fits beside both sides' weights; 0 where none does.
    func largestBatch(_ limits: PlanLimits) -> Int {
        guard var memory = pair.memory else { return limits.maximumBatch }
        memory.extraAttentionBytes = -memory.ffnWeights
        return min(
            limits.maximumBatch * (limits.microbatches.compactMap { $0 }.max() ?? 1),
            memory.largestBatch(microbatches: 1))
    }

    /// Nil where it breaks a limit.
    func point(batchSize: Int, limits: PlanLimits) -> Point? {
        guard batchSize >= 1, batchSize <= largestBatch(limits), let stages = try? pair.stages(batchSize: batchSize),
            let parameters = try? BundleParameters(
                slotLoad: pair.slotLoad, stages: stages, batchSize: batchSize, occupancy: pair.occupancy,
                jitter: pair.jitter)
        else { return nil }
        let n = Double(group)
        let cycle = GaussianBarrierCycle(parameters).cycle(ratio: n)
        var step = cycle.slowestAttention + cycle.ffn
        // Alone on its devices, an instance's exchange between its own ranks still goes over a link.
        if case .derived = pair.latencies { step += cycle.communication }
        guard step > 0 else { return nil }
        let tpot = step / pair.tokensPerStep
        if let limit = limits.tpot {
            let z = -NormalDistribution.quantile(-expm1(log(0.99) / n))
            let late = stages.attention.latency(at: parameters.meanLoad + parameters.loadDeviation * z)
            let tail = (step - cycle.slowestAttention + late) / pair.tokensPerStep
            if (limits.percentile == .mean ? tpot : tail) > limit { return nil }
        }
        return Point(
            batchSize: batchSize, throughput: 1e6 * parameters.requests * pair.tokensPerStep / step, tpot: tpot)
    }
}

extension InstancePair {
    /// The pair under a slot load whose mean and deviation are multiplied.
    func withLoad(scaledBy factor: Double) -> InstancePair? {
        guard
            let load = try? SlotLoad(
                mean: slotLoad.mean * factor, standardDeviation: slotLoad.standardDeviation * factor,
                skewness: slotLoad.skewness)
        else { return nil }
        var pair = self
        pair.slotLoad = load
        if let memory {
            pair.memory = try? MemoryBudget(
                memory.description, slotLoad: load, marginDeviations: memory.marginDeviations)
        }
        return pair
    }
}
