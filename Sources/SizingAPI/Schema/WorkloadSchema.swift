import JSON
import Sizing
import Text

/// What the slots hold: lengths, observed requests, the moments of the slot load, or what `/v1/workload` answered.
enum WorkloadSchema {
    static let fields: [StaticString] = ["prefill", "decode", "requests", "slot_load", "horizon_requests"]

    static func decode(
        _ value: JSONValue, _ problems: inout Problems, _ assumptions: inout [StaticString]
    ) -> Workload? {
        if value["sums"] != nil {
            assumptions.append("the workload is a measured trace; lengths are those of its histogram")
            return TraceSummarySchema.workload(value, &problems)
        }
        guard let object = ObjectReader(value, fields: fields, &problems) else { return nil }
        let horizon = object.optional("horizon_requests")
        let horizonRequests = horizon?.integer(in: 1...SizingLimits.maximumHorizonRequests, &problems)
        if horizon != nil, horizonRequests == nil { return nil }
        guard let requests = requests(object, &problems, &assumptions) else { return nil }
        return problems.checked(value, try Workload(requests, horizonRequests: horizonRequests))
    }

    /// Exactly one of the three forms.
    private static func requests(
        _ object: ObjectReader, _ problems: inout Problems, _ assumptions: inout [StaticString]
    ) -> Workload.Requests? {
        let lengths = object.optional("prefill") ?? object.optional("decode")
        let trace = object.optional("requests")
        let moments = object.optional("slot_load")
        if [lengths, trace, moments].count(where: { $0 != nil }) > 1 {
            problems.add(object.value, "must have one of prefill with decode, requests, and slot_load, not several")
            return nil
        }
        if let trace { return Self.trace(trace, &problems) }
        if let moments { return Self.moments(moments, &problems) }
        if lengths != nil { return Self.lengths(object, &problems, &assumptions) }
        problems.add(object.value, "must have prefill and decode, or requests, or slot_load")
        return nil
    }

    private static func lengths(
        _ object: ObjectReader, _ problems: inout Problems, _ assumptions: inout [StaticString]
    ) -> Workload.Requests? {
        let prefill = object.required("prefill", &problems)
        let decode = object.required("decode", &problems)
        let prefillLengths = prefill.flatMap { LengthDistributionSchema.decode($0, bareNumber: .fixed, &problems) }
        let decodeLengths = decode.flatMap {
            LengthDistributionSchema.decode($0, bareNumber: .geometricMean, &problems)
        }
        guard let prefillLengths, let decodeLengths else { return nil }
        if decode?.kind == .number { assumptions.append("decode lengths are geometric with the given mean") }
        assumptions.append("prefill and decode lengths are independent")
        return .independent(prefill: prefillLengths, decode: decodeLengths)
    }

    private static func trace(_ value: JSONValue, _ problems: inout Problems) -> Workload.Requests? {
        let longest = Int(SizingLimits.maximumLength)
        guard let object = ObjectReader(value, fields: ["prefill", "decode", "weights"], &problems) else { return nil }
        let prefill = object.required("prefill", &problems)?.integers(in: 0...longest, &problems)
        let decode = object.required("decode", &problems)?.integers(in: 1...longest, &problems)
        var weights: [Double]?
        if let given = object.optional("weights") {
            weights = given.numbers(in: 0...1e18, &problems)
            if weights == nil { return nil }
        }
        guard let prefill, let decode else { return nil }
        return problems.checked(value, .trace(try RequestTrace(prefill: prefill, decode: decode, weights: weights)))
    }

    private static func moments(_ value: JSONValue, _ problems: inout Problems) -> Workload.Requests? {
        guard let object = ObjectReader(value, fields: ["mean", "stddev", "skewness"], &problems) else { return nil }
        let mean = object.required("mean", &problems)?.number(in: 0...1e10, &problems)
        let deviation = object.required("stddev", &problems)?.number(in: 0...1e10, &problems)
        var skewness = 0.0
        if let given = object.optional("skewness") {
            guard let read = given.number(in: -1e6...1e6, &problems) else { return nil }
            skewness = read
        }
        guard let mean, let deviation else { return nil }
        return problems.checked(
            value, .moments(try SlotLoad(mean: mean, standardDeviation: deviation, skewness: skewness)))
    }
}
