import Calibration
import JSON

/// The members of an answer of `/v1/workload` that come from times, sessions and blocks of prompts.
enum ActivityAnswer {
    static func write(_ activity: ActivitySummary, into writer: inout JSONWriter) {
        if let arrivals = activity.arrivals, let statistics = ArrivalStatistics(arrivals) {
            writer.object("arrivals") { write(statistics, arrivals, into: &$0) }
        }
        if let sessions = activity.sessions { writer.object("sessions") { write(sessions, into: &$0) } }
        if activity.prefixes != nil || activity.cached != nil {
            writer.object("prefixes") { writer in
                if let prefixes = activity.prefixes { write(prefixes, into: &writer) }
                if let cached = activity.cached { writer.object("reported") { write(cached, into: &$0) } }
            }
        }
        if let blocks = activity.blocks { writer.object("blocks") { write(blocks, into: &$0) } }
    }

    private static func write(_ statistics: ArrivalStatistics, _ arrivals: ArrivalCounts, into writer: inout JSONWriter)
    {
        writer.field("requests", statistics.requests)
        writer.field("duration_s", Double(statistics.span.upperBound - statistics.span.lowerBound) / 1e6)
        writer.field("requests_per_second", orNull: statistics.rate)
        writer.field("dispersion", orNull: statistics.scale?.dispersion)
        writer.field("dispersion_window_s", orNull: statistics.scale?.window)
        if let busiest = statistics.scale?.busiest { writer.object("busiest") { write(busiest, into: &$0) } }
        writer.array("windows", statistics.scales) { writer, scale in
            writer.beginObject()
            writer.field("window_s", scale.window)
            writer.field("windows", scale.windows)
            writer.field("dispersion", scale.dispersion)
            writer.object("busiest") { write(scale.busiest, into: &$0) }
            writer.endObject()
        }
        if let trend = statistics.trend {
            writer.object("trend") { writer in
                writer.field("change_per_second", trend.change)
                writer.field("standard_error", trend.standardError)
                writer.field("significant", trend.isSignificant)
            }
        }
        if let period = statistics.period {
            writer.object("period") { writer in
                writer.field("length_s", period.length)
                writer.field("amplitude_per_second", period.amplitude)
                writer.field("relative_amplitude", period.relativeAmplitude)
            }
        }
        let windows = arrivals.windows
        writer.object("counts") { writer in
            writer.field("first_us", statistics.span.lowerBound)
            writer.field("last_us", statistics.span.upperBound)
            writer.field("window_us", windows.width)
            writer.field("start_us", windows.start)
            writer.array("requests", windows.counts) { $0.value($1) }
        }
    }

    private static func write(_ window: ArrivalStatistics.Window, into writer: inout JSONWriter) {
        writer.field("start_s", Double(window.start) / 1e6)
        writer.field("window_s", window.width)
        writer.field("requests", window.requests)
        writer.field("requests_per_second", window.rate)
    }

    private static func write(_ sessions: SessionStatistics, into writer: inout JSONWriter) {
        writer.field("sessions", orNull: sessions.sessions.map(Double.init))
        writer.field("requests", sessions.requests)
        writer.field("longest", sessions.longest)
        writer.array("by_round", sessions.rounds) { writer, round in
            writer.beginObject()
            writer.field("round", round.number)
            writer.field("requests", round.requests)
            writer.field("prefill_mean", round.prefillMean)
            writer.field("decode_mean", round.decodeMean)
            writer.field("slot_load_mean", orNull: round.slotLoadMean)
            writer.field("new_tokens_mean", orNull: round.newTokensMean)
            writer.endObject()
        }
        if let gaps = sessions.gaps {
            writer.object("gap_s") { writer in
                writer.field("count", gaps.count)
                writer.field("mean", gaps.mean)
                writer.field("p50", gaps.median)
                writer.field("p90", gaps.p90)
                writer.field("p99", gaps.p99)
            }
        }
        writer.field("resident_tokens", orNull: sessions.residentTokens)
    }

    private static func write(_ prefixes: PrefixStatistics, into writer: inout JSONWriter) {
        writer.field("requests", prefixes.requests)
        writer.field("blocks", prefixes.blocks)
        writer.field("distinct_blocks", orNull: prefixes.distinctBlocks.map(Double.init))
        writer.field("block_tokens", prefixes.blockTokens)
        writer.array("caches", prefixes.sizes) { writer, size in
            writer.beginObject()
            writer.field("blocks", orNull: size.blocks.map(Double.init))
            writer.field("tokens", orNull: size.blocks.map { Double($0) * Double(prefixes.blockTokens) })
            write(size.uncached, into: &writer)
            writer.endObject()
        }
    }

    private static func write(_ uncached: PrefixStatistics.Uncached, into writer: inout JSONWriter) {
        writer.field("hit_ratio", uncached.hitRatio)
        writer.object("uncached") { writer in
            writer.field("mean", uncached.mean)
            writer.field("stddev", uncached.standardDeviation)
            writer.field("mean_square", uncached.meanSquare)
            writer.field("mean_product_with_cached", uncached.meanProduct)
        }
    }

    private static func write(_ blocks: RequestBlocks, into writer: inout JSONWriter) {
        let columns = blocks.columns
        writer.field("level", columns.level)
        writer.field("first", columns.first)
        writer.array("requests", columns.requests) { $0.value($1) }
        for (name, digits) in columns.sums {
            writer.name(name)
            writer.beginArray()
            for text in digits { writer.value(text) }
            writer.endArray()
        }
    }
}
