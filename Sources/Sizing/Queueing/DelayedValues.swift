import Glibc

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
