import Glibc
import SizingNumerics

/// The location and scale of a lognormal length, from the mean and standard deviation of the length itself.
public struct LognormalParameters: Hashable, Sendable {
    /// Mean of log X.
    public let location: Double
    /// Standard deviation of log X.
    public let scale: Double

    /// `mean` > 0, `standardDeviation` > 0, in tokens.
    public init(mean: Double, standardDeviation: Double) {
        let ratio = standardDeviation / mean
        let variance = log1p(ratio * ratio)
        location = log(mean) - variance / 2
        scale = variance.squareRoot()
    }

    /// E[X^order].
    public func moment(_ order: Double) -> Double { exp(order * location + order * order * scale * scale / 2) }

    /// E[X^order; X < bound].
    public func partialMoment(_ order: Double, below bound: Double) -> Double {
        guard bound > 0 else { return 0 }
        let z = (log(bound) - location) / scale - order * scale
        return moment(order) * NormalDistribution.cumulative(z)
    }

    /// E[X^order; X ≥ bound].
    public func partialMoment(_ order: Double, from bound: Double) -> Double {
        let z = (log(bound) - location) / scale - order * scale
        return moment(order) * NormalDistribution.upperTail(z)
    }

    /// The moments of max(1, X rounded at random so that its mean is kept).
    ///
    /// On n ≤ X < n + 1 the rounded value is n or n + 1, so every moment is linear in X there and follows from the
    /// probability and the partial mean of that interval. From 64 on, X is taken as continuous (relative error of the
    /// factorial moments below 1e-4).
    func momentsFromOne() -> LengthMoments {
        let join = 64
        var m1 = 0.0
        var m2 = 0.0
        var m3 = 0.0
        var m4 = 0.0
        func add(_ value: Double, _ probability: Double) {
            m1 += probability * value
            m2 += probability * value * value
            m3 += probability * value * value * value
            m4 += probability * value * value * value * value
        }
        var below = (probability: partialMoment(0, below: 1), mean: partialMoment(1, below: 1))
        add(1, below.probability)
        for n in 1..<join {
            let next = (
                probability: partialMoment(0, below: Double(n + 1)), mean: partialMoment(1, below: Double(n + 1))
            )
            let probability = max(0, next.probability - below.probability)
            let up = min(probability, max(0, next.mean - below.mean - Double(n) * probability))
            add(Double(n), probability - up)
            add(Double(n + 1), up)
            below = next
        }
        m1 += partialMoment(1, from: Double(join))
        m2 += partialMoment(2, from: Double(join))
        m3 += partialMoment(3, from: Double(join))
        m4 += partialMoment(4, from: Double(join))
        var moments = LengthMoments.continuous(
            raw: (m1, m2, m3, m4), variance: max(0, m2 - m1 * m1), thirdCentral: m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1)
        moments.factorial2 = max(0, moments.factorial2)
        moments.factorial3 = max(0, moments.factorial3)
        moments.factorial4 = max(0, moments.factorial4)
        return moments
    }
}
