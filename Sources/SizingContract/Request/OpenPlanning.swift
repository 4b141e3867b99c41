import Hardware
import JSON
import Planning
import Sizing
import Text

/// What `arrivals` adds to a plan: the rate of the whole deployment, prefill, transfer, routing and bounds on service.
struct OpenPlanning: Sendable {
    var arrivals: Arrivals
    var service: ServiceLimits
    var target: OpenTarget
    var load: OpenLoad
    /// Kinds of prefill instances to choose from.
    var prefill: [CheckedPrefill]
    var transfer: CacheTransfer?
    var routing: Routing
    /// Whether one pool for prefill and decode is asked about.
    var mixing: MixedPrefill?
    /// Prefill instances that run now; nil where none are given.
    var currentPrefill: Int?

    /// nil where there is no `arrivals`, or with an error.
    static func decode(
        _ object: ObjectReader, _ workload: Workload?, _ hardware: PlanHardwareSchema.Checked?,
        _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> OpenPlanning? {
        guard let given = object.optional("arrivals") else {
            for name in ["prefill", "transfer", "routing", "colocation"] as [StaticString] {
                if let value = object.optional(name) { errors.add(value, "needs arrivals") }
            }
            return nil
        }
        if let demand = object.optional("demand") {
            errors.add(
                demand, "must not be given together with arrivals: the rate is that of arrivals, and headroom an answer"
            )
        }
        if let value = object.optional("occupancy") { errors.add(value, OpenSizing.occupancyIsAnswer) }
        let arrivals = ArrivalsSchema.decode(given, &errors)
        let prefillValue = object.optional("prefill")
        let model = Self.model(hardware)
        // What is wrong with the hardware is told already; a prefill by device could not be read without it.
        let canRead = hardware != nil || object.optional("hardware") == nil
        let prefill =
            canRead ? prefillValue.flatMap { PrefillSchema.decode($0, model: model, lists: true, &errors) } : nil
        let transfer =
            canRead
            ? object.optional("transfer").flatMap { TransferSchema.decode($0, model: model, &errors) } : nil
        let routing = ArrivalsSchema.routing(object, &errors)
        let service = Self.service(object, hasPrefill: prefillValue != nil, &errors, &assumptions)
        let target =
            object.optional("devices").map { Self.target($0, hasPrefill: prefillValue != nil, &errors) } ?? .lightest
        let mixing = object.optional("colocation").flatMap {
            Self.mixing($0, hasPrefill: prefillValue != nil, &errors, &assumptions)
        }
        let current = object.optional("current")?["prefill_instances"]
        let currentPrefill = current?.integer(in: 0...1_000_000, &errors)
        if let current, prefillValue == nil { errors.add(current, "needs prefill") }
        guard let arrivals, let workload, let service, let target, errors.isEmpty,
            let load = errors.checked(
                object.value, try OpenLoad(workload, firstToken: prefillValue == nil ? .bundles : .prefill))
        else { return nil }
        assumptions.append("requests present progress at one pace: number by the product form")
        if prefillValue != nil { assumptions.append(Self.firstTokenAssumption) }
        if object.optional("routing") == nil { assumptions.append("routing: to the bundle with the fewest requests") }
        if given["dispersion"] == nil { assumptions.append(ArrivalsSchema.poissonAssumption) }
        return OpenPlanning(
            arrivals: arrivals, service: service, target: target, load: load, prefill: prefill ?? [],
            transfer: transfer, routing: routing, mixing: mixing, currentPrefill: currentPrefill)
    }

    static let firstTokenAssumption: StaticString =
        "prefill makes the first token of an answer, bundles the others"

    /// The model that is prefilled and whose cache is moved; nil where hardware gives coefficients.
    private static func model(
        _ hardware: PlanHardwareSchema.Checked?
    ) -> (description: ModelDescription, precision: Precision)? {
        guard case .named(let choices)? = hardware else { return nil }
        return (choices.model, choices.precision.resolved(for: choices.model.published))
    }

    /// `colocation`: one pool whose instances prefill in chunks beside decode.
    private static func mixing(
        _ value: JSONValue, hasPrefill: Bool, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> MixedPrefill? {
        guard let object = ObjectReader(value, fields: ["chunk_tokens"], &errors) else { return nil }
        if !hasPrefill { errors.add(value, "needs prefill") }
        let chunk = object.optional("chunk_tokens")?.integer(in: 1...1_000_000_000, &errors)
        assumptions.append(
            "one pool: a step carries a chunk of one prompt at a time, reads weights once, and overlaps nothing")
        assumptions.append("one pool: prompts of an instance wait in one line, and routing does not level the lines")
        if chunk == nil { assumptions.append("one pool: chunk_tokens chosen from powers of two, 64 to 16384") }
        return MixedPrefill(chunkTokens: chunk)
    }

    private static func service(
        _ object: ObjectReader, hasPrefill: Bool, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> ServiceLimits? {
        var limits = ServiceLimits(
            waitingProbability: ServiceLimits.defaultWaitingProbability,
            prefillUtilisation: ServiceLimits.defaultPrefillUtilisation)
        // Its fields are checked with those of PlanLimitsSchema.
        if let given = object.optional("limits") {
            guard let reader = ObjectReader(unchecked: given) else { return nil }
            limits = ServiceLimitsSchema.decode(reader, &errors)
            if let ttft = given["ttft_ms"], !hasPrefill { errors.add(ttft, "needs prefill") }
            if let share = given["transfer_utilisation"], object.optional("transfer") == nil {
                errors.add(share, "needs transfer")
            }
        }
        ServiceLimitsSchema.assume(limits, object.optional("limits"), &assumptions)
        if hasPrefill, limits.ttft == nil { assumptions.append(ServiceLimitsSchema.prefillAssumption) }
        return limits
    }

    private static func target(
        _ value: JSONValue, hasPrefill: Bool, _ errors: inout ValidationErrors
    ) -> OpenTarget? {
        guard let object = ObjectReader(value, fields: ["total", "attention", "ffn", "prefill"], &errors) else {
            return nil
        }
        let range = 1...10_000_000
        if let total = object.optional("total") {
            guard value.count == 1 else {
                errors.add(value, "must have total, or the devices of each kind, not both")
                return nil
            }
            return total.integer(in: range, &errors).map { .total(devices: $0) }
        }
        let attention = object.required("attention", &errors)?.integer(in: range, &errors)
        let ffn = object.required("ffn", &errors)?.integer(in: range, &errors)
        var prefill: Int?
        if hasPrefill {
            prefill = object.required("prefill", &errors)?.integer(in: range, &errors)
        } else if let given = object.optional("prefill") {
            errors.add(given, "needs prefill to be described")
        }
        guard let attention, let ffn, !hasPrefill || prefill != nil else { return nil }
        return .each(attention: attention, ffn: ffn, prefill: prefill)
    }
}
