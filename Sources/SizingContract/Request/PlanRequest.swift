import Hardware
import JSON
import Numerics
import Planning
import Sizing
import Text

/// A checked `POST /v1/plan`.
public struct PlanRequest: Sendable {
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

    /// Reads a request, or adds everything that is wrong with it to `errors`.
    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> PlanRequest? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        var assumptions: [StaticString] = []
        let workload = object.required("workload", &errors)
            .flatMap { WorkloadSchema.decode($0, &errors, &assumptions) }
        let speculation = object.optional("speculation").flatMap { Self.speculation($0, &errors) }
        let hardware = object.required("hardware", &errors)
            .flatMap { PlanHardwareSchema.decode($0, speculation, &errors, &assumptions) }
        let margin = object.optional("limits")?["margin_deviations"]?.number(in: 0...10, &errors) ?? 3
        let prices = object.optional("prices").flatMap { PlanHardwareSchema.Rates($0, &errors) }
        let power = object.optional("power").flatMap { PlanHardwareSchema.Rates($0, &errors) }
        let objective = object.optional("objective")?.choice(of: Objective.self, &errors)
        let limits = PlanLimitsSchema.decode(object, &errors, &assumptions)
        let target = workload.flatMap { PlanTargetSchema.decode(object, $0.workload, &errors) }
        let current = object.optional("current").flatMap { Self.current($0, &errors) }
        let hysteresis = object.optional("hysteresis")?.number(in: 0...10, &errors) ?? defaultHysteresis
        guard let workload, let hardware, let limits, let target, errors.isEmpty else { return nil }

        assumptions += hardware.choices.compactMap { $0.hardware.assumption(batchSize: limits.batchSize) }
        assumptions.append("loads of Attention instances are normal and independent")
        var pairs: [InstancePair] = []
        for choice in hardware.choices {
            let pair = errors.checked(
                value,
                try choice.pair(
                    slotLoad: workload.workload.slotLoad, batchSize: limits.batchSize, margin: margin, prices: prices,
                    power: power, speculation: speculation))
            if let pair { pairs.append(pair) }
        }
        guard pairs.count == hardware.choices.count else { return nil }
        let problem = errors.checked(
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

    private static func speculation(_ value: JSONValue, _ errors: inout ValidationErrors) -> SpeculativeDecoding? {
        guard let object = ObjectReader(value, fields: ["draft_tokens", "accepted", "draft_us"], &errors) else {
            return nil
        }
        let draft = object.required("draft_tokens", &errors)?.integer(in: 1...64, &errors)
        let accepted = object.required("accepted", &errors)?.number(&errors)
        let time = object.optional("draft_us")?.number(&errors) ?? 0
        guard let draft, let accepted else { return nil }
        return errors.checked(value, try SpeculativeDecoding(draftTokens: draft, accepted: accepted, draftTime: time))
    }

    private static func current(_ value: JSONValue, _ errors: inout ValidationErrors) -> ResizeAdvice.Current? {
        let fields: [StaticString] = ["attention_instances", "ffn_instances", "batch_size"]
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
