import Text

/// The samples of token histograms, of one scrape or of two, by series.
///
/// A sample that comes a second time begins a second scrape: then what happened between the two counts. Series of several engines or
/// instances are added up.
struct HistogramSamples: Sendable {
    /// A histogram of one process, cumulative.
    struct Series: Hashable, Sendable {
        /// Requests of at most so many tokens.
        var bounds: [Double: Double] = [:]
        var sum: Double?
        var count: Double?
        /// When it began, seconds; where it says so.
        var created: Double?
    }

    struct Key: Hashable, Sendable {
        let role: TokenRole
        let family: String
        let labels: [String: String]

        /// Its labels in an order of their own, so that whatever is made of several series is the same in every run.
        var place: String { labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
    }

    struct Scrape: Sendable {
        var series: [Key: Series] = [:]
        /// When each process began, seconds, by the labels that tell them apart.
        var started: [[String: String]: Double] = [:]
    }

    /// More bounds than this, over all series, are refused.
    static let mostBounds = 200_000
    private static let mostOthers = 64

    private let metrics: TokenMetrics
    /// One or two.
    private(set) var scrapes = [Scrape()]
    /// Names of histograms that count something else.
    private(set) var others: Set<String> = []
    /// Counters that began anew within a range of samples.
    private(set) var resets = 0
    /// Whether the values are increases over a range already.
    private(set) var isRange = false
    private var bounds = 0

    init(_ metrics: TokenMetrics) { self.metrics = metrics }

    /// Takes a sample; those of other metrics are passed over.
    ///
    /// - Parameter role: what it counts where it has no name, as the result of an expression has none.
    /// - Throws: `InvalidInput` where a histogram has a value or a bound that it cannot have.
    mutating func add(_ sample: MetricSample, role: TokenRole? = nil) throws(InvalidInput) {
        var part = Part.bucket
        var family = sample.name
        if family.isEmpty {
            guard role != nil, sample.labels["le"] != nil else { return }
        } else if family == "process_start_time_seconds" {
            if scrapes[scrapes.count - 1].started[sample.labels] != nil { try next() }
            scrapes[scrapes.count - 1].started[sample.labels] = sample.value
            return
        } else {
            guard let found = Part.allCases.first(where: { family.hasSuffix($0.rawValue) }) else { return }
            part = found
            family = String(family.dropLast(part.rawValue.utf8.count))
            guard part != .bucket || sample.labels["le"] != nil else { return }
        }
        guard let role = role ?? metrics.role(of: family, sample.labels) else {
            if part == .bucket, others.count < Self.mostOthers { others.insert(family) }
            return
        }
        try Self.check(sample, part)
        var labels = sample.labels
        let bound = labels.removeValue(forKey: "le")
        try set(part, bound, Key(role: role, family: family, labels: labels), sample.value, sample.name)
    }

    /// Takes the samples of a counter over a range of time: what it grew by counts. A counter that falls began anew.
    mutating func add(
        range values: [Double], of name: String, labels: [String: String], role: TokenRole? = nil
    ) throws(InvalidInput) {
        isRange = true
        guard let first = values.first else { return }
        var increase = 0.0
        var last = first
        var isReset = false
        for value in values.dropFirst() {
            if value < last { isReset = true }
            increase += value < last ? value : value - last
            last = value
        }
        let before = bounds
        try add(MetricSample(name: name, labels: labels, value: increase), role: role)
        // Of the buckets of a histogram that counts.
        if isReset, bounds > before { resets += 1 }
    }

    /// Ends a scrape: what comes next is a later one.
    ///
    /// - Throws: `InvalidInput` after the second.
    mutating func next() throws(InvalidInput) {
        guard scrapes.count == 1 else {
            throw InvalidInput(
                field: "",
                rule: "There are more than two scrapes; send one, or one from before and one from after the requests.")
        }
        scrapes.append(Scrape())
    }

    private enum Part: String, CaseIterable {
        case bucket = "_bucket"
        case sum = "_sum"
        case count = "_count"
        case created = "_created"
    }

    private static func check(_ sample: MetricSample, _ part: Part) throws(InvalidInput) {
        let limit = part == .sum ? 1e18 : 0x1p53
        guard sample.value.isFinite, 0...limit ~= sample.value else {
            throw InvalidInput(
                field: "",
                rule: "\(sample.name) has the value \(sample.value), which no count of requests or tokens has.")
        }
    }

    private mutating func set(
        _ part: Part, _ bound: String?, _ key: Key, _ value: Double, _ name: String
    ) throws(InvalidInput) {
        var series = scrapes[scrapes.count - 1].series[key] ?? Series()
        var isRepeated = false
        switch part {
        case .bucket:
            guard let limit = MetricNumber((bound ?? "").utf8)?.value, !limit.isNaN else {
                throw InvalidInput(
                    field: "", rule: "\(name) has the bound le=\"\((bound ?? "").prefix(40))\", which is no number.")
            }
            isRepeated = series.bounds[limit] != nil
            if !isRepeated {
                series.bounds[limit] = value
                bounds += 1
            }
        case .sum:
            isRepeated = series.sum != nil
            series.sum = value
        case .count:
            isRepeated = series.count != nil
            series.count = value
        case .created:
            isRepeated = series.created != nil
            series.created = value
        }
        guard !isRepeated else {
            try next()
            return try set(part, bound, key, value, name)
        }
        guard bounds <= Self.mostBounds else {
            throw InvalidInput(
                field: "",
                rule:
                    "There are more than \(Self.mostBounds) buckets; add them up with sum by (le) before they are sent."
            )
        }
        scrapes[scrapes.count - 1].series[key] = series
    }
}
