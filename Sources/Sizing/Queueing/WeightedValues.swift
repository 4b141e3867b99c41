/// A distribution as points: values with weights that sum to 1.
public struct WeightedValues: Hashable, Sendable {
    /// Rising.
    public let values: [Double]
    public let weights: [Double]

    /// Of pairs in any order, at least one of them with a positive weight.
    public init(_ pairs: some Sequence<(value: Double, weight: Double)>) {
        let kept = pairs.filter { $0.weight > 0 }.sorted { $0.value < $1.value }
        let total = kept.reduce(0) { $0 + $1.weight }
        values = kept.map(\.value)
        weights = kept.map { $0.weight / total }
    }

    public var mean: Double { zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } }

    /// The points moved by a function that does not fall.
    public func map(_ transform: (Double) -> Double) -> WeightedValues {
        WeightedValues(zip(values, weights).map { (value: transform($0.0), weight: $0.1) })
    }

    /// The p-quantile, between points in a straight line: a point stands for the mass on both its sides.
    public func percentile(_ p: Double) -> Double {
        var below = 0.0
        var previous: (mass: Double, value: Double)?
        for (value, weight) in zip(values, weights) {
            let middle = below + weight / 2
            if middle >= p {
                guard let previous, middle > previous.mass else { return value }
                return previous.value + (value - previous.value) * (p - previous.mass) / (middle - previous.mass)
            }
            previous = (middle, value)
            below += weight
        }
        return values.last ?? 0
    }
}

extension WeightedValues {
    /// E[min(X, X′)] of two independent draws.
    var meanOfLesser: Double {
        // Σ w_i x_i · (2·P(X > x_i) + w_i), by rising x.
        var above = 1.0
        var sum = 0.0
        for (value, weight) in zip(values, weights) {
            above -= weight
            sum += weight * value * (2 * above + weight)
        }
        return sum
    }
}
