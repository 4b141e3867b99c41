import Glibc
import SizingNumerics

/// What an open bundle gives at a rate of arrivals.
public struct BundleService: Sendable {
    /// E[k], requests with a slot, in the mean.
    public let occupancy: Double
    /// S.
    public let slots: Double
    /// Time from a slot to the last token, mean, microseconds.
    public let decodeTime: Double
    /// Tokens made at a TPOT of so much: mean, and percentiles by ``tpot(percentile:)``, microseconds.
    public let meanTPOT: Double
    /// P(no slot is free where a request arrives).
    public let waitingProbability: Double
    /// Of the wait for a slot, without that for a step to begin.
    public let slotWait: WaitingTime
    /// Steps begin so often, microseconds: whoever arrives while some are made waits for the next one, too.
    public let step: Double
    /// P(a bundle is empty where a request arrives): its step begins at once.
    let idleProbability: Double
    /// Shares of the time that each role works; the rest is idle.
    public let busy: RoleShares
    /// λE[D]/φ(S): of the tokens a second that it can make with every slot full.
    public let utilisation: Double
    /// z: how much more numbers scatter than Poisson arrivals would make them.
    public let peakedness: Double
    /// Whether the closed form was found right to three per cent where arrivals are like these (docs/accuracy.md).
    public let isTrustworthy: Bool

    let law: Occupancy
    let loads: LoadModulation
    let solved: SolvedBundle

    /// TPOT over time while there are requests.
    var steps: WeightedValues {
        WeightedValues(law.numbers.map { (value: $0.pace, weight: $0.share * $0.pace / $0.requests) })
    }

    /// TPOT over tokens.
    var scatter: PaceScatter { PaceScatter(solved, law, loads) }

    /// TPOT that a fraction p of tokens does not exceed, microseconds; p over 0 and below 1.
    public func tpot(percentile p: Double) -> Double { scatter.percentile(p) }

    /// E of the wait for a slot and a step, microseconds.
    public var meanWait: Double { slotWait.mean + meanStepWait }

    /// E of the wait for a step to begin, microseconds.
    var meanStepWait: Double { (1 - idleProbability) * step / 2 }

    /// P(wait ≤ t): none, for a step to begin, which is uniform, or for a slot.
    public func waitShare(within time: Double) -> Double {
        guard time >= 0 else { return 0 }
        let stepShare = step > 0 ? min(1, time / step) : 1
        return idleProbability + (1 - idleProbability - slotWait.probability) * stepShare + slotWait.probability
            - slotWait.tail(time)
    }

    /// The wait that a fraction p of requests does not exceed, microseconds.
    public func wait(percentile p: Double) -> Double {
        var (low, high) = (0.0, step + slotWait.percentile(p))
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if waitShare(within: middle) >= p { high = middle } else { low = middle }
        }
        return high
    }

    /// The share of tokens at a TPOT of at most `limit`, microseconds.
    public func tpotShare(within limit: Double) -> Double { scatter.share(within: limit) }
}
