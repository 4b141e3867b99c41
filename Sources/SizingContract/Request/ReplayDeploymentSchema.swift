import Hardware
import JSON
import Simulation
import Sizing
import SizingNumerics
import Text

/// `deployment` of a replay: what `/v1/plan` answers under that name, or its whole answer.
enum ReplayDeploymentSchema {
    struct Decoded: Sendable {
        var bundles: Int
        var attentionInstances: Int
        var ffnInstances: Int
        var batchSize: Int
        var microbatches: Int?
        /// nil where none are named.
        var prefillInstances: Int?
        /// Tokens that the cache of an Attention instance holds; nil where the hardware tells, or nothing does.
        var tokens: Double?
    }

    private static let needed: [StaticString] = [
        "bundles", "bundle", "batch_size", "microbatches", "prefill_instances", "kv_tokens",
    ]
    /// What a plan tells beside, and a replay works out itself.
    private static let told: [StaticString] = [
        "attention_instances", "ffn_instances", "ratio", "spare_attention_instances", "spare_ffn_instances",
        "spare_prefill_instances", "attention_devices", "ffn_devices", "prefill_devices", "throughput",
        "throughput_per_instance", "utilisation", "cycle_us", "idle", "bottleneck", "tpot_ms", "cost_per_hour",
        "cost_per_million_tokens", "energy_per_token_j", "memory", "binding", "prefill_device", "prefill", "attention",
        "ffn", "attention_device", "ffn_device", "service",
    ]

    static func decode(
        _ given: JSONValue, _ hardware: CheckedHardware?, _ errors: inout ValidationErrors
    ) -> Decoded? {
        let value = given["deployment"] ?? given
        guard let object = ObjectReader(value, fields: needed + told + ["speculation"], &errors) else { return nil }
        if let speculation = object.optional("speculation"), speculation.kind != .null {
            errors.add(speculation, "must not be there: a replay knows no speculation yet")
        }
        let bundles = object.optional("bundles")?.integer(in: 1...100_000, &errors) ?? 1
        let bundle = object.required("bundle", &errors)
            .flatMap { ObjectReader($0, fields: ["attention_instances", "ffn_instances"], &errors) }
        let range = 1...SizingLimits.maximumRatio
        let attention = bundle?.required("attention_instances", &errors)?.integer(in: range, &errors)
        let ffn = bundle?.optional("ffn_instances")?.integer(in: range, &errors) ?? 1
        let batch = object.required("batch_size", &errors)?.integer(in: 1...SizingLimits.maximumBatchSize, &errors)
        var microbatches: Int?
        if let value = object.optional("microbatches"), value.kind != .null {
            microbatches = value.integer(in: 1...SizingLimits.maximumMicrobatches, &errors)
        }
        let prefill = object.optional("prefill_instances")?.integer(in: 1...100_000, &errors)
        let tokens = object.optional("kv_tokens")?.number(in: 1...1e15, &errors)
        if let description = hardware?.derived?.description {
            for (name, id) in [
                ("attention_device" as StaticString, description.attention.device.id),
                ("ffn_device", description.ffn.device.id),
            ] {
                if let device = object.optional(name), device.text(&errors) ?? id != id {
                    errors.add(device, "must be the device of hardware, \(id)")
                }
            }
        }
        guard let attention, let batch else { return nil }
        return Decoded(
            bundles: bundles, attentionInstances: attention, ffnInstances: ffn, batchSize: batch,
            microbatches: microbatches, prefillInstances: prefill, tokens: tokens)
    }

    /// The bundle's shape with its latencies.
    ///
    /// - Throws: `InvalidInput` of the hardware.
    static func shape(_ decoded: Decoded, _ hardware: CheckedHardware) throws(InvalidInput) -> ReplayBundleShape {
        let stages = try hardware.stages(batchSize: decoded.batchSize)
        var tokens = decoded.tokens
        if tokens == nil, let description = hardware.derived?.description {
            let none = try SlotLoad(mean: 0, standardDeviation: 0)
            let capacity = try MemoryBudget(description, slotLoad: none).tokenCapacity
            if capacity.isFinite { tokens = capacity }
        }
        return try ReplayBundleShape(
            stages: stages, attention: try curves(hardware, upTo: decoded.batchSize, stages),
            attentionInstances: decoded.attentionInstances, ffnInstances: decoded.ffnInstances,
            batchSize: decoded.batchSize, microbatches: decoded.microbatches, tokenCapacity: tokens)
    }

    /// Where t_A depends on the batch: its curves at batches a tenth apart.
    private static func curves(
        _ hardware: CheckedHardware, upTo batch: Int, _ stages: StageLatencies
    ) throws(InvalidInput) -> AttentionCurves {
        if case .stages = hardware.latencies { return AttentionCurves(stages.attention) }
        let step = min(batch, hardware.derived?.description.attention.dataParallel ?? 1)
        var models: [(batch: Int, model: LatencyModel)] = []
        for steps in GeometricGrid.wholeNumbers(upTo: max(1, batch / step), growth: 1.1) {
            models.append((steps * step, try hardware.stages(batchSize: steps * step).attention))
        }
        if models.last?.batch != batch { models.append((batch, stages.attention)) }
        return AttentionCurves(upTo: models[0].batch, models[0].model, Array(models.dropFirst()))
    }
}
