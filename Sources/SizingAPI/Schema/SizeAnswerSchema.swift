import Calibration
import Glibc
import JSON
import Simulation
import Sizing

/// The answer of `POST /v1/size` as JSON.
enum SizeAnswerSchema {
    /// A solved problem and the theory that solved it.
    struct Solution: Sendable {
        let model: any CycleTimeModel
        let answer: SizingAnswer

        init(_ problem: SizingProblem) {
            model = problem.barrier
            answer = problem.solve(under: model)
        }
    }

    /// Solves the problem of `request` and writes the answer.
    static func write(answerTo request: SizeRequest, into writer: inout JSONWriter) {
        write(Solution(request.problem), answerTo: request, simulated: nil, into: &writer)
    }

    /// Writes the answer, with what the simulation gave where there was one.
    static func write(
        _ solution: Solution, answerTo request: SizeRequest, simulated: SimulationResult?,
        into writer: inout JSONWriter
    ) {
        let problem = request.problem
        let model = solution.model
        let answer = solution.answer
        let best = answer.recommendation
        writer.beginObject()
        writer.object("recommendation") { writer in
            writer.field("ratio", Int(best.ratio))
            writer.field("attention_instances", Int(best.ratio))
            writer.field("ffn_instances", 1)
            write(best, hasCost: request.hasCost, into: &writer)
            writer.field("tpot_us", best.tpot)
            writeIdle(best.cycle.idle, into: &writer)
            writer.field("bottleneck", best.cycle.bottleneck.rawValue)
        }
        writer.object("mean_field") { write(answer.closedForm, answer.meanField, hasCost: request.hasCost, into: &$0) }
        writer.object("workload") { writer in
            let load = problem.workload.slotLoad
            writer.field("slot_load_mean", load.mean)
            writer.field("slot_load_stddev", load.standardDeviation)
            writer.field("slot_load_skewness", load.skewness)
        }
        writer.object("coefficients") { HardwareSchema.write(problem, ratio: best.ratio, into: &$0) }
        if let hardware = request.derivedHardware {
            HardwareDescriptionSchema.writeDerivation(hardware, problem, ratio: best.ratio, into: &writer)
        }
        if let errors = request.errors {
            writer.object("uncertainty") {
                UncertaintySchema.write(SizingUncertainty(problem, best: best, model: model, errors: errors), into: &$0)
            }
        }
        if request.include.contains(.curve) {
            let ratios = curveRatios(
                upTo: request.hasMaximumRatio ? problem.maximumRatio : nil, including: Int(best.ratio))
            let meanField = MeanFieldCycle(problem.parameters)
            writer.array("curve", problem.curve(ratios: ratios, under: model)) { writer, point in
                writer.beginObject()
                writer.field("ratio", Int(point.ratio))
                write(point, hasCost: request.hasCost, into: &writer)
                writer.field("tpot_us", point.tpot)
                writeIdle(point.cycle.idle, into: &writer)
                let constant = problem.operatingPoint(ratio: point.ratio, cycle: meanField.cycle(ratio: point.ratio))
                writer.field("mean_field_throughput_per_instance", constant.throughputPerInstance)
                writer.endObject()
            }
        }
        if let simulated, let settings = request.simulation?.settings {
            writer.object("simulation") { write(simulated, settings, best, cost: problem.cost, into: &$0) }
        }
        Provenance.write(
            hash: request.hash, seed: request.simulation?.settings.seed,
            assumptions: assumptions(answer, model, request),
            derivation: request.chosen + (request.derivedHardware?.assumptions ?? []), into: &writer)
        writer.endObject()
    }

    private static func write(
        _ result: SimulationResult, _ settings: SimulationSettings, _ recommendation: OperatingPoint,
        cost: InstanceCost, into writer: inout JSONWriter
    ) {
        SimulationAnswerSchema.writeMembers(result, settings, cost: cost, into: &writer)
        guard let best = result.best(cost: cost),
            let gap = result.relativeGap(of: Int(recommendation.ratio), cost: cost),
            let verdict = Verdict(recommendation, result, best, gap: gap)
        else { return }
        writer.field("relative_gap", gap.value)
        SimulationAnswerSchema.writeInterval("relative_gap_interval", gap, into: &writer)
        writer.field("cycle_error", verdict.cycleError)
        writer.field("agrees", verdict.agrees)
        writer.field("verdict", verdict.text)
    }

    /// Most points of a curve; beyond it the ratios are thinned out.
    static let maximumCurvePoints = 512

    /// Whole ratios from 1: to `maximum` where the caller gave one, else to twice the recommendation (at least to 16, at
    /// most to the default maximum). More than 512 are thinned to a geometric grid that keeps both ends and the
    /// recommendation.
    static func curveRatios(upTo maximum: Int?, including best: Int) -> [Int] {
        let last = maximum ?? min(SizingProblem.defaultMaximumRatio, max(16, 2 * best))
        if last <= maximumCurvePoints { return Array(1...last) }
        var ratios: [Int] = []
        var next = 1.0
        let growth = exp(log(Double(last)) / Double(maximumCurvePoints - 2))
        while Int(next) < last {
            if ratios.last != Int(next) {
                if let previous = ratios.last, previous < best, best < Int(next) { ratios.append(best) }
                ratios.append(Int(next))
            }
            next = max(next * growth, next.rounded(.down) + 1)
        }
        if let previous = ratios.last, previous < best, best < last { ratios.append(best) }
        ratios.append(last)
        return ratios
    }

    private static func write(
        _ closedForm: MeanFieldRatio, _ point: OperatingPoint, hasCost: Bool, into writer: inout JSONWriter
    ) {
        writeFinite("ratio", closedForm.ratio, into: &writer)
        writer.field("regime", closedForm.regime.rawValue)
        writeFinite("ratio_attention", closedForm.attention, into: &writer)
        writeFinite("ratio_communication", closedForm.communication, into: &writer)
        writeFinite("ratio_peak", closedForm.peak, into: &writer)
        write(point, hasCost: hasCost, into: &writer)
        writeIdle(point.cycle.idle, into: &writer)
    }

    private static func write(_ point: OperatingPoint, hasCost: Bool, into writer: inout JSONWriter) {
        writer.field("throughput_per_instance", point.throughputPerInstance)
        if hasCost { writer.field("throughput_per_cost", point.throughputPerCost) }
        writer.field("cycle_us", point.cycle.duration)
    }

    static func writeIdle(_ idle: IdleFractions, into writer: inout JSONWriter) {
        writer.object("idle") { writer in
            writer.field("attention", idle.attention)
            writer.field("ffn", idle.ffn)
            writer.field("communication", idle.communication)
        }
    }

    /// A ratio without bound is `null`.
    private static func writeFinite(_ name: StaticString, _ value: Double, into writer: inout JSONWriter) {
        if value.isFinite {
            writer.field(name, value)
        } else {
            writer.name(name)
            writer.null()
        }
    }

    private static func assumptions(
        _ answer: SizingAnswer, _ model: any CycleTimeModel, _ request: SizeRequest
    ) -> [StaticString] {
        var assumptions = request.assumptions
        assumptions.append(barrierAssumption(model))
        let limit = Double(request.problem.maximumRatio)
        if answer.recommendation.ratio == limit {
            assumptions.append("the recommendation is the largest ratio considered; a larger one may be better")
        }
        if answer.closedForm.ratio > limit {
            assumptions.append("the mean-field ratio is beyond max_ratio; its cycle is that at max_ratio")
        }
        return assumptions
    }

    private static func barrierAssumption(_ model: any CycleTimeModel) -> StaticString {
        guard let exact = model as? ExactBarrierCycle else {
            return "barrier: loads of Attention instances are independent and normal"
        }
        return exact.isFromDistribution
            ? "barrier: loads of Attention instances are independent, with the distribution of the workload"
            : "barrier: loads of Attention instances are independent, with the first three moments of the workload"
    }
}
