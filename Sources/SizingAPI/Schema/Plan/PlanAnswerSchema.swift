import Hardware
import JSON
import Planning
import Sizing

/// The answer of `POST /v1/plan` as JSON.
enum PlanAnswerSchema {
    static func write(_ plan: Plan, to request: PlanRequest, into writer: inout JSONWriter) {
        let problem = request.problem
        let best = plan.best
        writer.beginObject()
        writer.object("deployment") { deployment(plan, request, &$0) }
        writer.array("alternatives", plan.alternatives) { writer, point in
            writer.beginObject()
            shape(point, problem, &writer)
            writer.field("throughput", point.throughput * Double(point.bundles))
            writer.field("throughput_per_instance", point.throughputPerInstance)
            tpot(point, &writer)
            writer.field("regret", max(0, 1 - point.score / best.score))
            writer.endObject()
        }
        writer.array("pareto", plan.pareto) { writer, point in
            writer.beginObject()
            writer.field("ratio", point.ratio)
            writer.field("batch_size", point.batchSize)
            writer.field("throughput_per_instance", point.throughputPerInstance)
            tpot(point, &writer)
            writer.endObject()
        }
        writer.array("shadow_prices", plan.shadowPrices) { price($1, &$0) }
        if let current = request.current {
            let advice = problem.advice(current: current, plan: plan, threshold: request.hysteresis)
            writer.object("advice") { write(advice, &$0) }
        }
        if let colocated = plan.colocated { writer.object("colocated") { write(colocated, &$0) } }
        derivation(best, problem, &writer)
        var assumptions = request.assumptions
        if plan.alternativesCut { assumptions.append("only the best alternatives are listed") }
        if !plan.isProven {
            assumptions.append("the search stopped at its bound of work; a better plan may exist")
        }
        Provenance.write(
            hash: request.hash, assumptions: assumptions, derivation: request.derivation, into: &writer)
        writer.endObject()
    }

    private static func deployment(_ plan: Plan, _ request: PlanRequest, _ writer: inout JSONWriter) {
        let problem = request.problem
        let best = plan.best
        let pair = problem.pairs[best.pair]
        shape(best, problem, &writer)
        var spares = 0
        if case .demand(_, let count) = problem.target { spares = count }
        writer.field("spare_attention_instances", spares)
        writer.field("spare_ffn_instances", spares)
        let attention = best.bundles * best.attentionInstances + spares
        let ffn = best.bundles * best.ffnInstances + spares
        writer.field("attention_devices", problem.devices(attention, pair.attention))
        writer.field("ffn_devices", problem.devices(ffn, pair.ffn))
        let capacity = best.throughput * Double(best.bundles)
        let served = request.demand ?? capacity
        writer.field("throughput", capacity)
        writer.field("throughput_per_instance", best.throughputPerInstance)
        writer.field("utilisation", served / capacity)
        writer.field("cycle_us", best.cycle.duration)
        SizeAnswerSchema.writeIdle(best.cycle.idle, into: &writer)
        writer.field("bottleneck", best.cycle.bottleneck.rawValue)
        tpot(best, &writer)
        if let a = pair.attention.price, let f = pair.ffn.price {
            let hourly =
                a * problem.countedInstances(attention, pair.attention) + f * problem.countedInstances(ffn, pair.ffn)
            writer.field("cost_per_hour", hourly)
            writer.field("cost_per_million_tokens", hourly / 3600 / served * 1e6)
        }
        if let a = pair.attention.power, let f = pair.ffn.power {
            let watts =
                a * problem.countedInstances(attention, pair.attention) + f * problem.countedInstances(ffn, pair.ffn)
            writer.field("energy_per_token_j", watts / served)
        }
        if let memory = pair.memory {
            writer.object("memory") { writer in
                let need = memory.attentionNeed(batchSize: best.batchSize, microbatches: best.microbatches ?? 1)
                writer.field("attention_used_gb", need / 1e9)
                writer.field("attention_usable_gb", memory.attentionUsable / 1e9)
                writer.field("ffn_used_gb", memory.ffnWeights / 1e9)
                writer.field("ffn_usable_gb", memory.ffnUsable / 1e9)
                writer.field("kv_capacity_tokens", memory.tokenCapacity)
                writer.field("largest_batch", memory.largestBatch(microbatches: best.microbatches ?? 1))
            }
        }
        writer.name("binding")
        if let binding = plan.binding { writer.value(binding.limit.rawValue) } else { writer.null() }
    }

    private static func shape(_ point: BundlePoint, _ problem: PlanProblem, _ writer: inout JSONWriter) {
        let pair = problem.pairs[point.pair]
        writer.field("bundles", point.bundles)
        writer.field("attention_instances", point.bundles * point.attentionInstances)
        writer.field("ffn_instances", point.bundles * point.ffnInstances)
        if let device = pair.attention.device { writer.field("attention_device", device) }
        if let device = pair.ffn.device { writer.field("ffn_device", device) }
        writer.object("bundle") { writer in
            writer.field("attention_instances", point.attentionInstances)
            writer.field("ffn_instances", point.ffnInstances)
        }
        if point.attentionInstances % point.ffnInstances == 0 {
            writer.field("ratio", point.attentionInstances / point.ffnInstances)
        } else {
            writer.field("ratio", point.ratio)
        }
        writer.field("batch_size", point.batchSize)
        if let m = point.microbatches { writer.field("microbatches", m) }
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
        writer.name("gain")
        if let gain = advice.gain { writer.value(gain) } else { writer.null() }
        if let current = advice.current {
            writer.object("current") { writer in
                writer.field("batch_size", current.batchSize)
                writer.field("throughput_per_instance", current.throughputPerInstance)
                tpot(current, &writer)
            }
        }
    }

    private static func write(_ colocated: Colocation, _ writer: inout JSONWriter) {
        writer.field("throughput_per_instance", colocated.throughputPerInstance)
        writer.field("batch_size", colocated.batchSize)
        writer.object("tpot_ms") { $0.field("mean", colocated.tpot / 1000) }
        writer.field("verdict", colocated.verdict.rawValue)
        if let gain = colocated.gain { writer.field("gain", gain) }
        writer.name("break_even_batch")
        if let batch = colocated.breakEvenBatch { writer.value(batch) } else { writer.null() }
        writer.name("break_even_context")
        if let context = colocated.breakEvenContext { writer.value(context) } else { writer.null() }
    }

    /// The lines at the deployment's working point, and what they are made of.
    private static func derivation(_ best: BundlePoint, _ problem: PlanProblem, _ writer: inout JSONWriter) {
        let pair = problem.pairs[best.pair]
        guard let stages = pair.stagesIfAny(batchSize: best.batchSize) else { return }
        let batch = Double(best.batchSize)
        let aggregate = batch * best.ratio
        writer.object("coefficients") { writer in
            writer.object("attention") {
                LatencyModelSchema.write(stages.attention, at: batch * pair.slotLoad.mean, into: &$0)
            }
            writer.object("ffn") { LatencyModelSchema.write(stages.ffn, at: aggregate, into: &$0) }
            writer.object("communication") { writer in
                LatencyModelSchema.write(
                    stages.communication, at: stages.communicationLoad == .attentionBatch ? batch : aggregate,
                    into: &writer)
                writer.field("load", stages.communicationLoad.rawValue)
            }
        }
        guard case .derived(let hardware) = pair.latencies else { return }
        HardwareDescriptionSchema.writeDerivation(
            hardware, batchSize: best.batchSize, meanContext: pair.slotLoad.mean, ratio: best.ratio, into: &writer)
    }
}
