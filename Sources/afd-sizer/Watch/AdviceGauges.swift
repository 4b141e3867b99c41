import HTTPServer

/// What the last look advised, as Prometheus metrics.
///
/// An autoscaler must not follow advice that nobody stands behind any more: when the last plan is older than `staleAfter`, there are no
/// replicas to be read, and the autoscaler does what it does without a metric. Age and failures stay, for alerts.
struct AdviceGauges: Sendable {
    /// The label `key`: which deployment it is about, where one scraper sees several.
    let key: String
    /// Seconds after which a plan no longer counts.
    let staleAfter: Double

    private var replicas: [(pool: String, count: Int)] = []
    /// Seconds since 1970.
    private var plannedAt: Double?
    private var failures = 0

    init(key: String, staleAfter: Double) {
        self.key = key
        self.staleAfter = staleAfter
    }

    /// - Parameters:
    ///   - replicas: what is to run.
    ///   - time: seconds since 1970.
    mutating func planned(_ replicas: [(pool: String, count: Int)], at time: Double) {
        self.replicas = replicas
        plannedAt = time
    }

    /// A look had no plan: the last one stands until it is too old.
    mutating func failed() { failures += 1 }

    /// - Parameter now: seconds since 1970.
    func text(at now: Double) -> String {
        var text = MetricsText()
        let label = ("key", key)
        let isFresh = plannedAt.map { now - $0 <= staleAfter } ?? false
        text.family("afd_sizer_desired_replicas", .gauge, "Instances of a pool that are to run.")
        for (pool, count) in isFresh ? replicas : [] {
            text.sample("afd_sizer_desired_replicas", [label, ("pool", pool)], count)
        }
        text.family("afd_sizer_advice_timestamp_seconds", .gauge, "When the last plan was made, since 1970.")
        if let plannedAt { text.sample("afd_sizer_advice_timestamp_seconds", [label], plannedAt) }
        text.family("afd_sizer_advice_failures_total", .counter, "Looks that had no plan.")
        text.sample("afd_sizer_advice_failures_total", [label], failures)
        return text.text
    }
}
