import Text

/// The two histograms that a metrics endpoint has of the lengths of its requests.
public struct LengthHistograms: Sendable {
    /// Which requests were counted.
    public enum Span: String, Hashable, Sendable, CaseIterable {
        /// All since the engine began.
        case total
        /// Those between two scrapes.
        case difference
        /// Those within the range of a query.
        case range
    }

    public let prefill: LengthBuckets
    public let decode: LengthBuckets
    public let span: Span
    /// What reading them gave cause for.
    public let warnings: [Warning]

    /// - Throws: `InvalidInput` where one of them is missing or ambiguous, where two scrapes are of different processes, and where they
    ///   count nothing.
    init(_ samples: HistogramSamples) throws(InvalidInput) {
        let isDifference = samples.scrapes.count == 2
        span = isDifference ? .difference : samples.isRange ? .range : .total
        if isDifference { try Self.checkProcess(samples.scrapes) }
        let last = samples.scrapes[samples.scrapes.count - 1]
        var warnings: [Warning] = []
        var lengths: [TokenRole: LengthBuckets] = [:]
        for role in TokenRole.allCases {
            let family = try Self.family(of: role, last, samples)
            let keys = last.series.keys.filter { $0.role == role && $0.family == family }
            var merged = HistogramSum(family)
            for key in keys.sorted(by: { $0.place < $1.place }) {
                guard let after = last.series[key] else { continue }
                let before = isDifference ? samples.scrapes[0].series[key] : nil
                try merged.add(after, before, key)
            }
            lengths[role] = try merged.buckets()
            warnings += merged.warnings(keys)
        }
        guard let prefill = lengths[.prefill], let decode = lengths[.decode] else {
            throw InvalidInput(field: "", rule: "There are no histograms of lengths.")
        }
        if isDifference {
            let lost = samples.scrapes[0].series.keys.count { last.series[$0] == nil }
            if lost > 0 {
                warnings.append(
                    Warning(
                        code: "series_vanished",
                        detail:
                            "\(lost) series of the first scrape are not in the second: what they counted between is lost."
                    ))
            }
        }
        if samples.resets > 0 {
            warnings.append(
                Warning(
                    code: "counter_reset",
                    detail:
                        "\(samples.resets) counters began anew within the range: what they counted between their last sample and the "
                        + "restart is lost."))
        }
        self.prefill = prefill
        self.decode = decode
        self.warnings = warnings
    }

    /// From what was sent.
    public init(prefill: LengthBuckets, decode: LengthBuckets, span: Span, warnings: [Warning]) {
        self.prefill = prefill
        self.decode = decode
        self.span = span
        self.warnings = warnings
    }

    /// Two scrapes count the same requests only if they are of one process.
    private static func checkProcess(_ scrapes: [HistogramSamples.Scrape]) throws(InvalidInput) {
        func refuse(_ before: Double, _ after: Double) -> InvalidInput {
            InvalidInput(
                field: "",
                rule:
                    "The two scrapes are of different processes, begun at \(Figure.load(before)) and \(Figure.load(after)) (seconds since "
                    + "1970): the engine was started anew between them, or they are of two engines. Send the later one alone, or ask "
                    + "Prometheus, which tells instances apart.")
        }
        var pairs = scrapes[0].started.compactMap { labels, began in
            scrapes[1].started[labels].map { (before: began, after: $0) }
        }
        pairs += scrapes[0].series.compactMap { key, series in
            guard let began = series.created, let again = scrapes[1].series[key]?.created else { return nil }
            return (began, again)
        }
        // Of several the earliest is told.
        let parted = pairs.filter { $0.before != $0.after }.min { ($0.before, $0.after) < ($1.before, $1.after) }
        if let parted { throw refuse(parted.before, parted.after) }
    }

    /// The one histogram of a role.
    private static func family(
        of role: TokenRole, _ scrape: HistogramSamples.Scrape, _ samples: HistogramSamples
    ) throws(InvalidInput) -> String {
        let families = Set(scrape.series.filter { $0.key.role == role && !$0.value.bounds.isEmpty }.keys.map(\.family))
        guard families.count <= 1 else {
            throw InvalidInput(
                field: "",
                rule:
                    "\(families.sorted().joined(separator: " and ")) all count \(role.rawValue) lengths: choose one with "
                    + "\(role.rawValue)_column.")
        }
        guard let family = families.first else {
            var found = samples.others.sorted()
            let likely = found.filter { $0.lowercased().contains("token") || $0.lowercased().contains("length") }
            if !likely.isEmpty { found = likely }
            let list = found.isEmpty ? "no other histograms" : "histograms \(found.prefix(8).joined(separator: ", "))"
            throw InvalidInput(
                field: "",
                rule: "There is no known histogram of \(role.rawValue) lengths, with its buckets (such as vllm:request_"
                    + "\(role == .prefill ? "prompt" : "generation")_tokens_bucket); there are \(list). Name one with "
                    + "\(role.rawValue)_column.")
        }
        return family
    }
}

/// One histogram as the sum of its series, or of what they grew by.
private struct HistogramSum {
    private let family: String
    private var total = HistogramSamples.Series()
    private var isFirst = true
    private var dropped: Set<Double> = []
    private var lacksSum = false

    init(_ family: String) { self.family = family }

    /// Adds a series, less what it was before.
    mutating func add(
        _ after: HistogramSamples.Series, _ before: HistogramSamples.Series?, _ key: HistogramSamples.Key
    ) throws(InvalidInput) {
        guard !after.bounds.isEmpty else { return }
        var bounds = after.bounds
        // Some exporters leave the last bucket to the count.
        if bounds[.infinity] == nil, let count = after.count { bounds[.infinity] = count }
        for (bound, count) in bounds.sorted(by: { $0.key < $1.key }) {
            let old = before?.bounds[bound] ?? (bound == .infinity ? before?.count : nil) ?? 0
            bounds[bound] = try grown(count, old)
        }
        if let sum = after.sum, !lacksSum {
            total.sum = (total.sum ?? 0) + (try grown(sum, before?.sum ?? 0))
        } else {
            lacksSum = true
            total.sum = nil
        }
        if isFirst {
            total.bounds = bounds
            isFirst = false
        } else {
            // Only bounds that all series have tell how many requests lie below.
            for (bound, count) in total.bounds {
                if let other = bounds[bound] {
                    total.bounds[bound] = count + other
                } else {
                    total.bounds[bound] = nil
                    dropped.insert(bound)
                }
            }
            for bound in bounds.keys where total.bounds[bound] == nil { dropped.insert(bound) }
        }
    }

    private func grown(_ after: Double, _ before: Double) throws(InvalidInput) -> Double {
        guard after >= before else {
            throw InvalidInput(
                field: "",
                rule:
                    "A counter of \(family.isEmpty ? "the result" : family) falls from \(Figure.load(before)) to \(Figure.load(after)) between "
                    + "the two scrapes: the engine was started anew, or the later scrape stands first. Send the later one alone."
            )
        }
        return after - before
    }

    func buckets() throws(InvalidInput) -> LengthBuckets {
        let bounds = total.bounds.sorted { $0.key < $1.key }
        var counts: [Double] = []
        var below = 0.0
        for (bound, count) in bounds {
            // Counts of a query may be extrapolated, and differ by rounding.
            guard count >= below * (1 - 1e-9) else {
                throw InvalidInput(
                    field: "",
                    rule:
                        "\(family.isEmpty ? "The result" : family) counts fewer requests up to le=\"\(bound)\" than up to the bound before: its "
                        + "buckets are not cumulative.")
            }
            counts.append(max(0, count - below))
            below = max(below, count)
        }
        guard below > 0 else {
            throw InvalidInput(
                field: "",
                rule:
                    "\(family.isEmpty ? "The result" : family) counts no requests (between the two scrapes, where there are two)."
            )
        }
        return try LengthBuckets(name: family, bounds: bounds.map(\.key), counts: counts, sum: total.sum)
    }

    func warnings(_ keys: [HistogramSamples.Key]) -> [Warning] {
        var warnings: [Warning] = []
        let models = Set(
            keys.flatMap { key in ["model_name", "model", "served_model_name"].compactMap { key.labels[$0] } })
        if models.count > 1 {
            warnings.append(
                Warning(
                    code: "several_models",
                    detail:
                        "The requests of \(models.count) models are added up: \(models.sorted().prefix(4).joined(separator: ", ")). "
                        + "Choose one with labels, as in prefill_column=\(family){model_name=\"…\"}."))
        }
        if !dropped.isEmpty {
            warnings.append(
                Warning(
                    code: "bounds_differ",
                    detail:
                        "\(dropped.count) bounds of \(family.isEmpty ? "the result" : family) are not common to all of its series, and not used."
                ))
        }
        return warnings
    }
}
