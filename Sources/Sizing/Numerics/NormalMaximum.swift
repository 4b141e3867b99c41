import Glibc

/// The largest of r independent standard normals, through the integral of its upper tail S(z) = 1 − Φ(z)^r.
///
/// Goals, in order: relative accuracy 1e-10 of E[φ(max)] for any non-decreasing piecewise-linear φ; no cancellation at any
/// r from 1 to 1e6; about two microseconds. S falls from 1 to 0 over about one unit of z, so eight Gauss nodes on panels of
/// half a unit are good to 3e-11; log Φ at the nodes of the fixed panels is computed once, which leaves one `expm1` a
/// node, and far out, where r log Φ is small, three terms of its series.
public enum NormalMaximum {
    /// |z| beyond which the tails are below rounding, even times 1e6 instances.
    public static let bound = 9.5
    private static let panelWidth = 0.5
    private static let panels = 38

    /// log Φ at the nodes of every panel from −bound on, eight a panel.
    private static let logCumulative: [Double] = (0..<panels).flatMap { panel in
        let middle = -bound + (Double(panel) + 0.5) * panelWidth
        return GaussLegendre.rule.map { NormalDistribution.logCumulative(middle + $0.node * panelWidth / 2) }
    }

    /// ∫ S(z) dz.
    ///
    /// - Parameters:
    ///   - lower: where the integral begins, not below −``bound``.
    ///   - upper: where it ends, not above ``bound``.
    ///   - count: r, 1 or more.
    public static func tailIntegral(from lower: Double, to upper: Double, count: Double) -> Double {
        let lower = max(lower, -bound)
        let upper = min(upper, bound)
        guard lower < upper else { return 0 }
        let first = Int(((lower + bound) / panelWidth).rounded(.up))
        let last = Int(((upper + bound) / panelWidth).rounded(.down))
        guard first <= last else { return partial(from: lower, to: upper, count: count) }
        let start = -bound + Double(first) * panelWidth
        let end = -bound + Double(last) * panelWidth
        var sum = 0.0
        if lower < start { sum += partial(from: lower, to: start, count: count) }
        for panel in first..<last {
            let area = whole(panel, count: count)
            sum += area
            // S falls faster than any geometric series here: what is left is below rounding.
            if area < 1e-18 { return sum }
        }
        if end < upper { sum += partial(from: end, to: upper, count: count) }
        return sum
    }

    private static func whole(_ panel: Int, count: Double) -> Double {
        let base = panel * 8
        // Φ^r below 1e-17 on the whole panel: S is 1 there.
        if count * logCumulative[base + 7] < -40 { return panelWidth }
        var sum = 0.0
        if count * logCumulative[base] > -1e-4 {
            // −expm1(x) = −x (1 + x/2 (1 + x/3)) to 1e-13 of itself.
            for node in 0..<8 {
                let x = count * logCumulative[base + node]
                sum -= GaussLegendre.rule[node].weight * x * (1 + x / 2 * (1 + x / 3))
            }
        } else {
            for node in 0..<8 { sum -= GaussLegendre.rule[node].weight * expm1(count * logCumulative[base + node]) }
        }
        return sum * panelWidth / 2
    }

    private static func partial(from lower: Double, to upper: Double, count: Double) -> Double {
        let half = (upper - lower) / 2
        let middle = (upper + lower) / 2
        var sum = 0.0
        for (node, weight) in GaussLegendre.rule {
            sum += weight * NormalDistribution.maximumUpperTail(middle + node * half, count: count)
        }
        return sum * half
    }
}
