import Calibration
import JSON
import SizingNumerics

/// The answer of `/v1/workload`.
public struct TraceAnswer: Sendable {
    let summary: TraceSummary
    let statistics: TraceStatistics
    /// Of what was found, so that a trace has the same hash however it was cut and sent.
    let hash: SipHash128.Value

    init(_ summary: TraceSummary, _ statistics: TraceStatistics) {
        self.summary = summary
        self.statistics = statistics
        var content = JSONWriter(capacity: 1 << 16)
        content.beginObject()
        Self.writeContent(summary, statistics, into: &content)
        content.endObject()
        hash = SipHash128.hash((try? content.finish()) ?? [])
    }

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        Self.writeContent(summary, statistics, into: &writer)
        Provenance.write(hash: hash, assumptions: Self.assumptions(summary, statistics), into: &writer)
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
        writer.field("correlation", orNull: statistics.correlation?.value)
        writer.field("correlation_standard_error", orNull: statistics.correlation?.standardError)
        writer.object("slot_load_mean") { EstimateAnswer.write(statistics.loadMean, into: &$0) }
        writer.object("slot_load_stddev") { EstimateAnswer.write(statistics.loadStandardDeviation, into: &$0) }
        writer.object("slot_load_skewness") { EstimateAnswer.write(statistics.loadSkewness, into: &$0) }
        writer.object("geometric_fit") { writer in
            writer.field("p", statistics.geometricFit.p)
            writer.field("standard_error", orNull: statistics.geometricFit.standardError)
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
        if let activity = summary.activity { ActivityAnswer.write(activity, into: &writer) }
        writer.object("read") { writer in
            writer.name("format")
            if let format = summary.reading.format { writer.value(format) } else { writer.null() }
            writer.field("rows", summary.rows)
            writer.array("columns", summary.reading.columns) { writer, column in
                writer.beginObject()
                writer.field("name", column.name)
                writer.field("as", column.role)
                writer.endObject()
            }
        }
        writer.warnings(TraceStatistics.warnings(summary, statistics))
    }

    private static func write(_ length: TraceStatistics.Length, into writer: inout JSONWriter) {
        writer.field("mean", length.mean.value)
        writer.field("mean_standard_error", orNull: length.mean.standardError)
        writer.field("stddev", length.standardDeviation.value)
        writer.field("stddev_standard_error", orNull: length.standardDeviation.standardError)
    }

    private static func assumptions(
        _ summary: TraceSummary, _ statistics: TraceStatistics
    ) -> [StaticString] {
        var assumptions: [StaticString] = [
            summary.firstTokenFromPrefill
                ? "the first output token comes from prefill: decode steps are output tokens less one"
                : "every output token is a decode step",
            statistics.errorCosines == nil
                ? "requests are independent of each other"
                : "errors allow for requests being alike that arrive within a twelfth of the trace of each other",
        ]
        if summary.emptyOutputs > 0 {
            assumptions.append("a request without a decode step holds no slot and is left out")
        }
        return assumptions
    }
}
