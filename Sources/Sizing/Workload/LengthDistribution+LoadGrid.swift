import Glibc

/// Lengths and ages as masses on a grid.
extension LengthDistribution {
    /// z of a normal that is exceeded with probability 1e-9.
    private static let farQuantile = 6.0
    /// −log of the same.
    private static let farExponent = 20.7

    /// A length that is exceeded with a probability of about 1e-9 or less.
    var reach: Double {
        switch shape {
        case .fixed(let value): value.rounded(.up)
        case .geometric(let mean): 1 + Self.farExponent * mean
        case .uniform(_, let maximum): Double(maximum)
        case .empirical(let lengths): lengths.maximum.rounded(.up)
        case .lognormal(let mean, let standardDeviation):
            Self.lognormalReach(mean, standardDeviation, order: 0)
        }
    }

    /// The same for the age of a request seen at a random step: that of a request seen in proportion to its length.
    var ageReach: Double {
        guard case .lognormal(let mean, let standardDeviation) = shape else { return reach }
        return 1 + Self.lognormalReach(mean, standardDeviation, order: 1)
    }

    private static func lognormalReach(_ mean: Double, _ standardDeviation: Double, order: Double) -> Double {
        guard standardDeviation > 0 else { return mean.rounded(.up) }
        let parameters = LognormalParameters(mean: mean, standardDeviation: standardDeviation)
        let scale = parameters.scale
        return min(1e12, exp(parameters.location + order * scale * scale + farQuantile * scale)).rounded(.up)
    }

    /// Adds the distribution of the length above `origin`.
    func addLengths(to grid: inout LoadGrid, from origin: Int) {
        let origin = Double(origin)
        switch shape {
        case .fixed(let value):
            for (whole, share) in Self.neighbours(of: value) { grid.add(share, at: Int(whole - origin)) }
        case .empirical(let lengths):
            let total = lengths.values.indices.reduce(0) { $0 + lengths.weight(at: $1) }
            for (index, value) in lengths.values.enumerated() where lengths.weight(at: index) > 0 {
                for (whole, share) in Self.neighbours(of: value) {
                    grid.add(share * lengths.weight(at: index) / total, at: Int(whole - origin))
                }
            }
        case .geometric(let mean):
            // E[(X − n)⁺] = q^n / p for n ≥ 0.
            let decay = log1p(-1 / mean)
            grid.add(stopLoss: { x in mean > 1 ? exp(decay * (x + origin)) * mean : x + origin < 1 ? 1 - x - origin : 0
            })
        case .uniform(let minimum, let maximum):
            let count = Double(maximum - minimum + 1)
            grid.add(1 / count, from: minimum - Int(origin), to: maximum + 1 - Int(origin))
            grid.accumulate()
        case .lognormal(let mean, let standardDeviation):
            guard standardDeviation > 0 else {
                for (whole, share) in Self.neighbours(of: mean) { grid.add(share, at: Int(whole - origin)) }
                return
            }
            let parameters = LognormalParameters(mean: mean, standardDeviation: standardDeviation)
            grid.add(stopLoss: { x in
                x + origin <= 0
                    ? mean - x - origin
                    : parameters.partialMoment(1, from: x + origin)
                        - (x + origin) * parameters.partialMoment(0, from: x + origin)
            })
        }
    }

    /// Adds the distribution of the age, P(J = j) = P(D > j)/E[D], with this as the distribution of D.
    func addAges(to grid: inout LoadGrid) {
        switch shape {
        case .fixed(let value):
            for (whole, share) in Self.neighbours(of: value) { grid.add(share / value, from: 0, to: Int(whole)) }
            grid.accumulate()
        case .empirical(let lengths):
            var total = 0.0
            for (index, value) in lengths.values.enumerated() where lengths.weight(at: index) > 0 {
                for (whole, share) in Self.neighbours(of: value) {
                    grid.add(share * lengths.weight(at: index), from: 0, to: Int(whole))
                }
                total += lengths.weight(at: index) * value
            }
            grid.accumulate()
            grid.normalise(by: total)
        case .geometric(let mean):
            // P(J = j) = p q^j: E[(J − n)⁺] = q^(n+1) / p.
            let decay = log1p(-1 / mean)
            grid.add(stopLoss: { x in mean > 1 ? exp(decay * (x + 1)) * mean : 0 })
        case .uniform(let minimum, let maximum):
            // E[(D−x)⁺(D−x−1)]/2 = Σ C(d−x, 2) over d, and Σ_{d≤y} C(d, 2) = C(y+1, 3).
            let count = Double(maximum - minimum + 1)
            let mean = Double(minimum + maximum) / 2
            grid.add(stopLoss: { x in
                let upper = max(0, Double(maximum) - x + 1)
                let lower = max(0, Double(minimum) - x)
                let difference =
                    upper * (upper - 1) * (upper - 2) / 6 - lower * (lower - 1) * (lower - 2) / 6
                return difference / (count * mean)
            })
        case .lognormal(let mean, let standardDeviation):
            guard standardDeviation > 0 else {
                let length = max(1, mean)
                for (whole, share) in Self.neighbours(of: length) { grid.add(share / length, from: 0, to: Int(whole)) }
                grid.accumulate()
                return
            }
            // E[J-sum above x] = E[(D−x)⁺(D−x−1)⁺] / 2, with D taken as continuous.
            let parameters = LognormalParameters(mean: mean, standardDeviation: standardDeviation)
            let decodeMean = decodeMoments.mean
            grid.add(stopLoss: { x in
                let m0 = x > 0 ? parameters.partialMoment(0, from: x) : 1
                let m1 = x > 0 ? parameters.partialMoment(1, from: x) : mean
                let m2 = x > 0 ? parameters.partialMoment(2, from: x) : parameters.moment(2)
                return max(0, (m2 - (2 * x + 1) * m1 + x * (x + 1) * m0) / (2 * decodeMean))
            })
        }
    }

    /// The whole numbers around `value` with the probabilities that keep its mean.
    private static func neighbours(of value: Double) -> [(whole: Double, share: Double)] {
        let floor = value.rounded(.down)
        let fraction = value - floor
        return fraction > 0 ? [(floor, 1 - fraction), (floor + 1, fraction)] : [(floor, 1)]
    }
}
