import Hardware
import JSON
import Sizing
import Text

/// What `arrivals` adds to a sizing: the rate of one bundle, its limits, and a ratio where the caller fixes it.
struct OpenSizing: Sendable {
    var arrivals: Arrivals
    var limits: ServiceLimits
    /// nil where it is to be found.
    var ratio: Int?
    var load: OpenLoad
    /// Latencies at any batch up to B.
    var hardware: CheckedHardware

    static let fields: [StaticString] = ["arrivals", "limits", "ratio"]
    private static let limitFields: [StaticString] = ["tpot_ms", "tpot_percentile", "wait_ms", "wait_percentile"]

    private static let ofPlan: StaticString =
        "is not a known field here: /v1/size is about one bundle, which only decodes; /v1/plan takes it"
    /// What a plan takes beside `arrivals`.
    static let elsewhere: [(name: StaticString, detail: StaticString)] =
        ["prefill", "transfer", "routing", "demand", "devices", "current"].map { ($0, ofPlan) }
    private static let limitsElsewhere: [(name: StaticString, detail: StaticString)] =
        ["ttft_ms", "ttft_percentile", "transfer_utilisation", "max_batch"].map { ($0, ofPlan) }

    static let occupancyIsAnswer =
        "must not be given together with arrivals: how full slots are is an answer"

    /// The parts that need no other; nil where there is no `arrivals`, or with an error.
    struct Parts: Sendable {
        var arrivals: Arrivals
        var limits: ServiceLimits
        var ratio: Int?
    }

    static func decode(
        _ object: ObjectReader, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> Parts? {
        let ratio = object.optional("ratio")?.integer(in: 1...SizingLimits.maximumRatio, &errors)
        let limits = object.optional("limits").flatMap {
            ObjectReader($0, fields: limitFields, elsewhere: limitsElsewhere, &errors)
        }.map { ServiceLimitsSchema.decode($0, &errors) }
        guard let given = object.optional("arrivals") else {
            for name in ["limits", "ratio"] as [StaticString] {
                if let value = object.optional(name) { errors.add(value, "needs arrivals") }
            }
            return nil
        }
        if let value = object.optional("occupancy") {
            errors.add(value, occupancyIsAnswer)
        }
        if let value = object.optional("simulation") {
            errors.add(value, "must not be given together with arrivals: /v1/replay simulates them")
        }
        assumptions.append("requests present progress at one pace: number by the product form")
        if given["dispersion"] == nil { assumptions.append(ArrivalsSchema.poissonAssumption) }
        ServiceLimitsSchema.assume(limits, object.optional("limits"), &assumptions)
        return ArrivalsSchema.decode(given, &errors).map {
            Parts(
                arrivals: $0,
                limits: limits ?? ServiceLimits(waitingProbability: ServiceLimits.defaultWaitingProbability),
                ratio: ratio)
        }
    }
}
