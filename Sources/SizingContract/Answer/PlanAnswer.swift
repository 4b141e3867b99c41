import Calibration
import Hardware
import JSON
import Planning
import Sizing
import Text

/// The answer of `/v1/plan`.
public struct PlanAnswer: Sendable {
    let request: PlanRequest
    let problem: PlanProblem
    let plan: Plan
    /// What was assumed when latencies were derived.
    let derivation: [String]
    let deployment: Deployment
    /// nil where what runs now is not given.
    let advice: ResizeAdvice?
    /// At the deployment's working point, as are the terms.
    let lines: StageLines?
    let terms: HardwareAnswer.Terms?

    /// - Parameters:
    ///   - plan: the answer to `problem`.
    ///   - problem: the question of `request`.
    ///   - request: what was asked.
    ///   - derivation: what was assumed when latencies were derived.
    ///   - stop: true ends the advice, and the answer is then of no use.
    init(
        _ plan: Plan, of problem: PlanProblem, to request: PlanRequest, derivation: [String],
        stop: @escaping @Sendable () -> Bool
    ) {
        self.request = request
        self.problem = problem
        self.plan = plan
        self.derivation = derivation
        let best = plan.best
        let pair = problem.pairs[best.pair]
        deployment = problem.deployment(of: plan, demand: request.demand)
        advice = request.current.map {
            problem.advice(current: $0, plan: plan, threshold: request.hysteresis, stop: stop)
        }
        lines = pair.stagesIfAny(batchSize: best.batchSize)?.lines(
            batchSize: best.batchSize, meanContext: pair.slotLoad.mean, ratio: best.ratio,
            occupancy: pair.occupancy)
        if lines != nil, case .derived(let hardware) = pair.latencies {
            terms = hardware.terms(
                batchSize: best.batchSize, meanContext: pair.slotLoad.mean, ratio: best.ratio,
                occupancy: pair.occupancy)
        } else {
            terms = nil
        }
    }

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.object("deployment") { writeDeployment(into: &$0) }
        writer.array("alternatives", plan.alternatives) { writer, point in
            writer.beginObject()
            shape(point, &writer)
            writer.field("throughput", point.throughput * Double(point.bundles))
            writer.field("throughput_per_instance", point.throughputPerInstance)
            Self.tpot(point, &writer)
            writer.field("regret", plan.regret(of: point))
            writer.endObject()
        }
        writer.array("pareto", plan.pareto) { writer, point in
            writer.beginObject()
            writer.field("ratio", point.ratio)
            writer.field("batch_size", point.batchSize)
            writer.field("throughput_per_instance", point.throughputPerInstance)
            Self.tpot(point, &writer)
            writer.endObject()
        }
        writer.array("shadow_prices", plan.shadowPrices) { Self.price($1, &$0) }
        if let advice { writer.object("advice") { Self.write(advice, &$0) } }
        if let colocated = plan.colocated { writer.object("colocated") { Self.write(colocated, &$0) } }
        if let lines { HardwareAnswer.write(lines, into: &writer) }
        if let terms { HardwareAnswer.write(terms, into: &writer) }
        var assumptions = request.assumptions
        if plan.alternativesCut { assumptions.append("only the best alternatives are listed") }
        if !plan.isProven {
            assumptions.append("the search stopped at its bound of work; a better plan may exist")
        }
        writer.warnings(warnings + (plan.colocated == nil ? [.colocationNotCompared] : []))
        Provenance.write(
            hash: request.hash, assumptions: assumptions, derivation: derivation, into: &writer)
        writer.endObject()
    }

    /// Those of the request, and those of the working point where latencies were given.
    private var warnings: [Warning] {
        let best = plan.best
        let pair = problem.pairs[best.pair]
        guard case .given(let stages) = pair.latencies else { return request.warnings }
        let context = pair.slotLoad.mean
        let load = pair.occupancy * Double(best.batchSize) * context
        return request.warnings
            + request.ranges.warnings(
                batchSize: best.batchSize, meanContext: context, ratio: best.ratio,
                communicationLoad: stages.communicationLoad, occupancy: pair.occupancy)
            + SizingPlausibility.warnings(
                best.cycle, tpot: best.tpot, load: load, latency: stages.attention.latency(at: load))
    }

    private func writeDeployment(into writer: inout JSONWriter) {
        let best = plan.best
        shape(best, &writer)
        writer.field("spare_attention_instances", deployment.spareInstances)
        writer.field("spare_ffn_instances", deployment.spareInstances)
        writer.field("attention_devices", deployment.attentionDevices)
        writer.field("ffn_devices", deployment.ffnDevices)
        writer.field("throughput", deployment.throughput)
        writer.field("throughput_per_instance", best.throughputPerInstance)
        writer.field("utilisation", deployment.utilisation)
        writer.field("cycle_us", best.cycle.duration)
        SizeAnswer.write(best.cycle.idle, into: &writer)
        writer.field("bottleneck", best.cycle.bottleneck.rawValue)
        Self.tpot(best, &writer)
        if let cost = deployment.costPerHour { writer.field("cost_per_hour", cost) }
        if let cost = deployment.costPerMillionTokens { writer.field("cost_per_million_tokens", cost) }
        if let energy = deployment.energyPerToken { writer.field("energy_per_token_j", energy) }
        if let memory = deployment.memory { HardwareAnswer.write(memory, into: &writer) }
        writer.name("binding")
        if let binding = plan.binding { writer.value(binding.limit.rawValue) } else { writer.null() }
    }

    private func shape(_ point: BundlePoint, _ writer: inout JSONWriter) {
        point.writeShape(problem.pairs[point.pair], request, into: &writer)
    }

    private static func tpot(_ point: BundlePoint, _ writer: inout JSONWriter) {
        writer.object("tpot_ms") { writer in
            writer.field("mean", point.tpot / 1000)
            writer.field("p99", point.tpot99 / 1000)
        }
    }

    private static func price(_ price: ShadowPrice, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("limit", price.limit.rawValue)
        writer.field("one_more", price.limit.unit)
        writer.field("gain", price.gain)
        writer.endObject()
    }

    private static func write(_ advice: ResizeAdvice, _ writer: inout JSONWriter) {
        writer.field("action", advice.action.rawValue)
        writer.field("reason", advice.reason.rawValue)
        writer.field("explanation", advice.sentence)
        writer.field("gain", orNull: advice.gain)
        if let current = advice.current {
            writer.object("current") { writer in
                writer.field("batch_size", current.batchSize)
                writer.field("throughput_per_instance", current.throughputPerInstance)
                tpot(current, &writer)
            }
        }
    }

    private static func write(_ colocated: Colocation, _ writer: inout JSONWriter) {
        writer.field("throughput_per_instance", orNull: colocated.throughputPerInstance)
        writer.field("batch_size", orNull: colocated.batchSize)
        writer.object("tpot_ms") { $0.field("mean", orNull: colocated.tpot.map { $0 / 1000 }) }
        writer.field("verdict", colocated.verdict.rawValue)
        if let gain = colocated.gain { writer.field("gain", gain) }
        writer.field("break_even_batch", orNull: colocated.breakEvenBatch)
        writer.field("break_even_context", orNull: colocated.breakEvenContext)
    }
}

extension Warning {
    /// Of a plan beside which nothing colocated stands.
    static let colocationNotCompared = Warning(
        code: "colocation_not_compared",
        detail: "no colocated instance to compare with: the devices of one Attention instance, or of a whole bundle, "
            + "cannot shard the model, or a step of theirs takes no time",
        pointer: "/hardware")

    /// Of a plan whose cache holds what requests have on the way, but not what they have at their ends. An engine that reserves the
    /// latter, and a replay, which puts no request out again, then let fewer in.
    ///
    /// - Parameters:
    ///   - requests: on one Attention instance, in the mean; three deviations more may come together.
    ///   - lengths: of all requests; one that is there is there in proportion to its decode length.
    ///   - capacity: tokens of the instance's cache.
    /// - Returns: nil where all fits.
    static func wholeContexts(_ requests: Double, of lengths: RequestLengths, capacity: Double) -> Warning? {
        let whole = lengths.prefill.mean + lengths.meanDecode * (1 + lengths.squaredVariationOfDecode)
        guard (requests + 3 * requests.squareRoot()) * whole > capacity else { return nil }
        return Warning(
            code: "whole_contexts",
            detail:
                "an Attention instance has some \(ServiceAnswer.text(requests.rounded())) requests at a time, and its cache holds "
                + "\(ServiceAnswer.text((capacity / whole).rounded(.down))) whole contexts, prompt and answer, of such requests: memory is "
                + "planned for what they hold on the way. An engine that reserves whole contexts, as /v1/replay does, admits fewer; "
                + "lower limits.max_batch to plan for one",
            pointer: "/hardware/attention")
    }
}
