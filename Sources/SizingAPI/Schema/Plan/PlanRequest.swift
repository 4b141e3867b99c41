import Hardware
import JSON
import Numerics
import Planning
import Sizing
import Text

/// A checked `POST /v1/plan`.
struct PlanRequest: Sendable {
    var problem: PlanProblem
    var current: ResizeAdvice.Current?
    /// Relative gain below which nothing is changed.
    var hysteresis: Double
    /// Tokens a second asked for, without headroom; nil where none are.
    var demand: Double?
    var assumptions: [StaticString]
    /// The same for hardware that was derived.
    var derivation: [String]
    var hash: SipHash128.Value

    static let fields: [StaticString] = [
        "workload", "hardware", "batch_size", "microbatches", "max_ratio", "max_ffn_instances", "limits", "rules",
        "demand", "devices", "objective", "prices", "power", "speculation", "current", "hysteresis",
    ]

    static let defaultHysteresis = 0.05

    /// Reads a request, or adds everything that is wrong with it to `problems`.
    static func decode(_ value: JSONValue, _ problems: inout Problems) -> PlanRequest? {
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        var assumptions: [StaticString] = []
        let workload = object.required("workload", &problems)
            .flatMap { WorkloadSchema.decode($0, &problems, &assumptions) }
        let speculation = object.optional("speculation").flatMap { Self.speculation($0, &problems) }
        let hardware = object.required("hardware", &problems)
            .flatMap { PlanHardwareSchema.decode($0, speculation, &problems, &assumptions) }
        let margin = object.optional("limits")?["margin_deviations"]?.number(in: 0...10, &problems) ?? 3
        let prices = object.optional("prices").flatMap { PlanHardwareSchema.Rates($0, &problems) }
        let power = object.optional("power").flatMap { PlanHardwareSchema.Rates($0, &problems) }
        let objective = object.optional("objective")?.choice(of: Objective.self, &problems)
        let limits = PlanLimitsSchema.decode(object, &problems, &assumptions)
        let target = workload.flatMap { PlanTargetSchema.decode(object, $0, &problems) }
        let current = object.optional("current").flatMap { Self.current($0, &problems) }
        let hysteresis = object.optional("hysteresis")?.number(in: 0...10, &problems) ?? defaultHysteresis
        guard let workload, let hardware, let limits, let target, problems.isEmpty else { return nil }

        assumptions += hardware.choices.compactMap { $0.hardware.assumption(batchSize: limits.batchSize) }
        assumptions.append("loads of Attention instances are normal and independent")
        var pairs: [InstancePair] = []
        for choice in hardware.choices {
            let pair = problems.checked(
                value,
                try choice.pair(
                    slotLoad: workload.slotLoad, batchSize: limits.batchSize, margin: margin, prices: prices,
                    power: power, speculation: speculation))
            if let pair { pairs.append(pair) }
        }
        guard pairs.count == hardware.choices.count else { return nil }
        let problem = problems.checked(
            value,
            try PlanProblem(
                pairs: pairs, limits: limits, objective: objective ?? (prices == nil ? .instances : .cost),
                target: target.target))
        guard let problem else { return nil }
        var derivation: [String] = []
        for assumption in hardware.choices.flatMap({ $0.assumptions }) where !derivation.contains(assumption) {
            derivation.append(assumption)
        }
        return PlanRequest(
            problem: problem, current: current, hysteresis: hysteresis, demand: target.demand, assumptions: assumptions,
            derivation: derivation, hash: value.canonicalHash())
    }

    private static func speculation(_ value: JSONValue, _ problems: inout Problems) -> SpeculativeDecoding? {
        guard let object = ObjectReader(value, fields: ["draft_tokens", "accepted", "draft_us"], &problems) else {
            return nil
        }
        let draft = object.required("draft_tokens", &problems)?.integer(in: 1...64, &problems)
        let accepted = object.required("accepted", &problems)?.number(&problems)
        let time = object.optional("draft_us")?.number(&problems) ?? 0
        guard let draft, let accepted else { return nil }
        return problems.checked(value, try SpeculativeDecoding(draftTokens: draft, accepted: accepted, draftTime: time))
    }

    private static func current(_ value: JSONValue, _ problems: inout Problems) -> ResizeAdvice.Current? {
        let fields: [StaticString] = ["attention_instances", "ffn_instances", "batch_size"]
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        let range = 1...SizingLimits.maximumRatio
        let attention = object.required("attention_instances", &problems)?.integer(in: 1...1_000_000, &problems)
        let ffn = object.required("ffn_instances", &problems)?.integer(in: 1...1_000_000, &problems)
        let batch = object.optional("batch_size")?.integer(in: 1...SizingLimits.maximumBatchSize, &problems)
        guard let attention, let ffn else { return nil }
        guard range.contains((attention + ffn - 1) / ffn) else {
            problems.add(
                value, "must have at most \(SizingLimits.maximumRatio) Attention instances for one FFN instance")
            return nil
        }
        return .init(attentionInstances: attention, ffnInstances: ffn, batchSize: batch)
    }
}
