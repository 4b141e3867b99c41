import Glibc

/// TPOT(k): what a token takes where k requests are present, as straight lines between knots.
///
/// With k requests spread evenly each microbatch of an instance holds k/(x·m), and TPOT(k) = m·τ_m/s at that batch; with fewer
/// requests than microbatches of instances, as many of them hold one, and with fewer than m, as many microbatches are at work. Knots lie at whole batches and are halved (in proportion)
/// until a new one is met within ``tolerance`` by the line that it divides.
struct PaceCurve: Sendable {
    struct Knot: Sendable {
        /// k.
        var requests: Double
        /// TPOT, microseconds.
        var pace: Double
        /// Shares of the time that an Attention instance, the FFN, and the busier direction of the link work.
        var busy: RoleShares
    }

    /// How far the line between two knots may be from the model, relative.
    static let tolerance = 3e-4
    /// Knots at most; a curve of many bends gets no more.
    private static let maximumKnots = 160

    /// By rising k; at least one.
    let knots: [Knot]

    init(knots: [Knot]) { self.knots = knots }

    /// nil where no step of the bundle takes time.
    init?(_ bundle: OpenBundle) {
        var theory = PaceTheory(bundle)
        self.init(&theory)
    }

    init?(_ theory: inout PaceTheory) {
        let bundle = theory.bundle
        let step = bundle.batchStep
        let last = bundle.batchSize / step
        let groups = Double(bundle.attentionInstances) * bundle.microbatchCount
        var knots: [Knot] = []
        // Fewer requests than microbatches of instances.
        var present = 1.0
        while present < groups {
            guard let knot = theory.knot(batchSize: 1, requests: present) else { return nil }
            knots.append(knot)
            present = present < bundle.microbatchCount ? min(2 * present, bundle.microbatchCount) : 4 * present
        }
        var whole: [Knot] = []
        func knot(_ index: Int, _ theory: inout PaceTheory) -> Knot? {
            theory.knot(batchSize: index * step, requests: groups * Double(index * step))
        }
        guard let first = knot(1, &theory), let end = last > 1 ? knot(last, &theory) : first else { return nil }
        if step > 1, let one = theory.knot(batchSize: 1, requests: groups) { knots.append(one) }
        whole.append(first)
        if last > 1 {
            // Halves, deepest first, so that knots come in order.
            var pending: [(low: Int, lower: Knot, high: Int, upper: Knot, depth: Int)] = [(1, first, last, end, 0)]
            while let (low, lower, high, upper, depth) = pending.popLast() {
                let middle = Self.middle(low, high)
                guard high - low > 1, whole.count + pending.count < Self.maximumKnots,
                    let between = knot(middle, &theory)
                else {
                    whole.append(upper)
                    continue
                }
                let share = Double(middle - low) / Double(high - low)
                let line = lower.pace + share * (upper.pace - lower.pace)
                if depth >= 2, abs(line - between.pace) <= Self.tolerance * between.pace {
                    whole.append(between)
                    whole.append(upper)
                } else {
                    pending.append((middle, between, high, upper, depth + 1))
                    pending.append((low, lower, middle, between, depth + 1))
                }
            }
        }
        knots += whole
        // More requests are never faster.
        for index in knots.indices.dropFirst() { knots[index].pace = max(knots[index].pace, knots[index - 1].pace) }
        guard knots[0].pace > 0, knots.allSatisfy({ $0.pace.isFinite }) else { return nil }
        self.knots = knots
    }

    /// The geometric mean, strictly between where there is a whole number between.
    private static func middle(_ low: Int, _ high: Int) -> Int {
        min(high - 1, max(low + 1, Int((Double(low) * Double(high)).squareRoot())))
    }

    /// S.
    var slots: Double { knots[knots.count - 1].requests }

    /// φ(S): tokens a microsecond with every slot full.
    var capacity: Double { slots / knots[knots.count - 1].pace }

    /// The last knot at or below `requests`, or the first, to look from upwards or downwards.
    func segment(at requests: Double) -> Int {
        var low = 0
        var high = max(0, knots.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if knots[middle].requests <= requests { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// TPOT at k, microseconds; flat below the first knot and from the last on.
    func pace(at requests: Double) -> Double { pace(at: requests, in: segment(at: requests)) }

    func pace(at requests: Double, in segment: Int) -> Double {
        let lower = knots[segment]
        guard requests > lower.requests, segment + 1 < knots.count else { return lower.pace }
        let upper = knots[segment + 1]
        guard requests < upper.requests else { return upper.pace }
        let share = (requests - lower.requests) / (upper.requests - lower.requests)
        return lower.pace + share * (upper.pace - lower.pace)
    }

    /// Busy shares at k; in proportion to k below the first knot.
    func busy(at requests: Double) -> RoleShares {
        let index = segment(at: requests)
        let lower = knots[index]
        if requests <= lower.requests { return lower.busy.scaled(by: max(0, requests / lower.requests)) }
        guard index + 1 < knots.count, requests < knots[index + 1].requests else {
            return knots[min(index + 1, knots.count - 1)].busy
        }
        let upper = knots[index + 1]
        let share = (requests - lower.requests) / (upper.requests - lower.requests)
        return lower.busy.scaled(by: 1 - share) + upper.busy.scaled(by: share)
    }
}

/// A share of each role, 0…1.
public struct RoleShares: Hashable, Sendable {
    public var attention: Double
    public var ffn: Double
    /// Of the busier direction of the link between them.
    public var communication: Double

    static let zero = RoleShares(attention: 0, ffn: 0, communication: 0)

    func scaled(by factor: Double) -> RoleShares {
        RoleShares(attention: attention * factor, ffn: ffn * factor, communication: communication * factor)
    }

    var atMostOne: RoleShares {
        RoleShares(attention: min(1, attention), ffn: min(1, ffn), communication: min(1, communication))
    }

    static func + (one: RoleShares, other: RoleShares) -> RoleShares {
        RoleShares(
            attention: one.attention + other.attention, ffn: one.ffn + other.ffn,
            communication: one.communication + other.communication)
    }
}
