import JSON
import Planning
import Sizing
import Text

/// What a deployment must not break: `limits`, `rules`, and what the caller fixes.
enum PlanLimitsSchema {
    private static let fields: [StaticString] = ["tpot_ms", "tpot_percentile", "max_batch", "margin_deviations"]
    private static let ruleFields: [StaticString] = [
        "attention_ranks_at_least_ffn", "attention_multiple_of_ffn", "devices_per_node",
    ]

    /// m where neither it nor the batch is given.
    static let microbatchChoices: [Int?] = [1, 2, 3, 4]

    /// - Parameter isOpen: whether arrivals are given: then bounds on times are those of ``ServiceLimitsSchema``.
    static func decode(
        _ object: ObjectReader, isOpen: Bool, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> PlanLimits? {
        let before = errors.total
        let limits = object.optional("limits").flatMap {
            ObjectReader($0, fields: fields + ServiceLimitsSchema.fields, &errors)
        }
        if !isOpen, let limits {
            for name in ServiceLimitsSchema.fields where !fields.contains(where: { $0.description == name.description })
            {
                if let given = limits.optional(name) { errors.add(given, "needs arrivals") }
            }
        }
        let rules = object.optional("rules").flatMap { ObjectReader($0, fields: ruleFields, &errors) }
        let batch = object.optional("batch_size")?.integer(in: 1...SizingLimits.maximumBatchSize, &errors)
        let microbatches = object.optional("microbatches")?.integer(in: 1...SizingLimits.maximumMicrobatches, &errors)
        let ratio = object.optional("max_ratio")?.integer(in: 1...SizingLimits.maximumRatio, &errors)
        let givenFFN = object.optional("max_ffn_instances")?.integer(in: 1...16, &errors)
        let ffn = givenFFN ?? 1
        let saturated = isOpen ? nil : limits
        let tpot = saturated?.optional("tpot_ms")?.number(in: 1e-6...1e9, &errors)
        let percentile = saturated?.optional("tpot_percentile")?.choice(of: PlanLimits.Percentile.self, &errors)
        let largest = limits?.optional("max_batch")?.integer(in: 1...SizingLimits.maximumBatchSize, &errors)
        let ranks = rules?.optional("attention_ranks_at_least_ffn")?.boolean(&errors) ?? false
        let multiple = rules?.optional("attention_multiple_of_ffn").flatMap { rankRule($0, &errors) }
        let node = rules?.optional("devices_per_node")?.integer(in: 1...1024, &errors)
        guard errors.total == before else { return nil }

        var choices: [Int?] = [microbatches]
        if microbatches == nil, batch == nil {
            choices = microbatchChoices
            assumptions.append("microbatches chosen from 1 to 4")
        } else if microbatches == nil {
            assumptions.append("stages overlap perfectly, in lock-step; memory is counted for one microbatch")
        }
        if batch == nil, largest == nil { assumptions.append("batches of at most 4096 requests an instance") }
        if ratio == nil { assumptions.append("at most 512 Attention instances for one FFN instance") }
        if givenFFN == nil { assumptions.append("one FFN instance a bundle") }
        if tpot != nil, percentile == nil { assumptions.append("tpot_ms bounds the mean") }
        return errors.checked(
            object.value,
            try PlanLimits(
                tpot: tpot.map { $0 * 1000 }, percentile: percentile ?? .mean,
                maximumBatch: largest ?? max(PlanLimits.defaultMaximumBatch, batch ?? 1), batchSize: batch,
                maximumRatio: ratio ?? PlanLimits.defaultMaximumRatio, maximumFFNInstances: ffn, microbatches: choices,
                attentionRanksAtLeastFFN: ranks, rankRule: multiple, devicesPerNode: node))
    }

    /// `true`, `false`, or `"blocks"` for blocks that differ by one rank.
    private static func rankRule(_ value: JSONValue, _ errors: inout ValidationErrors) -> PlanLimits.RankRule? {
        if let isMultiple = value.bool { return isMultiple ? .multiple : nil }
        if value.string == PlanLimits.RankRule.blocks.rawValue { return .blocks }
        errors.add(value, "must be true, false or \"blocks\" (blocks of Attention ranks that differ by one)")
        return nil
    }
}
