/// The regime of the mean-field optimum: the largest term of the closed form names it.
public enum Regime: String, Hashable, Sendable, CaseIterable {
    case attention, communication, ffn
}

/// The optimal ratio in closed form, for stages that are lines (paper v1, theorem 4.4).
///
/// With h(r) = (r c_A + c_F) max(t̄_A, t_C, t_F)/r to be minimised: each stage's share of h is convex in r, so h is too, and
/// its minimum lies where two stages cross or where one line's own share is least.
///
/// t_C on B: r_A = (t̄_A − β_F)/(α_F B), r_C = (t_C − β_F)/(α_F B), r_peak = √(β_F c_F/(α_F B c_A)); r* is the largest.
/// t_C on rB: t_F and t_C both rise with r. They reach t̄_A at r_A = min over both of (t̄_A − β)/(α B); the larger of the
/// two has its least share at √(β c_F/(α B c_A)); and where the two cross, the larger changes. r* is the best of these.
///
/// A rising stage with α = 0 never reaches the others: its term is +∞ where it starts below them (more Attention
/// instances always help) and −∞ where it starts above.
public struct MeanFieldRatio: Hashable, Sendable {
    /// r*, real; +∞ where every further Attention instance helps.
    public let ratio: Double
    public let regime: Regime
    /// r_A, where the rising stages reach the mean Attention time; ±∞ where they never do or always have.
    public let attention: Double
    /// r_C; with t_C on rB, where t_C and t_F cross (0 where they do not cross at a positive ratio).
    public let communication: Double
    /// r_peak, of the stage that rules at the optimum (t_F with t_C on B).
    public let peak: Double

    /// - Parameters:
    ///   - attentionTime: t̄_A, microseconds.
    ///   - ffn: t_F against rB; a local line's β may be negative.
    ///   - communication: t_C against `communicationLoad`.
    ///   - communicationLoad: what the load of t_C is.
    ///   - b: B, or ρB where slots are not always full.
    ///   - cost: c_A and c_F.
    public init(
        attentionTime: Double, ffn: LatencyLine, communication: LatencyLine, communicationLoad: CommunicationLoad,
        requests b: Double, cost: InstanceCost = .equal
    ) {
        switch communicationLoad {
        case .attentionBatch:
            let communicationTime = communication.latency(at: b)
            attention = Self.crossing(of: ffn, b, at: attentionTime)
            self.communication = Self.crossing(of: ffn, b, at: communicationTime)
            peak = Self.peak(of: ffn, b, cost)
            ratio = max(attention, self.communication, peak)
            regime = ratio == attention ? .attention : ratio == self.communication ? .communication : .ffn
        case .aggregateBatch:
            let best = Self.aggregate(
                attentionTime: attentionTime, ffn: ffn, communication: communication, b: b, cost: cost)
            attention = best.attention
            self.communication = best.crossing
            peak = best.peak
            ratio = best.ratio
            regime = best.regime
        }
    }

    /// The ratio at which a line on rB reaches `time`.
    private static func crossing(of line: LatencyLine, _ b: Double, at time: Double) -> Double {
        guard line.alpha > 0 else { return time > line.beta ? .infinity : -.infinity }
        return (time - line.beta) / (line.alpha * b)
    }

    /// The ratio at which (r c_A + c_F) t(r)/r is least for a line on rB.
    private static func peak(of line: LatencyLine, _ b: Double, _ cost: InstanceCost) -> Double {
        guard line.beta > 0 else { return 0 }
        guard line.alpha > 0 else { return .infinity }
        return (line.beta * cost.ffn / (line.alpha * b * cost.attention)).squareRoot()
    }

    private static func aggregate(
        attentionTime: Double, ffn: LatencyLine, communication: LatencyLine, b: Double, cost: InstanceCost
    ) -> (ratio: Double, regime: Regime, attention: Double, crossing: Double, peak: Double) {
        let attention = min(
            crossing(of: ffn, b, at: attentionTime), crossing(of: communication, b, at: attentionTime))
        let ffnPeak = peak(of: ffn, b, cost)
        let communicationPeak = peak(of: communication, b, cost)
        let slope = (ffn.alpha - communication.alpha) * b
        let meeting = slope == 0 ? 0 : max(0, (communication.beta - ffn.beta) / slope)
        func objective(_ r: Double) -> Double {
            let time = max(attentionTime, ffn.latency(at: r * b), communication.latency(at: r * b))
            return r.isFinite ? (cost.attention + cost.ffn / r) * time : cost.attention * time
        }
        // The stage that rises faster rules beyond the meeting point, the other before it.
        let candidates: [(ratio: Double, regime: Regime, peak: Double)] = [
            (attention, .attention, ffnPeak), (ffnPeak, .ffn, ffnPeak),
            (communicationPeak, .communication, communicationPeak), (meeting, .communication, communicationPeak),
        ]
        var best = (ratio: 0.0, regime: Regime.ffn, peak: ffnPeak)
        var least = Double.infinity
        for candidate in candidates where candidate.ratio > 0 {
            let value = objective(candidate.ratio)
            // An infinite ratio with a rising stage gives an infinite objective; NaN (∞ · 0) compares false.
            if value < least || (value == least && candidate.ratio > best.ratio) {
                best = candidate
                least = value
            }
        }
        return (best.ratio, best.regime, attention, meeting, best.peak)
    }
}
