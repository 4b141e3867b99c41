/// What fits to samples take, in seconds of one core, before they are begun. The constants were measured (docs/operations.md).
public enum FitEffort {
    /// The search for outliers, which every fit begins with.
    private static func outliers(_ samples: Double) -> Double {
        let robust = min(samples, 600)
        return 1e-6 * samples + 12e-9 * robust * robust + knee(min(samples, 800))
    }

    /// A roofline: every gap between loads is tried, each by some thirty fits to all samples.
    private static func knee(_ samples: Double) -> Double { 33 * 6e-9 * min(samples, 256) * samples }

    /// A latency model by `fit`.
    public static func model(_ fit: LatencyFit, samples: Int) -> Double {
        let n = Double(samples)
        return outliers(n) + 0.5e-6 * n + (fit == .maximum ? knee(n) : 0)
    }

    /// A whole calibration of one stage.
    public static func calibration(samples: Int) -> Double {
        let n = Double(samples)
        return outliers(n) + 12e-9 * min(n, 600) * min(n, 600) + knee(n) + 5e-6 * n
    }
}
