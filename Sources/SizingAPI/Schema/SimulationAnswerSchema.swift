import JSON
import Numerics
import Simulation
import Sizing

/// Results of simulations as JSON.
enum SimulationAnswerSchema {
    /// The whole answer of `POST /v1/simulate`.
    static func write(_ result: SimulationResult, _ request: SimulateRequest, into writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(result, request.settings, into: &writer)
        Provenance.write(
            hash: request.hash, seed: request.settings.seed, assumptions: request.assumptions,
            derivation: request.derivation, into: &writer)
        writer.endObject()
    }

    /// `points`, `best_ratio`, `start` and `seed`.
    static func writeMembers(
        _ result: SimulationResult, _ settings: SimulationSettings, cost: InstanceCost = .equal,
        into writer: inout JSONWriter
    ) {
        writer.array("points", result.points) { writePoint($1, into: &$0) }
        if let best = result.best(cost: cost) { writer.field("best_ratio", best.ratio) }
        writer.field("start", settings.start.rawValue)
        writer.field("seed", settings.seed)
    }

    private static func writePoint(_ point: SimulationPoint, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("ratio", point.ratio)
        writer.field("throughput_per_instance", point.throughputPerInstance.value)
        writeInterval("throughput_interval", point.throughputPerInstance, into: &writer)
        writer.field("cycle_us", point.cycle.value)
        writeInterval("cycle_interval_us", point.cycle, into: &writer)
        writer.object("idle") { writer in
            writer.field("attention", point.attentionIdle.total)
            writer.field("ffn", point.ffnIdle.total)
            writer.field("communication", point.communicationIdle.total)
        }
        writer.object("idle_causes") { writer in
            for (name, idle) in [
                ("attention" as StaticString, point.attentionIdle), ("ffn", point.ffnIdle),
                ("communication", point.communicationIdle),
            ] {
                writer.object(name) { writer in
                    writer.field("imbalance", idle.imbalance)
                    writer.field("barrier", idle.barrier)
                }
            }
        }
        if let tpot = point.timePerToken {
            writer.object("tpot_us") { writer in
                writer.field("mean", tpot.mean)
                writer.field("p50", tpot.p50)
                writer.field("p95", tpot.p95)
                writer.field("p99", tpot.p99)
            }
        } else {
            writer.name("tpot_us")
            writer.null()
        }
        writer.field("completed_requests", point.completedRequests)
        writer.field("steps", point.steps)
        writer.endObject()
    }

    /// `[low, high]`; null where there was too little for an interval, or where it has no upper end.
    static func writeInterval(_ name: StaticString, _ estimate: Estimate, into writer: inout JSONWriter) {
        guard let interval = estimate.interval, interval.lowerBound.isFinite, interval.upperBound.isFinite else {
            writer.name(name)
            writer.null()
            return
        }
        writer.array(name, [interval.lowerBound, interval.upperBound]) { $0.value($1) }
    }
}
