/// How requests arrive: rate, burstiness by time scale, trend, period.
public struct ArrivalStatistics: Hashable, Sendable {
    /// What the windows of one width show.
    public struct Scale: Hashable, Sendable {
        /// Width of a window, seconds.
        public let window: Double
        public let windows: Int
        /// Index of dispersion: variance over mean of the arrivals in a window. 1 for Poisson arrivals.
        public let dispersion: Double
        public let busiest: Window
    }

    /// One window.
    public struct Window: Hashable, Sendable {
        /// Where it begins, microseconds, as the times of the trace count.
        public let start: Int
        /// Seconds.
        public let width: Double
        public let requests: Int
        /// Arrivals per second in it.
        public var rate: Double { Double(requests) / width }
    }

    /// Requests with a time.
    public let requests: Int
    /// First and last arrival, microseconds, as the times of the trace count.
    public let span: ClosedRange<Int>
    /// Arrivals per second: gaps between arrivals over the time from the first to the last; `nil` where that is none.
    public let rate: Double?
    /// By rising width; those with at least `leastWindows` windows.
    public let scales: [Scale]
    /// Change of the rate over the trace; `nil` with too few windows.
    public let trend: ArrivalTrend?
    /// The strongest period; `nil` where none stands out.
    public let period: ArrivalPeriod?

    /// With fewer windows than this a width is not answered for.
    static let leastWindows = 10

    /// `nil` without an arrival.
    public init?(_ arrivals: ArrivalCounts) {
        guard let span = arrivals.span else { return nil }
        self.span = span
        let requests = arrivals.requests
        self.requests = requests
        let seconds = Double(span.upperBound - span.lowerBound) / 1e6
        rate = seconds > 0 ? Double(requests - 1) / seconds : nil
        scales = arrivals.series.filter { $0.counts.count >= Self.leastWindows }.map { width, start, counts in
            let mean = Double(requests) / Double(counts.count)
            let squares = counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            var most = 0
            for (index, count) in counts.enumerated() where count > counts[most] { most = index }
            return Scale(
                window: Double(width) / 1e6, windows: counts.count,
                dispersion: squares / Double(counts.count) / mean,
                busiest: Window(start: start + most * width, width: Double(width) / 1e6, requests: counts[most]))
        }
        let series = ArrivalSeries(arrivals)
        trend = series.flatMap { ArrivalTrend($0) }
        period = series.flatMap { ArrivalPeriod($0) }
    }

    /// The scale that stands for the burstiness of the trace: windows of 10 s, or those nearest to them that are answered.
    public var scale: Scale? {
        scales.min { abs(Self.octaves($0.window / 10)) < abs(Self.octaves($1.window / 10)) }
    }

    private static func octaves(_ ratio: Double) -> Int {
        ratio.exponent < 0 ? Int(ratio.exponent) + 1 : Int(ratio.exponent)
    }
}

/// The change of the rate from the beginning of a trace to its end, by a straight line.
public struct ArrivalTrend: Hashable, Sendable {
    /// Requests per second, end less beginning.
    public let change: Double
    /// Its standard error: rates in windows of a 32nd of the trace scatter around the line independently.
    public let standardError: Double
    /// Whether the change is more than chance: farther from 0 than three standard errors.
    public var isSignificant: Bool { abs(change) > 3 * standardError }

    private static let windows = 32

    /// `nil` with fewer than eight windows.
    init?(_ series: ArrivalSeries) {
        let group = max(1, series.rates.count / Self.windows)
        let means = (0..<(series.rates.count / group)).map { index in
            series.rates[(index * group)..<((index + 1) * group)].reduce(0, +) / Double(group)
        }
        guard means.count >= 8 else { return nil }
        let line = EvenLine(means)
        change = line.slope * Double(means.count)
        standardError = line.slopeError * Double(means.count)
    }
}
