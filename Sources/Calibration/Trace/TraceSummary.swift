import Text

/// All that is kept of a trace: constant in size but for the timetable, and exactly mergeable.
public struct TraceSummary: Hashable, Sendable {
    public private(set) var sums: RequestSums
    public private(set) var histogram: JointHistogram
    /// Requests that never decode: without an output token, or with one that comes from prefill. They hold no slot and are not among
    /// the sums.
    public private(set) var emptyOutputs: Int
    /// Lines of data (without a header), or rows of JSON that is not by lines.
    public private(set) var lines: Int
    public private(set) var skipped: SkippedRows
    /// Whether the first output token was taken to come from prefill, so that there is one decode step less.
    public let firstTokenFromPrefill: Bool
    /// What the rows say beside lengths; `nil` where they say nothing.
    public var activity: ActivitySummary?
    /// The requests with their times, where they were to be kept; not merged.
    public internal(set) var timetable: RequestTimetable?
    /// What was read, and what there is to say of it.
    public var reading = TraceReading(format: nil)

    /// Rows read, usable or not.
    public var rows: Int { min(RequestSums.maximumCount, sums.count + emptyOutputs + skipped.rows) }

    init(
        sums: RequestSums, histogram: JointHistogram, emptyOutputs: Int, lines: Int, skipped: SkippedRows,
        firstTokenFromPrefill: Bool
    ) {
        self.sums = sums
        self.histogram = histogram
        self.emptyOutputs = emptyOutputs
        self.lines = lines
        self.skipped = skipped
        self.firstTokenFromPrefill = firstTokenFromPrefill
    }

    /// From what was sent.
    ///
    /// - Throws: `InvalidInput` where the parts do not belong together.
    public init(
        checkedSums sums: RequestSums, histogram: JointHistogram, emptyOutputs: Int, lines: Int, skipped: SkippedRows,
        firstTokenFromPrefill: Bool
    ) throws(InvalidInput) {
        guard histogram.count == sums.count else {
            throw InvalidInput(
                field: "histogram.weights", rule: "must add up to the \(sums.count) requests of sums")
        }
        guard 0...RequestSums.maximumCount ~= emptyOutputs else {
            throw InvalidInput(field: "sums.empty_outputs", rule: "must be a whole number from 0 to 2^53")
        }
        guard 0...RequestSums.maximumCount ~= lines else {
            throw InvalidInput(field: "sums.lines", rule: "must be a whole number from 0 to 2^53")
        }
        self.init(
            sums: sums, histogram: histogram, emptyOutputs: emptyOutputs, lines: lines, skipped: skipped,
            firstTokenFromPrefill: firstTokenFromPrefill)
    }

    /// Adds the part of the trace that came after this one.
    ///
    /// - Throws: `InvalidInput` where the parts were read under different assumptions or are too long together.
    public mutating func merge(_ other: TraceSummary) throws(InvalidInput) {
        guard other.firstTokenFromPrefill == firstTokenFromPrefill else {
            throw InvalidInput(
                field: "first_token_from_prefill", rule: "must be the same for all parts: they were read differently")
        }
        try sums.merge(other.sums)
        histogram = try histogram.merged(with: other.histogram)
        emptyOutputs = min(RequestSums.maximumCount, emptyOutputs + other.emptyOutputs)
        reading.merge(other.reading)
        timetable = nil
        if let part = other.activity {
            activity = activity ?? ActivitySummary()
            activity?.merge(part)
        }
        skipped.merge(other.skipped, after: lines)
        lines = min(RequestSums.maximumCount, lines + other.lines)
    }

    /// What is said of rows that were lost and of requests that never decode; it follows from the counts.
    public var lossWarnings: [Warning] {
        var warnings: [Warning] = []
        // Two per cent: beyond it, what is left out may well differ from the rest.
        if skipped.lost * 50 > rows {
            let reasons = skipped.tallies.filter(\.reason.isLoss).map { "\($0.reason.rawValue) in \($0.rows)" }
            warnings.append(
                Warning(
                    code: "rows_skipped",
                    detail:
                        "\(skipped.lost) of \(rows) rows (\(Figure.percent(Double(skipped.lost) / Double(rows)))) could not be read and are left out: "
                        + reasons.joined(separator: ", ")
                        + ". If these are not like the others, the statistics are biased.",
                    pointer: "/skipped"))
        }
        if emptyOutputs > 0 {
            warnings.append(
                Warning(
                    code: "never_decode",
                    detail:
                        "\(emptyOutputs) of \(sums.count + emptyOutputs) requests never decode ("
                        + (firstTokenFromPrefill
                            ? "no output, or one token, which comes from prefill" : "no output tokens")
                        + "): they hold no slot and are not among the requests of these statistics.",
                    pointer: "/requests"))
        }
        return warnings
    }
}
