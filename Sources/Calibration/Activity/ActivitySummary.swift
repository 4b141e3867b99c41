import Text

/// What a trace says beside its lengths: arrivals, blocks of time, sessions, prefixes.
public struct ActivitySummary: Hashable, Sendable {
    /// `nil` where no row has a time that can be read.
    public private(set) var arrivals: ArrivalCounts?
    /// The requests that decode, by time; `nil` as ``arrivals``.
    public private(set) var blocks: RequestBlocks?
    /// `nil` where rows name no session, and for parts of a trace that were merged.
    public private(set) var sessions: SessionStatistics?
    /// `nil` where rows have no `hash_ids`, and for parts of a trace that were merged.
    public private(set) var prefixes: PrefixStatistics?
    /// What is left to prefill by the cached tokens that rows tell; `nil` where they tell none, and for parts that were merged.
    public private(set) var cached: PrefixStatistics.Uncached?
    private var reading: Reading?
    /// Whether sessions or prefixes of parts were left out.
    private var isMerged = false

    /// How the rows were read.
    struct Reading: Hashable, Sendable {
        let clock: ArrivalClock
        let untimed: Int
        let backwards: Int
        let rows: Int
        let cachedBeyondPrefill: Int
    }

    init(
        arrivals: ArrivalCounts?, blocks: RequestBlocks?, sessions: SessionStatistics?, prefixes: PrefixStatistics?,
        cached: PrefixStatistics.Uncached?, reading: Reading
    ) {
        self.arrivals = arrivals
        self.blocks = blocks
        self.sessions = sessions
        self.prefixes = prefixes
        self.cached = cached
        self.reading = reading
    }

    /// Of a trace that was summarised before; what cannot be merged is not read back.
    public init(arrivals: ArrivalCounts? = nil, blocks: RequestBlocks? = nil) {
        self.arrivals = arrivals
        self.blocks = blocks
    }

    /// Adds another part of the trace. Arrivals and blocks are those of the whole; sessions and prefixes run across parts and are
    /// left out.
    public mutating func merge(_ other: ActivitySummary) {
        if let theirs = other.arrivals {
            var merged = arrivals ?? ArrivalCounts()
            merged.merge(theirs)
            arrivals = merged
        }
        if let theirs = other.blocks {
            var merged = blocks ?? RequestBlocks()
            merged.merge(theirs)
            blocks = merged
        }
        isMerged =
            isMerged || other.isMerged || sessions != nil || prefixes != nil || other.sessions != nil
            || other.prefixes != nil
        sessions = nil
        prefixes = nil
        cached = nil
        reading = nil
    }

    /// - Parameter slotLoad: θ of the trace, tokens.
    public func warnings(slotLoad: Double) -> [Warning] {
        var warnings = reading.map { Self.warnings($0, arrivals, hasOrder: sessions != nil || prefixes != nil) } ?? []
        warnings += sessions?.warnings ?? []
        warnings += prefixes?.warnings(slotLoad: slotLoad) ?? []
        if isMerged {
            warnings.append(
                Warning(
                    code: "sessions_and_prefixes_not_merged",
                    detail:
                        "Sessions and prefixes run across the parts of a trace and are left out: send the whole trace at once for them."
                ))
        }
        return warnings
    }

    /// What is to be said of the times and prompts of a trace that is replayed.
    public var replayWarnings: [Warning] {
        var warnings = reading.flatMap { Self.unitWarning($0, arrivals) }.map { [$0] } ?? []
        if prefixes != nil {
            warnings.append(
                Warning(
                    code: "hash_ids_not_followed",
                    detail:
                        "Rows name the blocks of their prompts (hash_ids), whose cache is not replayed: add a column with the cached tokens, or "
                        + "give cached_fraction of prefill."))
        }
        return warnings
    }

    private static func unitWarning(_ reading: Reading, _ arrivals: ArrivalCounts?) -> Warning? {
        guard case .relative(let unit, isAssumed: true) = reading.clock.kind, let span = arrivals?.span else {
            return nil
        }
        let seconds = Double(span.upperBound - span.lowerBound) / 1e6
        return Warning(
            code: "time_unit_assumed",
            detail:
                "Arrival times are numbers whose unit is not told: taken for \(unit.name), the trace lasts "
                + "\(Figure.short(seconds)) s. If they are in another unit, put it into the name of the column, as in arrival_ms.",
            pointer: "/arrivals")
    }

    private static func warnings(_ reading: Reading, _ arrivals: ArrivalCounts?, hasOrder: Bool) -> [Warning] {
        var warnings = unitWarning(reading, arrivals).map { [$0] } ?? []
        if arrivals != nil, reading.untimed > 0 {
            warnings.append(
                Warning(
                    code: "times_missing",
                    detail:
                        "\(reading.untimed) of \(reading.rows) rows have no arrival time that can be read; their requests are not among the arrivals.",
                    pointer: "/arrivals"))
        }
        if hasOrder, reading.backwards > 0 {
            warnings.append(
                Warning(
                    code: "rows_not_in_time_order",
                    detail:
                        "\(reading.backwards) of \(reading.rows) rows arrive before the row above them: rounds and cache hits follow the order of "
                        + "the rows. Sort the trace by time.", pointer: "/arrivals"))
        }
        if reading.cachedBeyondPrefill > 0 {
            warnings.append(
                Warning(
                    code: "cached_beyond_prefill",
                    detail:
                        "\(reading.cachedBeyondPrefill) of \(reading.rows) rows have more cached tokens than prompt tokens: if the prompt column "
                        + "leaves cached tokens out, give the whole prompt lengths, or the slot load is too low.",
                    pointer: "/prefixes"))
        }
        return warnings
    }
}
