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
