import Calibration
import Hardware
import JSON
import Planning
import Sizing
import SizingNumerics
import Text

/// A checked `POST /v1/plan`. Latencies are derived when it is run: of thousands of combinations that takes a while.
public struct PlanRequest: Sendable {
    /// What the pairs of instances are made of.
    var hardware: PlanHardwareSchema.Checked
    var slotLoad: SlotLoad
    /// Standard deviations of the load that memory is kept for.
    var margin: Double
    /// How kernel times scatter.
    var jitter: KernelJitter
    /// ρ, the probability that a slot is full.
    var occupancy: Double
    var prices: PlanHardwareSchema.Rates?
    var power: PlanHardwareSchema.Rates?
    var limits: PlanLimits
    var objective: Objective
    var target: FleetTarget
    var current: ResizeAdvice.Current?
    /// Relative gain below which nothing is changed.
    var hysteresis: Double
    /// Tokens a second asked for, without headroom; nil where none are.
    var demand: Double?
    var assumptions: [StaticString]
    /// What is asked about arrivals; nil for saturated bundles.
    var open: OpenPlanning?
    /// Whether depths of speculation, and whether parallel degrees, were to be chosen: then the answer tells them.
    var choosesDepth: Bool
    var choosesDegrees: Bool
    /// Where the stages were measured.
    var ranges: MeasuredRanges
    /// What reading the workload and fitting the hardware gave cause for.
    var warnings: [Warning]
    var hash: SipHash128.Value

    static let fields: [StaticString] = [
        "workload", "hardware", "batch_size", "microbatches", "max_ratio", "max_ffn_instances", "limits", "rules",
        "demand", "devices", "objective", "prices", "power", "speculation", "current", "hysteresis", "arrivals",
        "prefill", "transfer", "routing", "jitter", "occupancy", "colocation",
    ]

    static let defaultHysteresis = 0.05

    /// Reads a request, or adds everything that is wrong with it to `errors`.
    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> PlanRequest? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        var assumptions: [StaticString] = []
        let workload = object.required("workload", &errors)
            .flatMap { WorkloadSchema.decode($0, &errors, &assumptions) }
        let speculation = object.optional("speculation").flatMap { SpeculationSchema.decode($0, &errors) }
        let hardware = object.required("hardware", &errors)
            .flatMap { PlanHardwareSchema.decode($0, speculation, &errors, &assumptions) }
        let givenMargin = object.optional("limits")?["margin_deviations"]
        let margin = givenMargin?.number(in: 0...10, &errors) ?? 3
        let scatter = ScatterSchema.decode(object, &errors)
        let prices = object.optional("prices").flatMap { PlanHardwareSchema.Rates($0, &errors) }
        let power = object.optional("power").flatMap { PlanHardwareSchema.Rates($0, &errors) }
        let objective = object.optional("objective")?.choice(of: Objective.self, &errors)
        let isOpen = object.optional("arrivals") != nil
        let limits = PlanLimitsSchema.decode(object, isOpen: isOpen, &errors, &assumptions)
        let target =
            isOpen ? (.shape, nil) : workload.flatMap { PlanTargetSchema.decode(object, $0.workload, &errors) }
        let current = object.optional("current").flatMap { Self.current($0, isOpen: isOpen, &errors) }
        let open = OpenPlanning.decode(object, workload?.workload, hardware, &errors, &assumptions)
        let hysteresis = object.optional("hysteresis")?.number(in: 0...10, &errors) ?? defaultHysteresis
        guard let workload, let hardware, let limits, let target, errors.isEmpty else { return nil }

        if objective == nil {
            assumptions.append(prices == nil ? "objective: throughput per instance" : "objective: throughput per price")
        }
        if case .named = hardware, givenMargin == nil {
            assumptions.append("memory is kept for a load three standard deviations above its mean")
        }
        if current != nil, object.optional("hysteresis") == nil {
            assumptions.append("what runs is kept where the gain is less than 5 %")
        }
        if case .measured(let checked) = hardware {
            if let assumption = checked.assumption(batchSize: limits.batchSize) { assumptions.append(assumption) }
            if let given = object.optional("speculation") {
                errors.add(given, "needs hardware by name: coefficients already say what a step takes")
                return nil
            }
        }
        assumptions.append(
            isOpen
                ? "loads of Attention instances are independent, with the first three moments of the workload"
                : "loads of Attention instances are normal and independent")
        assumptions += OmittedOptions.lines(of: value)
        var choosesDegrees = false
        if case .named(let choices) = hardware {
            choosesDegrees =
                Set(choices.attention.map { [$0.dataParallel, $0.tensorParallel] }).count > 1
                || Set(choices.ffn.map { [$0.expertParallel, $0.tensorParallel] }).count > 1
        }
        return PlanRequest(
            hardware: hardware, slotLoad: workload.workload.slotLoad, margin: margin,
            jitter: scatter.jitter, occupancy: scatter.occupancy, prices: prices,
            power: power, limits: limits, objective: objective ?? (prices == nil ? .instances : .cost),
            target: target.target,
            current: current, hysteresis: hysteresis, demand: target.demand, assumptions: assumptions, open: open,
            choosesDepth: speculation.map { $0.count > 1 } ?? false, choosesDegrees: choosesDegrees,
            ranges: hardware.ranges, warnings: workload.warnings + hardware.warnings, hash: value.canonicalHash())
    }

    /// The planning question, with every latency derived, and what was assumed on the way.
    func problem(
        _ context: OperationContext
    ) throws(ProblemDocument) -> (problem: PlanProblem, derivation: [String]) {
        do throws(InvalidInput) {
            var made = try PlanHardwareSchema.pairs(
                hardware, slotLoad: slotLoad, batchSize: limits.batchSize, margin: margin, prices: prices, power: power,
                stop: context.isCancelled)
            for index in made.pairs.indices {
                made.pairs[index].jitter = jitter
                made.pairs[index].occupancy = occupancy
            }
            let problem = try PlanProblem(pairs: made.pairs, limits: limits, objective: objective, target: target)
            return (problem, made.assumptions)
        } catch {
            try context.check()
            // Of the description the path is relative to the hardware.
            let isOfHardware = ["attention", "ffn", "communication", "device"].contains {
                error.field == $0 || error.field.hasPrefix($0 + ".")
            }
            throw ProblemDocument(error, at: isOfHardware ? "/hardware" : "")
        }
    }

    private static func current(
        _ value: JSONValue, isOpen: Bool, _ errors: inout ValidationErrors
    ) -> ResizeAdvice.Current? {
        var fields: [StaticString] = ["attention_instances", "ffn_instances", "batch_size"]
        if isOpen { fields.append("prefill_instances") }
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let range = 1...SizingLimits.maximumRatio
        let attention = object.required("attention_instances", &errors)?.integer(in: 1...1_000_000, &errors)
        let ffn = object.required("ffn_instances", &errors)?.integer(in: 1...1_000_000, &errors)
        let batch = object.optional("batch_size")?.integer(in: 1...SizingLimits.maximumBatchSize, &errors)
        guard let attention, let ffn else { return nil }
        guard range.contains((attention + ffn - 1) / ffn) else {
            errors.add(
                value, "must have at most \(SizingLimits.maximumRatio) Attention instances for one FFN instance")
            return nil
        }
        return .init(attentionInstances: attention, ffnInstances: ffn, batchSize: batch)
    }
}
