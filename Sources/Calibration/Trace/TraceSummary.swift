import Text

/// All that is kept of a trace: constant in size, and exactly mergeable.
public struct TraceSummary: Hashable, Sendable {
    public private(set) var sums: RequestSums
    public private(set) var histogram: JointHistogram
    /// Requests without an output token; each counts as one step.
    public private(set) var emptyOutputs: Int
    /// Lines of data (without a header), or rows of JSON that is not by lines.
    public private(set) var lines: Int
    public private(set) var skipped: SkippedRows
    /// Whether the first output token was taken to come from prefill, so that there is one decode step less.
    public let firstTokenFromPrefill: Bool
    /// What the rows say beside lengths; `nil` where they say nothing.
    public var activity: ActivitySummary?

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
    /// - Throws: ``InvalidInput`` where the parts do not belong together.
    public init(
        checkedSums sums: RequestSums, histogram: JointHistogram, emptyOutputs: Int, lines: Int, skipped: SkippedRows,
        firstTokenFromPrefill: Bool
    ) throws(InvalidInput) {
        guard histogram.count == sums.count else {
            throw InvalidInput(
                field: "histogram.weights", rule: "must add up to the \(sums.count) requests of sums")
        }
        guard 0...sums.count ~= emptyOutputs else {
            throw InvalidInput(field: "sums.empty_outputs", rule: "must be from 0 to the number of requests")
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
    /// - Throws: ``InvalidInput`` where the parts were read under different assumptions or are too long together.
    public mutating func merge(_ other: TraceSummary) throws(InvalidInput) {
        guard other.firstTokenFromPrefill == firstTokenFromPrefill else {
            throw InvalidInput(
                field: "first_token_from_prefill", rule: "must be the same for all parts: they were read differently")
        }
        try sums.merge(other.sums)
        histogram = try histogram.merged(with: other.histogram)
        emptyOutputs += other.emptyOutputs
        if let part = other.activity {
            activity = activity ?? ActivitySummary()
            activity?.merge(part)
        }
        skipped.merge(other.skipped, after: lines)
        lines = min(RequestSums.maximumCount, lines + other.lines)
    }
}
