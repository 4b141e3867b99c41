import Hardware
import JSON
import Simulation
import Sizing
import SizingNumerics
import Text

/// A checked `POST /v1/replay`.
public struct ReplayRequest: Sendable {
    let problem: ReplayProblem
    let rates: ReplayRates
    let seed: Int
    /// Milliseconds.
    let timeout: Int
    /// Most threads that its replays use.
    let threads: Int
    let assumptions: [StaticString]
    /// The same for hardware that was derived from names.
    let derivation: [String]
    let warnings: [Warning]
    /// The whole request, but for a trace from a file.
    let value: JSONValue
    /// Of the requests of a file.
    let traceHash: SipHash128.Value?
    let isTrace: Bool

    static let fields: [StaticString] = [
        "hardware", "deployment", "prefill", "transfer", "routing", "limits", "policies", "scaling", "start_delay_s",
        "abandon_after_s", "queue_limit", "trace", "speed", "arrivals", "workload", "replications", "prices", "power",
        "seed", "timeout_ms", "speculation",
    ]

    static let defaultTimeout = 30_000

    /// Reads a request, or adds everything that is wrong with it to `errors`.
    ///
    /// - Parameters:
    ///   - value: the request.
    ///   - trace: in place of that of the request, where one was sent beside it.
    ///   - limits: what a replay may take.
    ///   - errors: gets what is wrong.
    static func decode(
        _ value: JSONValue, _ trace: ReplayTrace? = nil, _ limits: SimulationLimits, _ errors: inout ValidationErrors
    ) -> ReplayRequest? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        var assumptions: [StaticString] = []
        if let given = object.optional("speculation") {
            errors.add(given, "is not taken here: a replay decodes one token of a request in a step")
        }
        let hardware = object.required("hardware", &errors).flatMap { HardwareSchema.read($0, &errors, &assumptions) }
        let model = hardware?.derived.map { ($0.description.model, $0.description.precision) }
        let prefill = object.optional("prefill").flatMap {
            PrefillSchema.decode($0, model: model, lists: false, &errors)?.first
        }
        let deployment = object.required("deployment", &errors)
            .flatMap { ReplayDeploymentSchema.decode($0, hardware, prefillDevice: prefill?.device, &errors) }
        if object.optional("prefill") != nil, let deployment, deployment.prefillInstances == nil {
            errors.add(
                object.optional("deployment") ?? value, "must have the field \"prefill_instances\": prefill is given")
        }
        let transfer = object.optional("transfer").flatMap { TransferSchema.decode($0, model: model, &errors) }
        if let given = object.optional("transfer"), object.optional("prefill") == nil {
            errors.add(given, "needs prefill")
        }
        let routing =
            object.optional("routing")?.choice(of: ReplayRouting.self, &errors) ?? deployment?.routing ?? .leastLoaded
        let bounds =
            object.optional("limits").flatMap { ObjectReader($0, fields: ServiceLimitsSchema.fields, &errors) }
            .map { ServiceLimitsSchema.decode($0, &errors) } ?? ServiceLimits()
        let delay = object.optional("start_delay_s")?.number(in: 0...1e6, &errors) ?? 180
        let patience = object.optional("abandon_after_s")?.number(in: 1e-3...1e8, &errors) ?? .infinity
        let queue = object.optional("queue_limit")?.integer(in: 0...1_000_000_000, &errors) ?? .max
        let arrivals = ReplayArrivalsSchema.decode(
            object, trace, cachedFraction: prefill?.time.cachedFraction ?? 0, &errors, &assumptions)
        let replications = object.optional("replications")?.integer(in: 1...ReplayProblem.maximumReplications, &errors)
        let seed = object.optional("seed")?.integer(in: 0...(1 << 53) - 1, &errors) ?? SimulationSettings.defaultSeed
        let timeout = object.optional("timeout_ms")?.integer(in: 1...limits.maximumTimeout, &errors)
        let scaling = deployment.flatMap {
            ReplayPolicySchema.scaling(
                object.optional("scaling"), bundles: $0.bundles, attention: $0.attentionInstances,
                prefill: object.optional("prefill") == nil ? nil : $0.prefillInstances ?? 1, &errors)
        }
        let rates = ReplayRates(object, hardware, prefill, &errors)
        guard let hardware, let deployment, let scaling, let rates else { return nil }

        let hardwareValue = object.optional("hardware") ?? value
        guard
            let shape = errors.checked(hardwareValue, try ReplayDeploymentSchema.shape(deployment, hardware))
        else { return nil }
        if let tokens = shape.tokenCapacity, tokens < 1 {
            errors.add(hardwareValue, "leaves no memory for a cache: the Attention weights do not fit")
        }
        let system = ReplayDeployment(
            shape: shape, bundles: deployment.bundles, prefillInstances: deployment.prefillInstances ?? 0,
            service: prefill.map { ReplayService($0.time, transfer: transfer) }, routing: routing,
            scalesInstances: scaling.unit == .attentionInstance, startDelay: delay, patience: patience,
            queueLimit: queue)
        let planner = ReplayPlanner(
            hardware: hardware, deployment: deployment, system: system, bounds: scaling.bounds, limits: bounds,
            prefill: prefill?.time)
        let contenders = ReplayPolicySchema.decode(
            object.optional("policies"),
            .init(
                scaling: scaling, sizes: system.sizes, hasPrefill: prefill != nil, hasCache: shape.tokenCapacity != nil,
                startDelay: delay,
                planner: planner?.plan), &errors)
        guard let arrivals, let contenders, errors.isEmpty else { return nil }
        let isProcess = if case .process = arrivals.arrivals { true } else { false }
        let courses = isProcess ? replications ?? 4 : 1
        let made = errors.checked(
            value,
            try ReplayProblem(
                deployment: system, bounds: scaling.bounds,
                limits: ReplayLimits(
                    timeToFirstToken: bounds.ttft?.time, timePerToken: bounds.tpot?.time, wait: bounds.wait?.time),
                arrivals: arrivals.arrivals, contenders: contenders, replications: courses,
                seed: UInt64(seed)))
        guard let made else { return nil }
        assumptions += Self.assumptions(
            shape, hasPrefill: prefill != nil, patience: patience, isProcess: isProcess, courses: courses)
        assumptions += OmittedOptions.lines(of: value)
        return ReplayRequest(
            problem: made, rates: rates, seed: seed,
            timeout: timeout ?? min(max(defaultTimeout, limits.defaultTimeout), limits.maximumTimeout),
            threads: limits.threads, assumptions: assumptions, derivation: hardware.derived?.assumptions ?? [],
            warnings: arrivals.warnings + hardware.warnings + rates.warnings
                + unused(deployment, hasPrefill: prefill != nil), value: value,
            traceHash: trace?.hash, isTrace: !isProcess)
    }

    /// Prefill instances that a plan has, and nothing is known of.
    private static func unused(_ deployment: ReplayDeploymentSchema.Decoded, hasPrefill: Bool) -> [Warning] {
        guard let instances = deployment.prefillInstances, !hasPrefill else { return [] }
        return [
            Warning(
                code: "prefill_left_out",
                detail:
                    "deployment has \(instances) prefill instances, but the request has no prefill: only decoding is "
                    + "replayed, and only its instances are counted", pointer: "/deployment")
        ]
    }

    /// Of the request and its trace.
    var hash: SipHash128.Value {
        guard let traceHash else { return value.canonicalHash() }
        return SipHash128.hash(value.canonicalText() + Array(traceHash.hexadecimal.utf8))
    }

    private static func assumptions(
        _ shape: ReplayBundleShape, hasPrefill: Bool, patience: Double, isProcess: Bool,
        courses: Int
    ) -> [StaticString] {
        var list: [StaticString] = [
            shape.microbatches == nil
                ? "stages overlap perfectly, in lock-step"
                : "a step is a round of all microbatches; those without requests take no part",
            "arrivals enter at ends of steps, first come, first served",
        ]
        if shape.tokenCapacity != nil {
            list.append(
                "a request is admitted where its whole context, prompt and answer, fits into the cache beside the others'"
            )
        }
        list.append(
            hasPrefill
                ? "the prefill instance gives the first token; the rest are decoded"
                : "only decoding is replayed: the first token is that of the first step")
        if patience.isFinite { list.append("a client that has waited for too long leaves when its turn comes") }
        list.append(
            courses > 1
                ? "intervals come from independent courses of the process"
                : isProcess
                    ? "intervals come from blocks of requests of the one course"
                    : "intervals come from blocks of requests of the trace")
        return list
    }
}

/// Devices, prices and power of an instance of each kind.
struct ReplayRates: Sendable {
    struct Kind: Sendable {
        var devices = 1
        /// Of an instance and hour; nil where unknown.
        var price: Double?
        /// Watts of an instance; nil where unknown.
        var power: Double?
    }

    var prefill: Kind?
    var attention = Kind()
    var ffn = Kind()
    var warnings: [Warning] = []

    init?(
        _ object: ObjectReader, _ hardware: CheckedHardware?, _ checked: CheckedPrefill?,
        _ errors: inout ValidationErrors
    ) {
        let before = errors.total
        var ids: (attention: String?, ffn: String?) = (nil, nil)
        if let description = hardware?.derived?.description {
            attention.devices = description.attention.devices
            ffn.devices = description.ffn.devices
            attention.power = description.attention.device.power.map { $0 * Double(description.attention.devices) }
            ffn.power = description.ffn.device.power.map { $0 * Double(description.ffn.devices) }
            ids = (description.attention.device.id, description.ffn.device.id)
        }
        if let checked { prefill = Kind(devices: checked.devices, power: checked.power) }
        for (name, path) in [("prices" as StaticString, \Kind.price), ("power", \Kind.power)] {
            guard let value = object.optional(name) else { continue }
            let fields: [StaticString] = ["attention_instance", "ffn_instance", "prefill_instance", "devices"]
            guard let rates = ObjectReader(value, fields: fields, &errors) else { continue }
            let range = 1e-9...1e12
            if let devices = rates.optional("devices") {
                func rate(_ id: String?, _ count: Int) -> Double? {
                    guard let id, let given = devices.members.first(where: { $0.0.string == id })?.1 else {
                        errors.add(devices, "must have a rate for \(id ?? "the devices in use, which are not named")")
                        return nil
                    }
                    return given.number(in: range, &errors).map { $0 * Double(count) }
                }
                attention[keyPath: path] = rate(ids.attention, attention.devices)
                ffn[keyPath: path] = rate(ids.ffn, ffn.devices)
                if let checked { prefill?[keyPath: path] = rate(checked.device, checked.devices) }
            } else {
                attention[keyPath: path] = rates.required("attention_instance", &errors)?.number(in: range, &errors)
                ffn[keyPath: path] = rates.required("ffn_instance", &errors)?.number(in: range, &errors)
                if prefill != nil {
                    prefill?[keyPath: path] = rates.required("prefill_instance", &errors)?.number(in: range, &errors)
                }
            }
        }
        if hardware?.derived == nil {
            warnings.append(
                Warning(
                    code: "devices_assumed",
                    detail: "hardware names no devices: each Attention and FFN instance counts as one device",
                    pointer: "/hardware"))
        }
        guard errors.total == before else { return nil }
    }

    /// Device-hours, cost and kWh of an outcome; nil where a rate is unknown.
    func totals(_ outcome: ReplayOutcome) -> (devices: Double, cost: Double?, energy: Double?) {
        let parts: [(Kind, Double)] =
            [(attention, outcome.attention.hours), (ffn, outcome.ffn.hours)]
            + (prefill.map { kind in outcome.prefill.map { [(kind, $0.hours)] } ?? [] } ?? [])
        func sum(_ path: KeyPath<Kind, Double?>) -> Double? {
            var total = 0.0
            for (kind, hours) in parts {
                guard let rate = kind[keyPath: path] else { return nil }
                total += rate * hours
            }
            return total
        }
        return (
            parts.reduce(0) { $0 + Double($1.0.devices) * $1.1 }, sum(\.price), sum(\.power).map { $0 / 1000 }
        )
    }
}
