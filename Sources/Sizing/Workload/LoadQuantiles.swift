import Glibc
import SizingNumerics

/// The distribution of the sum of independent slot loads, as its quantiles: the load T(z) that is as likely to be exceeded
/// as z of a standard normal, at the nodes of ``NormalGrid``.
///
/// A monotone map of a normal makes every distribution as easy as the normal one: the largest of r sums is the map of the
/// largest of r normals, so the same tails S(z) = 1 − Φ(z)^r serve, and the work of finding the distribution is done once
/// for all ratios.
struct LoadQuantiles: Hashable {
    /// T(z) at the nodes, tokens; non-decreasing.
    private(set) var loads: [Double]

    /// Sum of a mean μ and a deviation σ with a third-moment correction (Wilson–Hilferty's cube for a shifted gamma of the
    /// same skewness γ): μ + σ (2/γ)((1 + γz/6 − γ²/36)³ − 1), which is monotone in z, then moved and scaled so that mean
    /// and deviation are kept. γ is cut at ±4, beyond which the cube is no gamma.
    init(mean: Double, deviation: Double, skewness: Double) {
        loads = Self.standardShape(skewness: skewness).map { mean + deviation * $0 }
        keepMean(mean, above: 0)
    }

    /// The corrected quantiles at mean 0 and deviation 1.
    static func standardShape(skewness: Double) -> [Double] {
        let skewness = min(4, max(-4, skewness))
        var shape = (0..<NormalGrid.count).map { NormalGrid.node($0) }
        if abs(skewness) > 1e-6 {
            shape = shape.map { z in
                let base = max(0, 1 + skewness * z / 6 - skewness * skewness / 36)
                return 2 / skewness * (base * base * base - 1)
            }
            let centre = NormalGrid.expectation(maximumOf: 1) { shape[$0] }
            // Cells as their middles, less the variance inside them (Sheppard's correction).
            var variance = 0.0
            for cell in 0..<(NormalGrid.count - 1) {
                let deviation = (shape[cell] + shape[cell + 1]) / 2 - centre
                let width = shape[cell + 1] - shape[cell]
                let mass = NormalGrid.cumulative[cell + 1] - NormalGrid.cumulative[cell]
                variance += mass * (deviation * deviation - width * width / 12)
            }
            if variance > 0 {
                let scale = 1 / variance.squareRoot()
                shape = shape.map { ($0 - centre) * scale }
            }
        }
        return shape
    }

    /// From masses at equal steps: `masses[k]` is that of loads around `first` + k · `step`. Between the middles of two
    /// neighbours the mass is taken as even. Beyond a tail of 1e-11, where the masses are rounding error, the last trend
    /// goes on.
    init(masses: [Double], first: Double, step: Double) {
        let total = masses.reduce(0, +)
        var loads = [Double](repeating: first, count: NormalGrid.count)
        let middle = NormalGrid.count / 2
        // From below for z ≤ 0, from above for z > 0, so that small tails are sums of small masses.
        var index = 0
        var passed = 0.0
        for node in 0...middle {
            let target = NormalGrid.cumulative[node] * total
            while index < masses.count - 1, passed + masses[index] < target {
                passed += masses[index]
                index += 1
            }
            let part = masses[index] > 0 ? min(1, max(0, (target - passed) / masses[index])) : 0
            loads[node] = first + (Double(index) - 0.5 + part) * step
        }
        index = masses.count - 1
        passed = 0
        for node in stride(from: NormalGrid.count - 1, to: middle, by: -1) {
            // 1 − Φ(z) = Φ(−z).
            let target = NormalGrid.cumulative[NormalGrid.count - 1 - node] * total
            while index > 0, passed + masses[index] < target {
                passed += masses[index]
                index -= 1
            }
            let part = masses[index] > 0 ? min(1, max(0, (target - passed) / masses[index])) : 0
            loads[node] = first + (Double(index) + 0.5 - part) * step
        }
        for node in 1..<NormalGrid.count { loads[node] = max(loads[node], loads[node - 1]) }
        self.loads = loads
        continueTails()
    }

    /// Replaces the quantiles of tails below 1e-11 (|z| > 6.7) by the trend from |z| = 6 to 6.625.
    private mutating func continueTails() {
        let span = 5
        let edge = Int(6.625 / NormalGrid.step)
        let middle = NormalGrid.count / 2
        let rise = (loads[middle + edge] - loads[middle + edge - span]) / Double(span)
        let fall = (loads[middle - edge + span] - loads[middle - edge]) / Double(span)
        for beyond in 1...(middle - edge) {
            loads[middle + edge + beyond] = loads[middle + edge] + Double(beyond) * rise
            loads[middle - edge - beyond] = loads[middle - edge] - Double(beyond) * fall
        }
    }

    /// Stretches all loads from `lowest` on so that the mean is `mean`; what lies below `lowest` is put on it.
    mutating func keepMean(_ mean: Double, above lowest: Double) {
        for node in loads.indices { loads[node] = max(lowest, loads[node]) }
        let excess = NormalGrid.expectation(maximumOf: 1) { loads[$0] } - lowest
        guard excess > 0 else { return }
        let factor = (mean - lowest) / excess
        for node in loads.indices { loads[node] = lowest + factor * (loads[node] - lowest) }
    }

    /// Draws all loads towards `centre`, to `factor` of their distance.
    mutating func shrink(around centre: Double, by factor: Double) {
        for node in loads.indices { loads[node] = centre + factor * (loads[node] - centre) }
    }

    /// The same form around another mean, `factor` times as wide; no load is below 0.
    func moved(from centre: Double, to mean: Double, scaledBy factor: Double) -> LoadQuantiles {
        guard mean != centre || factor != 1 else { return self }
        var copy = self
        copy.loads = loads.map { mean + factor * ($0 - centre) }
        copy.keepMean(mean, above: 0)
        return copy
    }

    /// Divides all loads by `count`: from the sum of some loads to their mean.
    func divided(by count: Double) -> LoadQuantiles {
        var copy = self
        copy.loads = loads.map { $0 / count }
        return copy
    }

    /// The quantiles of the largest of `count` independent such sums: the map at Φ⁻¹(Φ(z)^(1/count)).
    ///
    /// - Parameter count: 1 or more, not necessarily whole.
    func largest(of count: Double) -> LoadQuantiles {
        guard count > 1 else { return self }
        var copy = self
        for (node, position) in NormalGrid.positions(ofLargest: count).enumerated() {
            let cell = Int(position)
            copy.loads[node] = loads[cell] + (position - Double(cell)) * (loads[cell + 1] - loads[cell])
        }
        return copy
    }
}
