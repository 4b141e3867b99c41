import JSON
import Simulation
import Sizing
import SizingNumerics
import Text

/// The answer of `/v1/simulate`.
public struct SimulationAnswer: Sendable {
    let request: SimulateRequest
    let result: SimulationResult
    let warnings: [Warning]
    /// Of the request.
    let hash: SipHash128.Value

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        Self.writeMembers(result, request.settings, into: &writer)
        writer.warnings(warnings)
        Provenance.write(
            hash: hash, seed: request.settings.seed, assumptions: request.assumptions, derivation: request.derivation,
            into: &writer)
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
        EstimateAnswer.write(intervalOf: point.throughputPerInstance, "throughput_interval", into: &writer)
        writer.field("cycle_us", point.cycle.value)
        EstimateAnswer.write(intervalOf: point.cycle, "cycle_interval_us", into: &writer)
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
}
