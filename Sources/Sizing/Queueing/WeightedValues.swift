import Glibc

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

/// The sum of an independent wait and a value known by points: a wait in a queue and then a service.
public struct DelayedValues: Hashable, Sendable {
    public let values: WeightedValues
    public let wait: WaitingTime

    public init(_ values: WeightedValues, after wait: WaitingTime) {
        self.values = values
        self.wait = wait
    }

    public var mean: Double { values.mean + wait.mean }

    /// P(sum ≤ x).
    public func share(within x: Double) -> Double {
        var share = 0.0
        for (value, weight) in zip(values.values, values.weights) where value <= x {
            share += weight * (1 - wait.tail(x - value))
        }
        return share
    }

    /// The least x with P(sum ≤ x) ≥ p, for p in 0..<1.
    ///
    /// Up to the point v_i, P = A − C·b with A = Σ w_j and b = Σ w_j e^(−(x − v_j)/τ) over the points below x: both move on from
    /// point to point, so one pass finds where p is met, and a logarithm where in between.
    public func percentile(_ p: Double) -> Double {
        let tau = wait.meanWhereWaiting
        guard tau > 0, wait.probability > 0 else { return values.percentile(p) }
        var below = 0.0
        var pending = 0.0
        var x = values.values[0]
        for index in values.values.indices {
            let next = values.values[index]
            let decay = exp(-(next - x) / tau)
            if below - wait.probability * pending * decay >= p { break }
            pending *= decay
            x = next
            below += values.weights[index]
            pending += values.weights[index]
            // A point stands for the mass around it: where it alone makes the difference the answer is the point.
            if below - wait.probability * pending >= p { return x }
        }
        let missing = below - p
        guard missing > 0 else { return values.values[values.values.count - 1] }
        return x + max(0, tau * log(wait.probability * pending / missing))
    }
}

/// Mean and squared coefficient of variation of a service time.
public struct ServiceTime: Hashable, Sendable {
    /// Microseconds.
    public let mean: Double
    /// C_s² = variance over squared mean.
    public let squaredVariation: Double

    public init(mean: Double, squaredVariation: Double) {
        self.mean = mean
        self.squaredVariation = squaredVariation
    }

    /// Of weighted values, which must have a positive weight.
    public init(_ values: WeightedValues) {
        let mean = values.mean
        var square = 0.0
        for (value, weight) in zip(values.values, values.weights) { square += weight * (value - mean) * (value - mean) }
        self.init(mean: mean, squaredVariation: mean > 0 ? square / (mean * mean) : 0)
    }
}
