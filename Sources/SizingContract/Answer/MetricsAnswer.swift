import Calibration
import JSON
import SizingNumerics

/// The answer of `/v1/workload` to the metrics of an engine.
public struct MetricsAnswer: Sendable {
    let load: MetricsWorkload
    /// Of the histograms, so that they have the same hash however they were sent.
    let hash: SipHash128.Value

    init(_ load: MetricsWorkload) {
        self.load = load
        var content = JSONWriter(capacity: 1 << 12)
        content.beginObject()
        Self.writeHistograms(load, into: &content)
        content.endObject()
        hash = SipHash128.hash((try? content.finish()) ?? [])
    }

    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("requests", load.requests)
        writer.object("prefill") { Self.write(load.prefill, into: &$0) }
        writer.object("decode") { Self.write(load.decode, into: &$0) }
        writer.field("correlation", orNull: nil as Double?)
        writer.object("slot_load_mean") { writer in
            EstimateAnswer.write(load.load.mean, into: &writer)
            writer.field("bounds", orNull: load.load.meanBounds)
        }
        writer.object("slot_load_stddev") { writer in
            EstimateAnswer.write(load.load.standardDeviation, into: &writer)
            writer.field("bounds", orNull: load.load.deviationBounds)
        }
        writer.object("slot_load_skewness") {
            EstimateAnswer.write(Estimate(load.load.skewness, interval: nil), into: &$0)
        }
        Self.writeHistograms(load, into: &writer)
        writer.warnings(load.warnings)
        Provenance.write(hash: hash, assumptions: Self.assumptions(load), into: &writer)
        writer.endObject()
    }

    private static func write(_ length: MetricsWorkload.Length, into writer: inout JSONWriter) {
        writer.field("mean", length.mean)
        writer.field("mean_standard_error", orNull: length.meanError)
        writer.field("stddev", length.standardDeviation)
        writer.field("stddev_bounds", orNull: length.deviationBounds)
    }

    private static func writeHistograms(_ load: MetricsWorkload, into writer: inout JSONWriter) {
        writer.object("histograms") { writer in
            writer.field("span", load.histograms.span.rawValue)
            writer.field("first_token_from_prefill", load.firstTokenFromPrefill)
            writer.object("prefill") { write(load.histograms.prefill, into: &$0) }
            writer.object("decode") { write(load.histograms.decode, into: &$0) }
        }
    }

    /// Counts have one element more than bounds where the last bucket has none.
    private static func write(_ buckets: LengthBuckets, into writer: inout JSONWriter) {
        writer.field("metric", buckets.name)
        writer.array("bounds", buckets.bounds.filter(\.isFinite)) { $0.value($1) }
        writer.array("counts", buckets.counts) { $0.value($1) }
        writer.field("sum", orNull: buckets.sum)
    }

    private static func assumptions(_ load: MetricsWorkload) -> [StaticString] {
        [
            load.firstTokenFromPrefill
                ? "the first output token comes from prefill: decode steps are output tokens less one"
                : "every output token is a decode step",
            "prefill and decode lengths are independent",
            "lengths within a bucket have the distribution of largest entropy with the counts and the mean",
            "requests are independent of each other",
        ]
    }
}
