import JSON
import Numerics
import Planning
import Sizing
import Text

/// What a deployment must not break: `limits`, `rules`, and what the caller fixes.
enum PlanLimitsSchema {
    private static let fields: [StaticString] = ["tpot_ms", "tpot_percentile", "max_batch", "margin_deviations"]
    private static let ruleFields: [StaticString] = ["attention_ranks_at_least_ffn", "devices_per_node"]

    /// m where neither it nor the batch is given.
    static let microbatchChoices: [Int?] = [1, 2, 3, 4]

    static func decode(
        _ object: ObjectReader, _ problems: inout Problems, _ assumptions: inout [StaticString]
    ) -> PlanLimits? {
        let before = problems.total
        let limits = object.optional("limits").flatMap { ObjectReader($0, fields: fields, &problems) }
        let rules = object.optional("rules").flatMap { ObjectReader($0, fields: ruleFields, &problems) }
        let batch = object.optional("batch_size")?.integer(in: 1...SizingLimits.maximumBatchSize, &problems)
        let microbatches = object.optional("microbatches")?.integer(in: 1...SizingLimits.maximumMicrobatches, &problems)
        let ratio = object.optional("max_ratio")?.integer(in: 1...SizingLimits.maximumRatio, &problems)
        let ffn = object.optional("max_ffn_instances")?.integer(in: 1...16, &problems) ?? 1
        let tpot = limits?.optional("tpot_ms")?.number(in: 1e-6...1e9, &problems)
        let percentile = limits?.optional("tpot_percentile")?.choice(of: PlanLimits.Percentile.self, &problems)
        let largest = limits?.optional("max_batch")?.integer(in: 1...SizingLimits.maximumBatchSize, &problems)
        let ranks = rules?.optional("attention_ranks_at_least_ffn")?.boolean(&problems) ?? false
        let node = rules?.optional("devices_per_node")?.integer(in: 1...1024, &problems)
        guard problems.total == before else { return nil }

        var choices: [Int?] = [microbatches]
        if microbatches == nil, batch == nil {
            choices = microbatchChoices
            assumptions.append("microbatches chosen from 1 to 4")
        } else if microbatches == nil {
            assumptions.append("stages overlap perfectly, in lock-step; memory is counted for one microbatch")
        }
        if batch == nil, largest == nil { assumptions.append("batches of at most 4096 requests an instance") }
        return problems.checked(
            object.value,
            try PlanLimits(
                tpot: tpot.map { $0 * 1000 }, percentile: percentile ?? .mean,
                maximumBatch: largest ?? max(PlanLimits.defaultMaximumBatch, batch ?? 1), batchSize: batch,
                maximumRatio: ratio ?? PlanLimits.defaultMaximumRatio, maximumFFNInstances: ffn, microbatches: choices,
                attentionRanksAtLeastFFN: ranks, devicesPerNode: node))
    }
}

/// How large the fleet is to be: `demand` or `devices`, or neither for the shape of one bundle.
enum PlanTargetSchema {
    private static let fields: [StaticString] = [
        "requests_per_second", "tokens_per_second", "headroom", "spare_instances",
    ]

    static func decode(
        _ object: ObjectReader, _ workload: Workload, _ problems: inout Problems
    ) -> (target: FleetTarget, demand: Double?)? {
        let demand = object.optional("demand")
        let devices = object.optional("devices")
        if let demand, devices != nil {
            problems.add(demand, "must not be given together with devices")
            return nil
        }
        if let demand { return Self.demand(demand, workload, &problems) }
        if let devices { return budget(devices, &problems).map { ($0, nil) } }
        return (.shape, nil)
    }

    private static func demand(
        _ value: JSONValue, _ workload: Workload, _ problems: inout Problems
    ) -> (target: FleetTarget, demand: Double?)? {
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        let requests = object.optional("requests_per_second")
        let tokens = object.optional("tokens_per_second")
        let headroom = object.optional("headroom")?.number(in: 0...100, &problems) ?? 0
        let spares = object.optional("spare_instances")?.integer(in: 0...10_000, &problems) ?? 0
        guard (requests == nil) != (tokens == nil) else {
            problems.add(value, "must have one of requests_per_second and tokens_per_second")
            return nil
        }
        var rate = tokens?.number(in: 1e-3...1e12, &problems)
        if let requests {
            guard let mean = workload.meanDecode else {
                problems.add(requests, "needs decode lengths: give tokens_per_second, or a workload with lengths")
                return nil
            }
            rate = requests.number(in: 1e-6...1e9, &problems).map { $0 * mean }
        }
        guard let rate else { return nil }
        return (.demand(tokensPerSecond: rate * (1 + headroom), spareInstances: spares), rate)
    }

    private static func budget(_ value: JSONValue, _ problems: inout Problems) -> FleetTarget? {
        guard let object = ObjectReader(value, fields: ["total", "attention", "ffn"], &problems) else { return nil }
        let range = 1...10_000_000
        if let total = object.optional("total") {
            guard object.optional("attention") == nil, object.optional("ffn") == nil else {
                problems.add(value, "must have total, or attention and ffn, not both")
                return nil
            }
            return total.integer(in: range, &problems).map { .total(devices: $0) }
        }
        let attention = object.required("attention", &problems)?.integer(in: range, &problems)
        let ffn = object.required("ffn", &problems)?.integer(in: range, &problems)
        guard let attention, let ffn else { return nil }
        return .each(attention: attention, ffn: ffn)
    }
}

extension Workload {
    /// E[D], steps of a request; nil where only the slot load is known.
    var meanDecode: Double? {
        switch requests {
        case .independent(_, let decode): return decode.decodeMoments.mean
        case .trace(let trace):
            var steps = CompensatedSum()
            var weights = CompensatedSum()
            for index in 0..<trace.count {
                steps += trace.weight(at: index) * Double(trace.decode[index])
                weights += trace.weight(at: index)
            }
            return steps.value / weights.value
        case .moments: return nil
        }
    }
}
