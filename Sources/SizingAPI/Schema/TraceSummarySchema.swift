import Calibration
import JSON
import Numerics
import Sizing
import Text

/// What `/v1/workload` answers, and reads back.
enum TraceSummarySchema {
    /// Every member of the answer. All but `sums`, `histogram` and `skipped` follow from those.
    static let fields: [StaticString] = [
        "requests", "prefill", "decode", "correlation", "correlation_standard_error", "slot_load_mean",
        "slot_load_stddev", "slot_load_skewness", "geometric_fit", "histogram", "sums", "skipped", "warnings",
        "provenance",
    ]

    /// The exact sums, in the order of `RequestSums.names`.
    static let sums: [StaticString] = [
        "p1d0", "p0d1", "p2d0", "p1d1", "p0d2", "p3d0", "p2d1", "p1d2", "p0d3", "p4d0", "p3d1", "p2d2", "p1d3", "p0d4",
        "s0s3", "s1s2", "s1s3", "s2s2", "s2s3", "s3s3",
    ]

    // MARK: Writing

    static func write(
        _ summary: TraceSummary, _ statistics: TraceStatistics, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writeContent(summary, statistics, into: &writer)
        // The hash is of what was found, so that a trace has the same one however it was cut and sent.
        var content = JSONWriter(capacity: 1 << 16)
        content.beginObject()
        writeContent(summary, statistics, into: &content)
        content.endObject()
        let hash = SipHash128.hash((try? content.finish()) ?? [])
        Provenance.write(hash: hash, assumptions: assumptions(summary), into: &writer)
        writer.endObject()
    }

    private static func writeContent(
        _ summary: TraceSummary, _ statistics: TraceStatistics, into writer: inout JSONWriter
    ) {
        writer.field("requests", statistics.requests)
        writer.object("prefill") { write(statistics.prefill, into: &$0) }
        writer.object("decode") { writer in
            write(statistics.decode, into: &writer)
            writer.name("tail_index" as StaticString)
            if let tail = statistics.decodeTail { writer.value(tail.value) } else { writer.null() }
            if let tail = statistics.decodeTail {
                writer.field("tail_index_standard_error", tail.standardError)
                writer.field("tail_from", tail.threshold)
            }
        }
        writer.field("correlation", statistics.correlation.value)
        writer.field("correlation_standard_error", orNull: statistics.correlation.standardError)
        writer.object("slot_load_mean") { write(statistics.loadMean, into: &$0) }
        writer.object("slot_load_stddev") { write(statistics.loadStandardDeviation, into: &$0) }
        writer.object("slot_load_skewness") { write(statistics.loadSkewness, into: &$0) }
        writer.object("geometric_fit") { writer in
            writer.field("p", statistics.geometricFit.p)
            writer.field("standard_error", statistics.geometricFit.standardError)
            writer.field("distance", statistics.geometricFit.distance)
            writer.field("critical_distance", statistics.geometricFit.criticalDistance)
            writer.field("plausible", statistics.geometricFit.isPlausible)
        }
        writer.object("histogram") { writer in
            writer.array("prefill", summary.histogram.cells) { $0.value($1.prefill) }
            writer.array("decode", summary.histogram.cells) { $0.value($1.decode) }
            writer.array("weights", summary.histogram.cells) { $0.value($1.count) }
        }
        writer.object("sums") { writer in
            writer.field("count", summary.sums.count)
            writer.field("empty_outputs", summary.emptyOutputs)
            writer.field("lines", summary.lines)
            writer.field("first_token_from_prefill", summary.firstTokenFromPrefill)
            writer.field("histogram_level", summary.histogram.level)
            for (name, digits) in summary.sums.decimals {
                writer.name(name)
                writer.value(digits)
            }
        }
        writer.object("skipped") { writer in
            writer.field("rows", summary.skipped.rows)
            writer.array("reasons", summary.skipped.tallies) { writer, tally in
                writer.beginObject()
                writer.field("reason", tally.reason.rawValue)
                writer.field("rows", tally.rows)
                writer.array("lines", tally.lines) { $0.value($1) }
                writer.endObject()
            }
        }
        writer.array("warnings", statistics.warnings) { $0.value($1) }
    }

    private static func write(_ length: TraceStatistics.Length, into writer: inout JSONWriter) {
        writer.field("mean", length.mean.value)
        writer.field("mean_standard_error", orNull: length.mean.standardError)
        writer.field("stddev", length.standardDeviation.value)
        writer.field("stddev_standard_error", orNull: length.standardDeviation.standardError)
    }

    static func write(_ estimate: Estimate, into writer: inout JSONWriter) {
        writer.field("value", estimate.value)
        writer.field("standard_error", orNull: estimate.standardError)
        writer.field("interval", orNull: estimate.interval)
    }

    private static func assumptions(_ summary: TraceSummary) -> [StaticString] {
        var assumptions: [StaticString] = [
            summary.firstTokenFromPrefill
                ? "the first output token comes from prefill: decode steps are output tokens less one, at least one"
                : "every output token is a decode step",
            "requests are independent of each other",
        ]
        if summary.emptyOutputs > 0 { assumptions.append("a request without output tokens counts as one step") }
        return assumptions
    }

    // MARK: Reading

    /// The trace that was summarised, or nil with what is wrong with it.
    static func decode(_ value: JSONValue, _ problems: inout Problems) -> (TraceSummary, TraceStatistics)? {
        let before = problems.total
        guard let object = ObjectReader(value, fields: fields, &problems),
            let sumsValue = object.required("sums", &problems),
            let sumsObject = ObjectReader(
                sumsValue,
                fields: ["count", "empty_outputs", "lines", "first_token_from_prefill", "histogram_level"] + sums,
                &problems),
            let histogramValue = object.required("histogram", &problems),
            let histogram = ObjectReader(histogramValue, fields: ["prefill", "decode", "weights"], &problems)
        else { return nil }
        let most = 1 << 53
        let count = sumsObject.required("count", &problems)?.integer(in: 1...most, &problems)
        let empty = sumsObject.required("empty_outputs", &problems)?.integer(in: 0...most, &problems)
        let lines = sumsObject.required("lines", &problems)?.integer(in: 0...most, &problems)
        let first = sumsObject.required("first_token_from_prefill", &problems)?.boolean(&problems)
        let level = sumsObject.required("histogram_level", &problems)?.integer(in: 0...4, &problems)
        let digits = sums.map { sumsObject.required($0, &problems)?.text(&problems) ?? "" }
        let prefill = histogram.required("prefill", &problems)?.integers(in: 0...(1 << 30), &problems)
        let decode = histogram.required("decode", &problems)?.integers(in: 1...(1 << 30), &problems)
        let weights = histogram.required("weights", &problems)?.integers(in: 1...most, &problems)
        let skipped = object.optional("skipped").flatMap { Self.skipped($0, &problems) } ?? SkippedRows()
        guard problems.total == before, let count, let empty, let lines, let first, let level, let prefill, let decode,
            let weights
        else { return nil }
        guard
            let sums = problems.checked(
                sumsValue,
                try RequestSums(count: count, decimals: digits)),
            let cells = problems.checked(
                histogramValue,
                try JointHistogram(level: level, prefill: prefill, decode: decode, counts: weights)),
            let summary = problems.checked(
                value,
                try TraceSummary(
                    checkedSums: sums, histogram: cells, emptyOutputs: empty, lines: lines, skipped: skipped,
                    firstTokenFromPrefill: first)),
            let statistics = problems.checked(value, try TraceStatistics(summary))
        else { return nil }
        // What follows from the sums may be left out, but not contradict them.
        for (name, member, truth) in [
            ("slot_load_mean", value["slot_load_mean"]?["value"], statistics.loadMean.value),
            ("slot_load_stddev", value["slot_load_stddev"]?["value"], statistics.loadStandardDeviation.value),
            ("requests", value["requests"], Double(statistics.requests)),
        ] {
            guard let member else { continue }
            guard let number = member.number, abs(number - truth) <= 1e-9 * abs(truth) else {
                problems.add(member, "does not agree with sums, which give \(name) = \(truth)")
                return nil
            }
        }
        return (summary, statistics)
    }

    /// The summarised trace as a workload.
    static func workload(_ value: JSONValue, _ problems: inout Problems) -> Workload? {
        guard let (summary, statistics) = decode(value, &problems) else { return nil }
        let cells = summary.histogram.cells
        let longest = Int(SizingLimits.maximumLength)
        return problems.checked(
            value,
            Workload(
                histogram: try RequestTrace(
                    prefill: cells.map { min(longest, $0.prefill) }, decode: cells.map { min(longest, $0.decode) },
                    weights: cells.map { Double($0.count) }),
                slotLoad: statistics.slotLoad))
    }

    private static func skipped(_ value: JSONValue, _ problems: inout Problems) -> SkippedRows? {
        guard let object = ObjectReader(value, fields: ["rows", "reasons"], &problems) else { return nil }
        guard let reasons = object.required("reasons", &problems)?.array(limit: 16, &problems) else { return nil }
        var tallies: [SkippedRows.Tally] = []
        for element in reasons {
            guard let tally = ObjectReader(element, fields: ["reason", "rows", "lines"], &problems) else { continue }
            let reason = tally.required("reason", &problems)?.choice(of: SkippedRows.Reason.self, &problems)
            let rows = tally.required("rows", &problems)?.integer(in: 1...(1 << 53), &problems)
            let lines = tally.required("lines", &problems)?.integers(in: 1...(1 << 53), &problems)
            guard let reason, let rows, let lines else { continue }
            tallies.append(SkippedRows.Tally(reason: reason, rows: rows, lines: lines))
        }
        return problems.checked(value, try SkippedRows(tallies))
    }
}
