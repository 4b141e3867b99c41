/// Gathers what the rows of a trace say: lengths, arrivals, sessions, the blocks of prompts. In bounded memory.
public struct TraceActivity: Sendable {
    private var clock: ArrivalClock
    private var namedUnit: TimeUnit?
    private var arrivals = ArrivalGatherer()
    private var lengths = TimedSums()
    private var sessions = SessionTracker()
    private var prefixes: PrefixTracker
    private var cached = UncachedSums()
    /// By request, the session that it belongs to, where rows name the request before them.
    private var lineage = RecentTable<UInt64>(capacity: 1 << 17)
    private var rows = 0
    private var untimed = 0
    private var backwards = 0
    private var lastTime = Int.min
    private var cachedBeyondPrefill = 0

    /// - Parameters:
    ///   - timeUnit: of arrival times that are numbers; `nil` to tell it by their size, and to take small ones for seconds.
    ///   - blockTokens: tokens of a block of `hash_ids`, 1…1e6; `nil` to tell it by the lengths.
    public init(timeUnit: TimeUnit? = nil, blockTokens: Int? = nil) {
        namedUnit = timeUnit
        clock = ArrivalClock(unit: timeUnit)
        prefixes = PrefixTracker(blockTokens: blockTokens.map { max(1, min(1_000_000, $0)) })
    }

    /// Sums over the requests that decode.
    var sums: RequestSums { lengths.requests }

    /// Tells the unit of the times of the rows to come, where none was read yet.
    mutating func name(timeUnit: TimeUnit?) {
        namedUnit = timeUnit
        clock = ArrivalClock(unit: timeUnit)
    }

    /// Adds a request that decodes and of which its lengths alone are known: it is no row of those that tell more.
    @inline(__always)
    mutating func add(prefill: Int, decode: Int) { lengths.add(prefill: prefill, decode: decode) }

    /// Adds a row, in the order of the trace.
    ///
    /// - Parameters:
    ///   - row: as the reader tells it.
    ///   - text: what the ranges of `row` point into.
    /// - Returns: when it arrived, microseconds; `nil` where no time can be read.
    @discardableResult
    public mutating func add(_ row: RequestRow, in text: Span<UInt8>) -> Int? {
        var numbers = BlockNumbers(row.hashIDs.clamped(to: 0..<text.count))
        var hasBlocks = false
        while let block = numbers.next(text) {
            prefixes.use(block)
            hasBlocks = true
        }
        let arrival = row.arrival.clamped(to: 0..<text.count)
        let time = add(
            prefill: row.prefill, decode: row.decode, arrival: arrival, in: text, hasBlocks: hasBlocks)
        if let tokens = row.cached {
            if tokens > row.prefill { cachedBeyondPrefill += 1 }
            cached.add(prefill: row.prefill, cached: max(0, min(tokens, row.prefill)), decode: row.decode)
        }
        if !(row.session.isEmpty && row.turn.isEmpty && row.parent.isEmpty) { follow(row, text, time) }
        return time
    }

    /// Adds a row of which nothing is known but its lengths, its arrival and the blocks of its prompt.
    ///
    /// - Parameter arrival: where the time stands in `text`; empty without one.
    /// - Returns: when it arrived, microseconds; `nil` where no time can be read.
    @inline(always)
    mutating func add(
        prefill: Int, decode: Int, arrival: Range<Int>, in text: Span<UInt8>, blocks: Span<UInt64>
    ) -> Int? {
        if !blocks.isEmpty { prefixes.use(blocks) }
        return add(prefill: prefill, decode: decode, arrival: arrival, in: text, hasBlocks: !blocks.isEmpty)
    }

    @inline(always)
    private mutating func add(
        prefill: Int, decode: Int, arrival: Range<Int>, in text: Span<UInt8>, hasBlocks: Bool
    ) -> Int? {
        rows += 1
        // Mooncake's traces count milliseconds from their beginning.
        if rows == 1, namedUnit == nil, hasBlocks { clock = ArrivalClock(unit: .milliseconds) }
        let time = arrival.isEmpty ? nil : clock.read(text, in: arrival)
        if let time {
            arrivals.add(time)
            if time < lastTime { backwards += 1 }
            lastTime = time
            if decode > 0 { lengths.add(prefill: prefill, decode: decode, at: time) }
        } else {
            untimed += 1
            if decode > 0 { lengths.add(prefill: prefill, decode: decode) }
        }
        if hasBlocks { prefixes.endRequest(prefill: prefill, decode: decode) }
        return time
    }

    /// What the rows come to.
    public func finish() -> ActivitySummary {
        let blocks = lengths.gathered
        let arrivals = arrivals.gathered
        let duration = arrivals.span.map { $0.upperBound - $0.lowerBound }
        return ActivitySummary(
            arrivals: arrivals.requests > 0 ? arrivals : nil, blocks: blocks.count > 0 ? blocks : nil,
            sessions: SessionStatistics(sessions, duration: duration), prefixes: PrefixStatistics(prefixes),
            cached: PrefixStatistics.Uncached(cached),
            reading: ActivitySummary.Reading(
                clock: clock, untimed: untimed, backwards: backwards, rows: rows,
                cachedBeyondPrefill: cachedBeyondPrefill))
    }

    private mutating func follow(_ row: RequestRow, _ text: Span<UInt8>, _ time: Int?) {
        let turn = Self.number(text.extracting(row.turn.clamped(to: 0..<text.count)))
        var session = Self.key(text.extracting(row.session.clamped(to: 0..<text.count)))
        let identifier = Self.key(text.extracting(row.identifier.clamped(to: 0..<text.count)))
        if session == nil, !row.parent.isEmpty, let identifier {
            // A row without a parent (-1, as a rule) begins a session of its own.
            let parent = Self.key(text.extracting(row.parent.clamped(to: 0..<text.count)))
            let root = parent.flatMap { lineage.value(of: $0) } ?? identifier
            lineage.set(root, for: identifier)
            session = root
        }
        if let session {
            sessions.add(session: session, prefill: row.prefill, decode: row.decode, time: time)
        } else if let turn {
            sessions.add(turn: turn, prefill: row.prefill, decode: row.decode)
        }
    }

    /// A number that tells texts apart; `nil` for none.
    private static func key(_ text: Span<UInt8>) -> UInt64? {
        text.count > 0 ? ByteHash.hash(text) : nil
    }

    /// A whole number of at most nine digits.
    private static func number(_ text: Span<UInt8>) -> Int? {
        guard 1...9 ~= text.count else { return nil }
        var value = 0
        for index in text.indices {
            guard text[index] &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(text[index] &- 0x30)
        }
        return value
    }
}
