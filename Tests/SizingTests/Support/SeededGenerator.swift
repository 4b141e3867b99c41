import Foundation

/// A small seeded generator (SplitMix64), so that a failing property names the case that failed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Log-uniform in `range`, both ends positive.
    mutating func magnitude(_ range: ClosedRange<Double>) -> Double {
        let u = Double.random(in: 0...1, using: &self)
        return range.lowerBound * pow(range.upperBound / range.lowerBound, u)
    }

    private func pow(_ base: Double, _ exponent: Double) -> Double { Foundation.pow(base, exponent) }
}

/// |a − b| relative to the larger of the two.
func relativeError(_ a: Double, _ b: Double) -> Double {
    a == b ? 0 : abs(a - b) / max(abs(a), abs(b))
}
