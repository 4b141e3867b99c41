import Calibration
import JSON
import Sizing
import Text

/// What `/v1/workload` answers to metrics, read back: everything follows from the member `histograms`.
enum MetricsSummarySchema {
    /// Every member of the answer.
    static let fields: [StaticString] = [
        "requests", "prefill", "decode", "correlation", "slot_load_mean", "slot_load_stddev", "slot_load_skewness",
        "histograms", "warnings", "provenance",
    ]

    /// The load, or nil with what is wrong with it.
    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> MetricsWorkload? {
        let before = errors.total
        guard let object = ObjectReader(value, fields: fields, &errors),
            let given = object.required("histograms", &errors),
            let histograms = ObjectReader(
                given, fields: ["span", "first_token_from_prefill", "prefill", "decode"], &errors)
        else { return nil }
        let span = histograms.required("span", &errors)?.choice(of: LengthHistograms.Span.self, &errors)
        let first = histograms.required("first_token_from_prefill", &errors)?.boolean(&errors)
        let prefill = histograms.required("prefill", &errors).flatMap { buckets($0, &errors) }
        let decode = histograms.required("decode", &errors).flatMap { buckets($0, &errors) }
        let warnings = WarningSchema.decode(object, &errors)
        guard errors.total == before, let span, let first, let prefill, let decode else { return nil }
        let read = errors.checked(
            given,
            try MetricsWorkload(
                LengthHistograms(prefill: prefill, decode: decode, span: span, warnings: warnings),
                firstTokenFromPrefill: first))
        // What follows may be left out, but not contradict.
        guard let read, let member = value["slot_load_mean"]?["value"] else { return read }
        let truth = read.load.mean.value
        guard let number = member.number, abs(number - truth) <= 1e-9 * abs(truth) else {
            errors.add(member, "does not agree with histograms, which give slot_load_mean = \(truth)")
            return nil
        }
        return read
    }

    private static func buckets(_ value: JSONValue, _ errors: inout ValidationErrors) -> LengthBuckets? {
        guard let object = ObjectReader(value, fields: ["metric", "bounds", "counts", "sum"], &errors) else {
            return nil
        }
        let name = object.required("metric", &errors)?.text(&errors)
        var bounds = object.required("bounds", &errors)?.numbers(in: 0...1e9, &errors)
        let counts = object.required("counts", &errors)?.numbers(in: 0...0x1p53, &errors)
        var sum: Double?
        if let given = object.required("sum", &errors), given.kind != .null {
            guard let read = given.number(in: 0...1e18, &errors) else { return nil }
            sum = read
        }
        // The last bucket may have no bound.
        if let counts, bounds?.count == counts.count - 1 { bounds?.append(.infinity) }
        guard let name, let bounds, let counts else { return nil }
        return errors.checked(value, try LengthBuckets(name: name, bounds: bounds, counts: counts, sum: sum))
    }

    /// A load as a workload.
    static func checked(_ load: MetricsWorkload) -> CheckedWorkload {
        CheckedWorkload(load.workload, errors: load.errors, warnings: load.warnings.map { $0.below("/workload") })
    }
}
