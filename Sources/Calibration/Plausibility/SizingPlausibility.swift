import Sizing
import Text

/// Whether what a sizing comes to can be: units that were confused show in figures that no hardware has.
public enum SizingPlausibility {
    /// A role that idles more than this is not waited for but mistaken, in most cases.
    private static let mostIdle = 0.95
    /// A decode step launches some hundred kernels and exchanges tokens twice a layer; the fastest published services take 300 µs.
    private static let leastTPOT = 50.0
    /// Bytes of cache that a step reads for each token of context. One layer of multi-head latent attention has 576 or 1,152; whole models
    /// have 20,000 and more.
    private static let leastCacheBytes = 1024.0
    /// Bytes a microsecond: 100 TB/s. Whole models at 20,000 bytes a token reach it with the memory of a hundred of today's fastest devices.
    private static let mostBandwidth = 1e8

    /// - Parameters:
    ///   - cycle: of the recommendation, by measured latencies or coefficients.
    ///   - tpot: microseconds.
    ///   - load: tokens in the cache of an Attention instance and microbatch.
    ///   - latency: of Attention at that load, microseconds.
    public static func warnings(_ cycle: CycleTime, tpot: Double, load: Double, latency: Double) -> [Warning] {
        let idle = cycle.idle
        var warnings: [Warning] = []
        for (name, share, pointer) in [
            ("Attention", idle.attention, "/hardware/attention"), ("The FFN", idle.ffn, "/hardware/ffn"),
        ] where share > mostIdle {
            warnings.append(
                Warning(
                    code: "implausible_idle",
                    detail:
                        "\(name) would idle \(Figure.percent(share)) at the best ratio. The latencies of the stages may be in different units: "
                        + "latency_us, alpha_us and beta_us are microseconds.", pointer: pointer))
        }
        return warnings + Self.warnings(tpot: tpot, load: load, latency: latency)
    }

    /// Those that do not depend on whether the ratio is a good one.
    ///
    /// - Parameters:
    ///   - tpot: microseconds.
    ///   - load: tokens in the cache of an Attention instance and microbatch.
    ///   - latency: of Attention at that load, microseconds.
    public static func warnings(tpot: Double, load: Double, latency: Double) -> [Warning] {
        var warnings: [Warning] = []
        if tpot < leastTPOT {
            warnings.append(
                Warning(
                    code: "implausible_tpot",
                    detail:
                        "A token would take \(Figure.short(tpot)) us, less than launching the kernels of a model takes. The latencies may be in "
                        + "milliseconds (latency_us, alpha_us and beta_us are microseconds), or those of one layer (give layers).",
                    pointer: "/hardware"))
        }
        if latency > 0, load * leastCacheBytes / latency > mostBandwidth {
            warnings.append(
                Warning(
                    code: "beyond_memory_bandwidth",
                    detail:
                        "Attention would read the cache of \(Figure.short(load)) tokens in \(Figure.short(latency)) us. At 1 KB a token that is "
                        + "\(Figure.short(load * leastCacheBytes / latency / 1e6)) TB/s, more than the memory of an instance gives: check the unit of "
                        + "its latencies.", pointer: "/hardware/attention"))
        }
        return warnings
    }
}
