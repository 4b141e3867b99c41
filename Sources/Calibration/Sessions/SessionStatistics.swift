import Text

/// What the rounds of sessions are like: load by round, gaps, and the cache that is kept between rounds.
public struct SessionStatistics: Hashable, Sendable {
    /// The requests of one round.
    public struct Round: Hashable, Sendable {
        /// From 1; the last one stands for all later ones too.
        public let number: Int
        public let requests: Int
        public let prefillMean: Double
        public let decodeMean: Double
        /// θ of these requests, tokens; `nil` where none decodes.
        public let slotLoadMean: Double?
        /// Mean of the tokens of the prompt beyond the context (prompt and output) of the round before; `nil` where that is not known.
        public let newTokensMean: Double?
    }

    /// Time between the arrivals of two rounds of a session, seconds; quantiles to 6 %.
    public struct Gaps: Hashable, Sendable {
        public let count: Int
        public let mean: Double
        public let median: Double
        public let p90: Double
        public let p99: Double
    }

    /// `nil` where rows have only the number of their round.
    public let sessions: Int?
    public let requests: Int
    public let longest: Int
    public let rounds: [Round]
    /// `nil` without times, or sessions of more than one round.
    public let gaps: Gaps?
    /// Tokens in the cache of sessions that wait for their next round, in the mean over the trace: Σ gap · context over its duration,
    /// which by Little's law is λ_session · E[gaps · context]. `nil` without times.
    public let residentTokens: Double?
    private let shrinking: Int
    private let followers: Int
    private let hasForgotten: Bool

    /// - Parameter duration: from the first to the last arrival, microseconds; `nil` without times.
    init?(_ tracker: SessionTracker, duration: Int?) {
        let hasSessions = tracker.started > 0
        // Rounds that count from 0 stand one lower.
        var byTurn = tracker.byTurn
        if byTurn[0].requests > 0 {
            let last = byTurn.removeLast()
            byTurn[byTurn.count - 1].merge(last)
        } else {
            byTurn.removeFirst()
        }
        let sums = hasSessions ? tracker.byRound : byTurn
        rounds = sums.enumerated().compactMap { index, sum in Self.round(index + 1, sum) }
        guard !rounds.isEmpty else { return nil }
        sessions = hasSessions ? tracker.started : nil
        requests = sums.reduce(0) { $0 + $1.requests }
        longest = hasSessions ? tracker.longest : (rounds.last?.number ?? 1)
        gaps = tracker.gapCount > 0 ? Self.gaps(tracker) : nil
        residentTokens = duration.flatMap {
            $0 > 0 && hasSessions ? Double(tracker.held) / Double($0) : nil
        }
        shrinking = tracker.shrinking
        followers = sums.reduce(0) { $0 + $1.followers }
        hasForgotten = tracker.hasForgotten
    }

    private static func round(_ number: Int, _ sum: SessionTracker.Round) -> Round? {
        guard sum.requests > 0 else { return nil }
        let n = Double(sum.requests)
        return Round(
            number: number, requests: sum.requests, prefillMean: Double(sum.prefill) / n,
            decodeMean: Double(sum.steps) / n,
            slotLoadMean: sum.steps > 0 ? Double(sum.loads) / Double(sum.steps) : nil,
            newTokensMean: sum.followers > 0 ? Double(sum.newTokens) / Double(sum.followers) : nil)
    }

    private static func gaps(_ tracker: SessionTracker) -> Gaps {
        func quantile(_ share: Double) -> Double {
            var rest = Int((share * Double(tracker.gapCount)).rounded(.up))
            for (bin, count) in tracker.gaps.enumerated() where count > 0 {
                rest -= count
                if rest <= 0 { return Double(LengthBins.middle(bin, level: LengthBins.finest)) / 1000 }
            }
            return 0
        }
        return Gaps(
            count: tracker.gapCount, mean: Double(tracker.gapSum) / Double(tracker.gapCount) / 1e6,
            median: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99))
    }

    var warnings: [Warning] {
        var warnings: [Warning] = []
        if followers > 0, shrinking * 2 > followers {
            warnings.append(
                Warning(
                    code: "prefill_is_not_the_whole_context",
                    detail:
                        "In \(shrinking) of \(followers) later rounds the prompt is shorter than the context of the round before: the lengths "
                        + "seem to be of the new tokens alone. The slot load needs the whole context of each round.",
                    pointer: "/sessions"))
        }
        if hasForgotten {
            warnings.append(
                Warning(
                    code: "sessions_beyond_limit",
                    detail:
                        "More sessions are open at once than are kept track of: those silent longest count as new when they come back, so "
                        + "rounds, gaps and resident tokens are too low.", pointer: "/sessions"))
        }
        return warnings
    }
}
