import Calibration
import JSON
import Sizing
import SizingNumerics
import Text

/// What `/v1/workload` answers, read back.
enum TraceSummarySchema {
    /// Every member of the answer. All but `sums`, `histogram` and `skipped` follow from those.
    static let fields: [StaticString] =
        [
            "requests", "prefill", "decode", "correlation", "correlation_standard_error", "slot_load_mean",
            "slot_load_stddev", "slot_load_skewness", "geometric_fit", "histogram", "sums", "skipped", "read",
            "warnings", "provenance",
        ] + ActivitySchema.fields

    /// The exact sums, in the order of `RequestSums.names`.
    static let sums: [StaticString] = [
        "p1d0", "p0d1", "p2d0", "p1d1", "p0d2", "p3d0", "p2d1", "p1d2", "p0d3", "p4d0", "p3d1", "p2d2", "p1d3", "p0d4",
        "s0s3", "s1s2", "s1s3", "s2s2", "s2s3", "s3s3",
    ]

    /// The trace that was summarised, or nil with what is wrong with it.
    static func decode(_ value: JSONValue, _ errors: inout ValidationErrors) -> (TraceSummary, TraceStatistics)? {
        let before = errors.total
        guard let object = ObjectReader(value, fields: fields, &errors),
            let sumsValue = object.required("sums", &errors),
            let sumsObject = ObjectReader(
                sumsValue,
                fields: ["count", "empty_outputs", "lines", "first_token_from_prefill", "histogram_level"] + sums,
                &errors),
            let histogramValue = object.required("histogram", &errors),
            let histogram = ObjectReader(histogramValue, fields: ["prefill", "decode", "weights"], &errors)
        else { return nil }
        let most = 1 << 53
        let count = sumsObject.required("count", &errors)?.integer(in: 1...most, &errors)
        let empty = sumsObject.required("empty_outputs", &errors)?.integer(in: 0...most, &errors)
        let lines = sumsObject.required("lines", &errors)?.integer(in: 0...most, &errors)
        let first = sumsObject.required("first_token_from_prefill", &errors)?.boolean(&errors)
        let level = sumsObject.required("histogram_level", &errors)?.integer(in: 0...4, &errors)
        let digits = sums.map { sumsObject.required($0, &errors)?.text(&errors) ?? "" }
        let prefill = histogram.required("prefill", &errors)?.integers(in: 0...(1 << 30), &errors)
        let decode = histogram.required("decode", &errors)?.integers(in: 1...(1 << 30), &errors)
        let weights = histogram.required("weights", &errors)?.integers(in: 1...most, &errors)
        let skipped = object.optional("skipped").flatMap { Self.skipped($0, &errors) } ?? SkippedRows()
        let reading = Self.reading(object, &errors)
        let activity = ActivitySchema.decode(object, requests: count ?? 0, &errors)
        guard errors.total == before, let count, let empty, let lines, let first, let level, let prefill, let decode,
            let weights
        else { return nil }
        guard
            let sums = errors.checked(
                sumsValue,
                try RequestSums(count: count, decimals: digits)),
            let cells = errors.checked(
                histogramValue,
                try JointHistogram(level: level, prefill: prefill, decode: decode, counts: weights)),
            var summary = errors.checked(
                value,
                try TraceSummary(
                    checkedSums: sums, histogram: cells, emptyOutputs: empty, lines: lines, skipped: skipped,
                    firstTokenFromPrefill: first))
        else { return nil }
        summary.activity = activity
        summary.reading = reading
        guard let statistics = errors.checked(value, try TraceStatistics(summary)) else { return nil }
        // What follows from the sums may be left out, but not contradict them.
        for (name, member, truth) in [
            ("slot_load_mean", value["slot_load_mean"]?["value"], statistics.loadMean.value),
            ("slot_load_stddev", value["slot_load_stddev"]?["value"], statistics.loadStandardDeviation.value),
            ("requests", value["requests"], Double(statistics.requests)),
        ] {
            guard let member else { continue }
            guard let number = member.number, abs(number - truth) <= 1e-9 * abs(truth) else {
                errors.add(member, "does not agree with sums, which give \(name) = \(truth)")
                return nil
            }
        }
        return (summary, statistics)
    }

    /// The summarised trace as a workload.
    static func workload(_ value: JSONValue, _ errors: inout ValidationErrors) -> CheckedWorkload? {
        guard let (summary, statistics) = decode(value, &errors),
            let object = ObjectReader(value, fields: fields, &errors)
        else { return nil }
        let warnings = WarningSchema.joined(
            statistics.warnings + summary.lossWarnings, sent: WarningSchema.decode(object, &errors))
        let cells = summary.histogram.cells
        let longest = Int(SizingLimits.maximumLength)
        let workload = errors.checked(
            value,
            Workload(
                histogram: try RequestTrace(
                    prefill: cells.map { min(longest, $0.prefill) }, decode: cells.map { min(longest, $0.decode) },
                    weights: cells.map { Double($0.count) }),
                slotLoad: statistics.slotLoad))
        return workload.map {
            CheckedWorkload(
                $0, errors: InputErrors.Load(statistics), warnings: warnings.map { $0.below("/workload") })
        }
    }

    /// What was read, with the warnings that do not follow from the numbers.
    private static func reading(_ object: ObjectReader, _ errors: inout ValidationErrors) -> TraceReading {
        var format: String?
        var columns: [TraceReading.Column] = []
        if let value = object.optional("read"),
            let read = ObjectReader(value, fields: ["format", "rows", "columns"], &errors)
        {
            if let name = read.optional("format") { format = name.text(&errors) }
            let elements = read.optional("columns")?.array(limit: TraceReading.maximumColumns, &errors)
            for element in elements.map(Array.init) ?? [] {
                guard let column = ObjectReader(element, fields: ["name", "as"], &errors) else { continue }
                guard let name = column.required("name", &errors)?.text(&errors),
                    let role = column.required("as", &errors)?.text(&errors)
                else { continue }
                columns.append(TraceReading.Column(name: String(name.prefix(256)), role: String(role.prefix(32))))
            }
        }
        var warnings: [Warning] = []
        for element in object.optional("warnings")?.array(limit: 100, &errors).map(Array.init) ?? [] {
            guard let code = element["code"]?.string, TraceReading.codes.contains(code),
                let detail = element["detail"]?.string
            else { continue }
            let pointer = element["pointer"]?.string ?? ""
            warnings.append(
                Warning(code: code, detail: String(detail.prefix(1000)), pointer: String(pointer.prefix(100))))
        }
        return TraceReading(format: format, columns: columns, warnings: warnings)
    }

    private static func skipped(_ value: JSONValue, _ errors: inout ValidationErrors) -> SkippedRows? {
        guard let object = ObjectReader(value, fields: ["rows", "reasons"], &errors) else { return nil }
        guard let reasons = object.required("reasons", &errors)?.array(limit: 16, &errors) else { return nil }
        var tallies: [SkippedRows.Tally] = []
        for element in reasons {
            guard let tally = ObjectReader(element, fields: ["reason", "rows", "lines"], &errors) else { continue }
            let reason = tally.required("reason", &errors)?.choice(of: SkippedRows.Reason.self, &errors)
            let rows = tally.required("rows", &errors)?.integer(in: 1...(1 << 53), &errors)
            let lines = tally.required("lines", &errors)?.integers(in: 1...(1 << 53), &errors)
            guard let reason, let rows, let lines else { continue }
            tallies.append(SkippedRows.Tally(reason: reason, rows: rows, lines: lines))
        }
        return errors.checked(value, try SkippedRows(tallies))
    }
}
