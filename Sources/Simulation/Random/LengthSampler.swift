import Sizing

/// Draws whole lengths from a ``Sizing/LengthDistribution``.
///
/// Geometric lengths by inversion, observed ones by the alias method, lognormal ones by inversion of the normal; a length
/// between two whole numbers is rounded up or down at random so that its mean is kept.
struct LengthSampler: Sendable {
    /// Longer draws are cut, so that no sum of loads can overflow: a hundred times the longest length of the model.
    static let longest = 1e11

    private enum Kind: Sendable {
        case fixed, geometric, uniform, lognormal, empirical
    }

    private let kind: Kind
    /// Fixed: the floor. Uniform: the minimum.
    private var floor = 0
    /// Fixed: the probability of one more.
    private var fraction = 0.0
    /// Uniform: how many values.
    private var count = 1
    /// Geometric: 1/log q. Lognormal: the mean of the logarithm.
    private var location = 0.0
    /// Lognormal: the deviation of the logarithm.
    private var scale = 0.0
    /// Empirical: the values, and their tables in proportion to weight, and to weight times value.
    private var values: [Double] = []
    private var table = AliasTable(weights: [1])
    private var biasedTable = AliasTable(weights: [1])
    private let logarithms = LogarithmTable.shared
    /// Lognormal decode: among requests seen at a random step, the part whose length was cut up to 1.
    private var shortShare = 0.0

    init(_ distribution: LengthDistribution) {
        switch distribution.shape {
        case .fixed(let value):
            kind = .fixed
            setFixed(value)
        case .geometric(let mean):
            kind = mean > 1 ? .geometric : .fixed
            setFixed(1)
            if mean > 1 { location = 1 / PortableMath.log(1 - 1 / mean) }
        case .uniform(let minimum, let maximum):
            kind = .uniform
            floor = minimum
            count = maximum - minimum + 1
        case .lognormal(let mean, let standardDeviation):
            kind = standardDeviation > 0 ? .lognormal : .fixed
            setFixed(mean)
            if standardDeviation > 0 {
                let ratio = standardDeviation / mean
                let variance = PortableMath.log(1 + ratio * ratio)
                scale = variance.squareRoot()
                location = PortableMath.log(mean) - variance / 2
                let short = PortableMath.normalCumulative(-location / scale)
                let long = mean * (1 - PortableMath.normalCumulative(-location / scale - scale))
                shortShare = short / (short + long)
            }
        case .empirical(let lengths):
            kind = .empirical
            values = lengths.values
            let weights = lengths.values.indices.map { lengths.weight(at: $0) }
            table = AliasTable(weights: weights)
            let biased = zip(weights, lengths.values).map { $0 * $1 }
            biasedTable = biased.contains { $0 > 0 } ? AliasTable(weights: biased) : table
        }
    }

    private mutating func setFixed(_ value: Double) {
        floor = Int(value)
        fraction = value - value.rounded(.down)
    }

    /// A length of a new request.
    @inline(__always)
    func draw(_ generator: inout Xoroshiro128) -> Int {
        switch kind {
        case .geometric:
            return 1 &+ Int(min(Self.longest, logarithms.log(generator.unit()) * location))
        case .fixed:
            return fraction > 0 && generator.unit() <= fraction ? floor + 1 : floor
        case .uniform:
            return floor + generator.below(count)
        case .lognormal:
            return Self.round(lognormal(shift: 0, &generator), &generator)
        case .empirical:
            return Self.round(values[table.draw(&generator)], &generator)
        }
    }

    /// A length of a request seen at a random step: with probability in proportion to its length. For decode lengths, so 1
    /// or more.
    func drawLengthBiased(_ generator: inout Xoroshiro128) -> Int {
        switch kind {
        case .geometric:
            // Steps done and steps to come are independent and each geometric.
            return draw(&generator) + draw(&generator) - 1
        case .fixed:
            return Self.roundLengthBiased(Double(floor) + fraction, &generator)
        case .uniform:
            // A candidate is taken with probability length/maximum.
            while true {
                let candidate = floor + generator.below(count)
                if generator.below(floor + count - 1) < candidate { return candidate }
            }
        case .lognormal:
            if generator.unit() <= shortShare { return 1 }
            // x f(x) is lognormal with its location higher by scale²; what falls below 1 was counted above.
            for _ in 0..<10_000 {
                let value = lognormal(shift: scale * scale, &generator)
                if value >= 1 { return Self.roundLengthBiased(value, &generator) }
            }
            return 1
        case .empirical:
            return Self.roundLengthBiased(values[biasedTable.draw(&generator)], &generator)
        }
    }

    @inline(__always)
    private func lognormal(shift: Double, _ generator: inout Xoroshiro128) -> Double {
        // The middle of one of 2⁵³ cells: never 0 or 1.
        let u = generator.unit() - 0x1p-54
        return PortableMath.exp(location + shift + scale * PortableMath.normalQuantile(u))
    }

    private static func round(_ value: Double, _ generator: inout Xoroshiro128) -> Int {
        let value = min(value, longest)
        let floor = Int(value)
        let fraction = value - Double(floor)
        return floor + (fraction > 0 && generator.unit() <= fraction ? 1 : 0)
    }

    /// Rounds up with probability f(n + 1)/(n + f): the longer neighbour is seen longer.
    private static func roundLengthBiased(_ value: Double, _ generator: inout Xoroshiro128) -> Int {
        let value = min(value, longest)
        let floor = Int(value)
        let fraction = value - Double(floor)
        return floor + (fraction > 0 && generator.unit() * value <= fraction * Double(floor + 1) ? 1 : 0)
    }
}
