import Calibration
import Hardware
import JSON
import Simulation
import Sizing
import Text

/// The answer of `/v1/size`.
public struct SizeAnswer: Sendable {
    /// What the simulation beside a sizing gave.
    struct Simulated: Sendable {
        var result: SimulationResult
        var verdict: Verdict?
        var settings: SimulationSettings
    }

    let request: SizeRequest
    let answer: SizingAnswer
    /// At the recommendation, as are the terms.
    let lines: StageLines
    /// nil where latencies are given.
    let memory: MemoryUse?
    let terms: HardwareAnswer.Terms?
    let uncertainty: SizingUncertainty?
    let curve: [CurvePoint]?
    let simulated: Simulated?
    /// nil for a saturated bundle.
    let open: OpenRecommendation?
    /// What was assumed, in the order of the request.
    let assumptions: [StaticString]
    let warnings: [Warning]

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.object("recommendation") { writer in
            write(recommended: open?.point ?? answer.recommendation, into: &writer)
            if let open { writer.object("service") { open.service.write(into: &$0) } }
        }
        if open != nil { writer.object("saturated") { write(recommended: answer.recommendation, into: &$0) } }
        writer.object("mean_field") { write(answer.closedForm, answer.meanField, into: &$0) }
        writer.object("workload") { writer in
            let load = request.problem.workload.slotLoad
            writer.field("slot_load_mean", load.mean)
            writer.field("slot_load_stddev", load.standardDeviation)
            writer.field("slot_load_skewness", load.skewness)
        }
        HardwareAnswer.write(lines, into: &writer)
        if let memory { HardwareAnswer.write(memory, into: &writer) }
        if request.depths != nil {
            HardwareAnswer.write(request.derivedHardware?.description.speculation, into: &writer)
        }
        if let terms { HardwareAnswer.write(terms, into: &writer) }
        if let uncertainty { writer.object("uncertainty") { Self.write(uncertainty, into: &$0) } }
        if let curve { writer.array("curve", curve) { write($1, into: &$0) } }
        if let simulated { writer.object("simulation") { write(simulated, into: &$0) } }
        writer.warnings(warnings)
        Provenance.write(
            hash: request.hash, seed: request.simulation?.settings.seed, assumptions: assumptions,
            derivation: request.chosen + (request.derivedHardware?.assumptions ?? []), into: &writer)
        writer.endObject()
    }

    private func write(recommended best: OperatingPoint, into writer: inout JSONWriter) {
        writer.field("ratio", Int(best.ratio))
        writer.field("attention_instances", Int(best.ratio))
        writer.field("ffn_instances", 1)
        write(best, into: &writer)
        writer.field("tpot_us", best.tpot)
        Self.write(best.cycle.idle, into: &writer)
        writer.field("bottleneck", best.cycle.bottleneck.rawValue)
    }

    private func write(_ closedForm: MeanFieldRatio, _ point: OperatingPoint, into writer: inout JSONWriter) {
        // A ratio without bound is null.
        writer.field("ratio", orNull: closedForm.ratio)
        writer.field("regime", closedForm.regime.rawValue)
        writer.field("ratio_attention", orNull: closedForm.attention)
        writer.field("ratio_communication", orNull: closedForm.communication)
        writer.field("ratio_peak", orNull: closedForm.peak)
        write(point, into: &writer)
        Self.write(point.cycle.idle, into: &writer)
    }

    private func write(_ point: OperatingPoint, into writer: inout JSONWriter) {
        writer.field("throughput_per_instance", point.throughputPerInstance)
        if request.hasCost { writer.field("throughput_per_cost", point.throughputPerCost) }
        writer.field("cycle_us", point.cycle.duration)
    }

    private func write(_ curve: CurvePoint, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("ratio", Int(curve.point.ratio))
        write(curve.point, into: &writer)
        writer.field("tpot_us", curve.point.tpot)
        Self.write(curve.point.cycle.idle, into: &writer)
        writer.field("mean_field_throughput_per_instance", curve.meanFieldThroughputPerInstance)
        writer.endObject()
    }

    private func write(_ simulated: Simulated, into writer: inout JSONWriter) {
        SimulationAnswer.writeMembers(
            simulated.result, simulated.settings, cost: request.problem.cost, into: &writer)
        guard let verdict = simulated.verdict else { return }
        writer.field("relative_gap", verdict.gap.value)
        EstimateAnswer.write(intervalOf: verdict.gap, "relative_gap_interval", into: &writer)
        writer.field("cycle_error", verdict.cycleError)
        writer.field("agrees", verdict.agrees)
        writer.field("verdict", verdict.text)
    }

    /// The member `idle`.
    static func write(_ idle: IdleFractions, into writer: inout JSONWriter) {
        writer.object("idle") { writer in
            writer.field("attention", idle.attention)
            writer.field("ffn", idle.ffn)
            writer.field("communication", idle.communication)
        }
    }

    /// How the errors of the inputs carry over.
    private static func write(_ uncertainty: SizingUncertainty, into writer: inout JSONWriter) {
        writer.array("ratio_interval", [uncertainty.ratio.lowerBound, uncertainty.ratio.upperBound]) { $0.value($1) }
        writer.field("throughput_per_instance_interval", orNull: uncertainty.throughput)
        writer.field("mean_context_range", orNull: uncertainty.meanContext)
    }
}
