/// Policies side by side, in a sentence.
public enum ReplayVerdict {
    /// What is said of one policy.
    public struct Side: Sendable {
        var name: String
        var good: Double?
        var hours: Double
        var isYardstick: Bool

        /// - Parameters:
        ///   - outcome: what the policy came to.
        ///   - hours: device-hours.
        ///   - isYardstick: whether nobody can have it.
        public init(_ outcome: ReplayOutcome, hours: Double, isYardstick: Bool) {
            name = outcome.name
            good = outcome.goodFraction?.value
            self.hours = hours
            self.isYardstick = isYardstick
        }
    }

    /// Parts of requests that differ by less are the same for the sentence.
    static let notable = 0.002

    /// The best of them against the first, or the first alone.
    ///
    /// Best is what keeps the limits for most requests; of those that are as good within 0.2 % of all requests, the one with the
    /// fewest device-hours.
    ///
    /// - Parameters:
    ///   - hasLimits: whether anything was asked of requests.
    ///   - sides: the policies and what they came to.
    public static func sentence(_ sides: [Side], hasLimits: Bool) -> String {
        guard let first = sides.first, let firstGood = first.good else { return "No request arrived." }
        let what = hasLimits ? "kept all limits for" : "served"
        let start = "\(first.name) \(what) \(percent(firstGood)) of requests"
        let real = sides.filter { !$0.isYardstick }
        guard sides.count > 1, let most = real.compactMap(\.good).max() else {
            return start + " with \(number(first.hours)) device-hours."
        }
        let equals = real.filter { ($0.good ?? 0) >= most - notable }
        guard let best = equals.min(by: { $0.hours < $1.hours }), let good = best.good else { return start + "." }
        if best.name == first.name {
            return start + " with \(number(first.hours)) device-hours; no other policy did better."
        }
        return "\(best.name) \(what) \(percent(good)) of requests with \(change(best.hours, from: first.hours)) "
            + "\(first.name), which \(what) \(percent(firstGood))."
    }

    private static func change(_ hours: Double, from other: Double) -> String {
        guard other > 0, abs(hours / other - 1) >= 0.0005 else { return "as many device-hours as" }
        return hours < other
            ? "\(percent(1 - hours / other)) fewer device-hours than"
            : "\(percent(hours / other - 1)) more device-hours than"
    }

    private static func percent(_ fraction: Double) -> String {
        let tenths = (fraction * 1000).rounded() / 10
        // What is not all is not called so.
        return fraction < 1 && tenths == 100 ? "99.9 %" : "\(tenths) %"
    }

    private static func number(_ value: Double) -> String {
        let scale = value >= 100 ? 1.0 : value >= 1 ? 100 : 10_000
        return "\((value * scale).rounded() / scale)"
    }
}
