/// Follows the rounds of sessions: their lengths by round, the gaps between them, and the cache that is kept meanwhile.
///
/// Memory is bounded: sessions that were silent while ``RecentTable`` filled twice are forgotten, and count as new if they
/// come back.
struct SessionTracker: Sendable {
    /// Rounds that are told apart; later ones count together.
    static let rounds = 16
    /// Sessions in each generation that are kept.
    static let maximumSessions = 1 << 16

    /// The last round of a session.
    private struct Last: Sendable {
        var round: Int
        /// Microseconds.
        var time: Int?
        /// Tokens: prompt and output.
        var context: Int
    }

    /// Sums over the requests of one round.
    struct Round: Hashable, Sendable {
        var requests = 0
        var prefill: UInt128 = 0
        var steps: UInt128 = 0
        /// Σ (PD + D(D − 1)/2).
        var loads: UInt128 = 0
        /// Σ of the tokens that the prompt has beyond the context of the round before, and how many rounds have one before.
        var newTokens: Int128 = 0
        var followers = 0

        mutating func add(prefill: Int, decode: Int) {
            let d = UInt128(decode)
            requests += 1
            self.prefill += UInt128(prefill)
            steps += d
            loads += UInt128(prefill) * d + d * (d > 0 ? d - 1 : 0) / 2
        }

        mutating func merge(_ other: Round) {
            requests += other.requests
            prefill += other.prefill
            steps += other.steps
            loads += other.loads
            newTokens += other.newTokens
            followers += other.followers
        }
    }

    private var sessions: RecentTable<Last>
    private(set) var byRound = [Round](repeating: Round(), count: rounds + 1)
    /// Requests without a session, by the number that the trace has for their round.
    private(set) var byTurn = [Round](repeating: Round(), count: rounds + 2)
    /// Sessions begun.
    private(set) var started = 0
    private(set) var longest = 0
    /// Rounds whose prompt is shorter than the context of the round before.
    private(set) var shrinking = 0
    /// Rounds that come before the round before them.
    private(set) var backwards = 0
    /// Gaps between arrivals of a session, milliseconds, by ``LengthBins``.
    private(set) var gaps = [Int](repeating: 0, count: LengthBins.count)
    private(set) var gapCount = 0
    /// Σ gaps, microseconds.
    private(set) var gapSum: Int128 = 0
    /// Σ gap · context of the round before it, microseconds · tokens.
    private(set) var held: Int128 = 0

    init(maximumSessions: Int = Self.maximumSessions) { sessions = RecentTable(capacity: maximumSessions) }

    /// Whether sessions had to be forgotten.
    var hasForgotten: Bool { sessions.hasForgotten }

    /// Adds a request.
    ///
    /// - Parameters:
    ///   - session: what tells its session from others.
    ///   - time: its arrival, microseconds.
    mutating func add(session: UInt64, prefill: Int, decode: Int, time: Int?) {
        let last = sessions.value(of: session)
        let round = last.map { $0.round + 1 } ?? 1
        if last == nil { started += 1 }
        longest = max(longest, round)
        byRound[min(round, Self.rounds + 1) - 1].add(prefill: prefill, decode: decode)
        let context = prefill + decode
        if let last {
            let index = min(round, Self.rounds + 1) - 1
            byRound[index].followers += 1
            byRound[index].newTokens += Int128(prefill - last.context)
            if prefill < last.context { shrinking += 1 }
            if let time, let before = last.time {
                if time < before {
                    backwards += 1
                } else {
                    let gap = time - before
                    gapCount += 1
                    gapSum += Int128(gap)
                    held += Int128(gap) * Int128(last.context)
                    gaps[LengthBins.index(of: min(gap / 1000, 1_000_000_000), level: LengthBins.finest)] += 1
                }
            }
        }
        sessions.set(Last(round: round, time: time, context: context), for: session)
    }

    /// Adds a request of which only the number of its round is known, from 0 or from 1.
    mutating func add(turn: Int, prefill: Int, decode: Int) {
        byTurn[max(0, min(turn, Self.rounds + 1))].add(prefill: prefill, decode: decode)
    }
}

/// A table that forgets what was used longest ago: two generations of at most ``capacity`` keys.
///
/// A key is kept as long as fewer than `capacity` others were used since, and is gone after twice as many. Every operation takes
/// constant time.
struct RecentTable<Value: Sendable>: Sendable {
    /// Keys of a generation.
    let capacity: Int
    /// Whether anything was forgotten.
    private(set) var hasForgotten = false
    private var young: [UInt64: Value] = [:]
    private var old: [UInt64: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// The value of `key`, if it is kept.
    func value(of key: UInt64) -> Value? { young[key] ?? old[key] }

    /// Sets the value of `key`, which is then the one used last.
    mutating func set(_ value: Value, for key: UInt64) {
        if young.updateValue(value, forKey: key) != nil { return }
        old[key] = nil
        guard young.count >= capacity else { return }
        if !old.isEmpty { hasForgotten = true }
        old = young
        young = [:]
    }
}
