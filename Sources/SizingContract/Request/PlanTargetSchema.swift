import JSON
import Planning
import Sizing

/// How large the fleet is to be: `demand` or `devices`, or neither for the shape of one bundle.
enum PlanTargetSchema {
    private static let fields: [StaticString] = [
        "requests_per_second", "tokens_per_second", "headroom", "spare_instances",
    ]

    static func decode(
        _ object: ObjectReader, _ workload: Workload, _ errors: inout ValidationErrors
    ) -> (target: FleetTarget, demand: Double?)? {
        let demand = object.optional("demand")
        let devices = object.optional("devices")
        if let demand, devices != nil {
            errors.add(demand, "must not be given together with devices")
            return nil
        }
        if let demand { return Self.demand(demand, workload, &errors) }
        if let devices { return budget(devices, &errors).map { ($0, nil) } }
        return (.shape, nil)
    }

    private static func demand(
        _ value: JSONValue, _ workload: Workload, _ errors: inout ValidationErrors
    ) -> (target: FleetTarget, demand: Double?)? {
        guard let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let requests = object.optional("requests_per_second")
        let tokens = object.optional("tokens_per_second")
        let headroom = object.optional("headroom")?.number(in: 0...100, &errors) ?? 0
        let spares = object.optional("spare_instances")?.integer(in: 0...10_000, &errors) ?? 0
        guard (requests == nil) != (tokens == nil) else {
            errors.add(value, "must have one of requests_per_second and tokens_per_second")
            return nil
        }
        var rate = tokens?.number(in: 1e-3...1e12, &errors)
        if let requests {
            guard let mean = workload.meanDecode else {
                errors.add(requests, "needs decode lengths: give tokens_per_second, or a workload with lengths")
                return nil
            }
            rate = requests.number(in: 1e-6...1e9, &errors).map { $0 * mean }
        }
        guard let rate else { return nil }
        return (.demand(tokensPerSecond: rate * (1 + headroom), spareInstances: spares), rate)
    }

    private static func budget(_ value: JSONValue, _ errors: inout ValidationErrors) -> FleetTarget? {
        guard let object = ObjectReader(value, fields: ["total", "attention", "ffn"], &errors) else { return nil }
        let range = 1...10_000_000
        if let total = object.optional("total") {
            guard object.optional("attention") == nil, object.optional("ffn") == nil else {
                errors.add(value, "must have total, or attention and ffn, not both")
                return nil
            }
            return total.integer(in: range, &errors).map { .total(devices: $0) }
        }
        let attention = object.required("attention", &errors)?.integer(in: range, &errors)
        let ffn = object.required("ffn", &errors)?.integer(in: range, &errors)
        guard let attention, let ffn else { return nil }
        return .each(attention: attention, ffn: ffn)
    }
}
