import JSON
import Sizing
import Text

/// `arrivals`, `routing`, and the bounds on service in `limits`: what makes a question one about an open system.
enum ArrivalsSchema {
    private static let fields: [StaticString] = ["requests_per_second", "dispersion"]

    static let poissonAssumption: StaticString = "arrivals are Poisson: dispersion 1"

    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> Arrivals? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let rate = object.required("requests_per_second", &errors)?.number(in: Arrivals.rates, &errors)
        var dispersion: Double? = 1
        if let given = object.optional("dispersion") { dispersion = given.number(in: Arrivals.dispersions, &errors) }
        guard let rate, let dispersion else { return nil }
        return errors.checked(value, try Arrivals(requestsPerSecond: rate, dispersion: dispersion))
    }

    static func routing(_ object: ObjectReader, _ errors: inout ValidationErrors) -> Routing {
        object.optional("routing")?.choice(of: Routing.self, &errors) ?? .leastLoaded
    }
}

/// Bounds on times of service, each with the percentile it is for.
enum ServiceLimitsSchema {
    /// All that `limits` may hold in an open question.
    static let fields: [StaticString] = [
        "ttft_ms", "ttft_percentile", "tpot_ms", "tpot_percentile", "wait_ms", "wait_percentile",
        "transfer_utilisation",
    ]

    static let waitAssumption: StaticString = "no wait_ms given: at most one request in a hundred waits for a slot"
    static let prefillAssumption: StaticString = "no ttft_ms given: prefill instances work at most 85 % of the time"

    /// What is taken where `given`, of which `limits` were read, leaves something out; nil where no limits are given.
    static func assume(_ limits: ServiceLimits?, _ given: JSONValue?, _ assumptions: inout [StaticString]) {
        if limits?.ttft != nil, given?["ttft_percentile"] == nil { assumptions.append("ttft_ms bounds p90") }
        if limits?.tpot != nil, given?["tpot_percentile"] == nil { assumptions.append("tpot_ms bounds p99") }
        if limits?.wait != nil, given?["wait_percentile"] == nil { assumptions.append("wait_ms bounds p99") }
        if limits?.wait == nil { assumptions.append(waitAssumption) }
    }

    /// The percentile of each where none is given: p90 of TTFT, p99 of the others.
    static func decode(_ limits: ObjectReader, _ errors: inout ValidationErrors) -> ServiceLimits {
        func limit(
            _ time: StaticString, _ percentile: StaticString, _ usual: ServicePercentile
        ) -> ServiceLimit? {
            let chosen = limits.optional(percentile)?.choice(of: ServicePercentile.self, &errors)
            guard let bound = limits.optional(time) else {
                if let given = limits.optional(percentile) { errors.add(given, "needs \(time)") }
                return nil
            }
            return bound.number(in: 1e-6...1e9, &errors).map {
                ServiceLimit(time: $0 * 1000, percentile: chosen ?? usual)
            }
        }
        var decoded = ServiceLimits(
            ttft: limit("ttft_ms", "ttft_percentile", .p90), tpot: limit("tpot_ms", "tpot_percentile", .p99),
            wait: limit("wait_ms", "wait_percentile", .p99))
        // Without them a bundle could run at the edge of its capacity.
        if decoded.wait == nil { decoded.waitingProbability = ServiceLimits.defaultWaitingProbability }
        if decoded.ttft == nil { decoded.prefillUtilisation = ServiceLimits.defaultPrefillUtilisation }
        if let share = limits.optional("transfer_utilisation")?.number(in: 0.01...1, &errors) {
            decoded.linkUtilisation = share
        }
        return decoded
    }
}
