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
        /// How the plan sends requests to bundles; nil where it does not say.
        var routing: ReplayRouting?
    }

    private static let needed: [StaticString] = [
        "bundles", "bundle", "batch_size", "microbatches", "prefill_instances", "kv_tokens", "routing",
    ]
    /// What a plan tells beside, and what has to agree with the request.
    private static let agreeing: [StaticString] = [
        "speculation", "parallel", "attention_device", "ffn_device", "prefill_device",
    ]
    /// What a plan tells beside, and a replay works out itself.
    private static let told: [StaticString] = [
        "attention_instances", "ffn_instances", "ratio", "spare_attention_instances", "spare_ffn_instances",
        "spare_prefill_instances", "attention_devices", "ffn_devices", "prefill_devices", "devices", "throughput",
        "throughput_per_instance", "utilisation", "cycle_us", "idle", "bottleneck", "tpot_ms", "cost_per_hour",
        "cost_per_million_tokens", "energy_per_token_j", "memory", "binding", "prefill", "attention", "ffn", "service",
    ]

    /// - Parameters:
    ///   - given: the deployment, or a whole plan's answer.
    ///   - hardware: that of the request.
    ///   - prefillDevice: that of the request's prefill; nil where it has none, or coefficients.
    static func decode(
        _ given: JSONValue, _ hardware: CheckedHardware?, prefillDevice: String?, _ errors: inout ValidationErrors
    ) -> Decoded? {
        let value = given["deployment"] ?? given
        guard let object = ObjectReader(value, fields: needed + agreeing + told, &errors) else { return nil }
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
        let routing = object.optional("routing")?.choice(of: ReplayRouting.self, &errors)
        compare(object, hardware, prefillDevice, &errors)
        guard let attention, let batch else { return nil }
        return Decoded(
            bundles: bundles, attentionInstances: attention, ffnInstances: ffn, batchSize: batch,
            microbatches: microbatches, prefillInstances: prefill, tokens: tokens,
            routing: routing)
    }

    /// A plan of other hardware than the request's would be replayed wrongly, so that what it names must agree.
    private static func compare(
        _ object: ObjectReader, _ hardware: CheckedHardware?, _ prefillDevice: String?,
        _ errors: inout ValidationErrors
    ) {
        if let speculation = object.optional("speculation"), speculation.kind != .null,
            speculation["draft_tokens"]?.number != 0
        {
            errors.add(speculation, "must not be there: a replay knows no speculation yet")
        }
        var devices: [(StaticString, String, at: String)] = []
        if let id = prefillDevice { devices.append(("prefill_device", id, at: "prefill")) }
        if let description = hardware?.derived?.description {
            devices.append(("attention_device", description.attention.device.id, at: "hardware"))
            devices.append(("ffn_device", description.ffn.device.id, at: "hardware"))
            compare(object.optional("parallel"), description, &errors)
        }
        for (name, id, place) in devices {
            if let device = object.optional(name), device.text(&errors) ?? id != id {
                errors.add(device, "must be the device of \(place), \(id)")
            }
        }
    }

    /// Parallel degrees that a plan has chosen.
    private static func compare(
        _ parallel: JSONValue?, _ description: HardwareDescription, _ errors: inout ValidationErrors
    ) {
        guard let parallel else { return }
        let degrees: [(StaticString, StaticString, Int)] = [
            ("attention", "data_parallel", description.attention.dataParallel),
            ("attention", "tensor_parallel", description.attention.tensorParallel),
            ("ffn", "expert_parallel", description.ffn.expertParallel),
            ("ffn", "tensor_parallel", description.ffn.tensorParallel),
        ]
        for (stage, name, degree) in degrees {
            guard let given = parallel[stage]?[name], given.number != Double(degree) else { continue }
            errors.add(given, "must be the \(name) of hardware.\(stage), \(degree): name the degrees that were planned")
        }
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
        let (attention, link) = try curves(hardware, upTo: decoded.batchSize, stages)
        return try ReplayBundleShape(
            stages: stages, attention: attention, link: link, attentionInstances: decoded.attentionInstances,
            ffnInstances: decoded.ffnInstances,
            batchSize: decoded.batchSize, microbatches: decoded.microbatches, tokenCapacity: tokens)
    }

    /// Where t_A and t_C depend on the batch: their curves at batches a tenth apart.
    private static func curves(
        _ hardware: CheckedHardware, upTo batch: Int, _ stages: StageLatencies
    ) throws(InvalidInput) -> (AttentionCurves, LinkCurves) {
        if case .stages = hardware.latencies {
            return (AttentionCurves(stages.attention), LinkCurves(stages))
        }
        let step = min(batch, hardware.derived?.description.attention.dataParallel ?? 1)
        var curves: [(batch: Int, stages: StageLatencies)] = []
        for steps in GeometricGrid.wholeNumbers(upTo: max(1, batch / step), growth: 1.1) {
            curves.append((steps * step, try hardware.stages(batchSize: steps * step)))
        }
        if curves.last?.batch != batch { curves.append((batch, stages)) }
        let attention = AttentionCurves(
            upTo: curves[0].batch, curves[0].stages.attention,
            curves.dropFirst().map { ($0.batch, $0.stages.attention) })
        return (attention, LinkCurves(curves))
    }
}
