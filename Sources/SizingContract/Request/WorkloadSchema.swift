import Calibration
import JSON
import Sizing
import Text

/// A workload as it was described.
struct CheckedWorkload: Sendable {
    let workload: Workload
    /// How well its load is known, where it was measured.
    let errors: InputErrors.Load?
    /// What its reader found, with pointers into the request.
    let warnings: [Warning]

    init(_ workload: Workload, errors: InputErrors.Load? = nil, warnings: [Warning] = []) {
        self.workload = workload
        self.errors = errors
        self.warnings = warnings
    }
}

/// What the slots hold: lengths, observed requests, the moments of the slot load, the metrics of an engine, or what `/v1/workload` answered.
enum WorkloadSchema {
    static let fields: [StaticString] = ["prefill", "decode", "requests", "slot_load", "horizon_requests"]

    static func decode(
        _ value: JSONValue, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> CheckedWorkload? {
        let before = errors.total
        if value["sums"] != nil {
            assumptions.append("the workload is a measured trace; lengths are those of its histogram")
            return TraceSummarySchema.workload(value, &errors)
        }
        if let load = metrics(value, &errors) {
            assumptions.append("the workload is from metrics: prefill and decode lengths are independent")
            return MetricsSummarySchema.checked(load)
        }
        guard errors.total == before, let object = ObjectReader(value, fields: fields, &errors) else { return nil }
        let horizon = object.optional("horizon_requests")
        let horizonRequests = horizon?.integer(in: 1...SizingLimits.maximumHorizonRequests, &errors)
        if horizon != nil, horizonRequests == nil { return nil }
        guard let requests = requests(object, &errors, &assumptions) else { return nil }
        return errors.checked(value, CheckedWorkload(try Workload(requests, horizonRequests: horizonRequests)))
    }

    /// Metrics of an engine, or what `/v1/workload` answered to them; nil for other forms, and with what is wrong.
    private static func metrics(_ value: JSONValue, _ errors: inout ValidationErrors) -> MetricsWorkload? {
        if value["histograms"] != nil { return MetricsSummarySchema.decode(value, &errors) }
        guard MetricsSchema.matches(value), let metrics = try? TokenMetrics(),
            let histograms = MetricsSchema.decode(value, metrics, &errors)
        else { return nil }
        return errors.checked(value, try MetricsWorkload(histograms))
    }

    /// Exactly one of the three forms.
    private static func requests(
        _ object: ObjectReader, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> Workload.Requests? {
        let lengths = object.optional("prefill") ?? object.optional("decode")
        let trace = object.optional("requests")
        let moments = object.optional("slot_load")
        if [lengths, trace, moments].count(where: { $0 != nil }) > 1 {
            errors.add(object.value, "must have one of prefill with decode, requests, and slot_load, not several")
            return nil
        }
        if let trace { return Self.trace(trace, &errors) }
        if let moments { return Self.moments(moments, &errors) }
        if lengths != nil { return Self.lengths(object, &errors, &assumptions) }
        errors.add(object.value, "must have prefill and decode, or requests, or slot_load")
        return nil
    }

    private static func lengths(
        _ object: ObjectReader, _ errors: inout ValidationErrors, _ assumptions: inout [StaticString]
    ) -> Workload.Requests? {
        let prefill = object.required("prefill", &errors)
        let decode = object.required("decode", &errors)
        let prefillLengths = prefill.flatMap { LengthDistributionSchema.decode($0, bareNumber: .fixed, &errors) }
        let decodeLengths = decode.flatMap {
            LengthDistributionSchema.decode($0, bareNumber: .geometricMean, &errors)
        }
        guard let prefillLengths, let decodeLengths else { return nil }
        if decode?.kind == .number { assumptions.append("decode lengths are geometric with the given mean") }
        assumptions.append("prefill and decode lengths are independent")
        return .independent(prefill: prefillLengths, decode: decodeLengths)
    }

    private static func trace(_ value: JSONValue, _ errors: inout ValidationErrors) -> Workload.Requests? {
        let longest = Int(SizingLimits.maximumLength)
        guard let object = ObjectReader(value, fields: ["prefill", "decode", "weights"], &errors) else { return nil }
        let prefill = object.required("prefill", &errors)?.integers(in: 0...longest, &errors)
        let decode = object.required("decode", &errors)?.integers(in: 1...longest, &errors)
        var weights: [Double]?
        if let given = object.optional("weights") {
            weights = given.numbers(in: 0...1e18, &errors)
            if weights == nil { return nil }
        }
        guard let prefill, let decode else { return nil }
        return errors.checked(value, .trace(try RequestTrace(prefill: prefill, decode: decode, weights: weights)))
    }

    private static func moments(_ value: JSONValue, _ errors: inout ValidationErrors) -> Workload.Requests? {
        guard let object = ObjectReader(value, fields: ["mean", "stddev", "skewness"], &errors) else { return nil }
        let mean = object.required("mean", &errors)?.number(in: 0...1e10, &errors)
        let deviation = object.required("stddev", &errors)?.number(in: 0...1e10, &errors)
        var skewness = 0.0
        if let given = object.optional("skewness") {
            guard let read = given.number(in: -1e6...1e6, &errors) else { return nil }
            skewness = read
        }
        guard let mean, let deviation else { return nil }
        return errors.checked(
            value, .moments(try SlotLoad(mean: mean, standardDeviation: deviation, skewness: skewness)))
    }
}
