/// A small, fast, seeded generator: xoshiro256++ (Blackman and Vigna, 2019), its state filled by SplitMix64.
///
/// A child stream depends on the seed and on its path of indices alone, so every worker of every replication draws from a
/// stream of its own, and no order of execution can change a number. Streams of different paths start at unrelated points
/// of a period of 2²⁵⁶ − 1; with fewer than 2³² streams of fewer than 2⁴⁰ draws an overlap has a probability below 2⁻¹⁵⁰.
public struct SplittableGenerator: RandomNumberGenerator, Sendable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64
    /// What child streams derive from.
    private let key: UInt64

    public init(seed: UInt64) {
        key = seed
        var mixer = SplitMix64(state: seed)
        s0 = mixer.next()
        s1 = mixer.next()
        s2 = mixer.next()
        s3 = mixer.next()
    }

    /// The child stream number `index`; it does not depend on what was drawn.
    public func split(_ index: Int) -> SplittableGenerator {
        var mixer = SplitMix64(state: key ^ 0x6A09_E667_F3BC_C909)
        let high = mixer.next()
        var inner = SplitMix64(state: high &+ UInt64(truncatingIfNeeded: index) &* 0xD605_BBB5_8C8A_BBFD)
        return SplittableGenerator(seed: inner.next())
    }

    @inline(__always)
    public mutating func next() -> UInt64 {
        let sum = s0 &+ s3
        let result = (sum << 23 | sum >> 41) &+ s0
        let t = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = s3 << 45 | s3 >> 19
        return result
    }

    /// Uniform on 0 < u ≤ 1, in steps of 2⁻⁵³.
    @inline(__always)
    mutating func unit() -> Double { Double((next() >> 11) &+ 1) * 0x1p-53 }

    /// Uniform on 0 … count − 1 (Lemire's multiplication; the bias is below count · 2⁻⁶⁴).
    @inline(__always)
    mutating func below(_ count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
