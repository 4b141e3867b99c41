/// Names a stream of random numbers in a tree of them.
///
/// A key depends on the seed and on the path of indices alone (replication, worker, slot), so no order of execution can
/// change a number. Streams of different paths start at unrelated points.
struct StreamKey: Hashable, Sendable {
    private let value: UInt64

    init(seed: UInt64) { value = seed }

    /// The child number `index`.
    func child(_ index: Int) -> StreamKey {
        var outer = SplitMix64(state: value ^ 0xBB67_AE85_84CA_A73B)
        var inner = SplitMix64(state: outer.next() &+ UInt64(truncatingIfNeeded: index) &* 0xD605_BBB5_8C8A_BBFD)
        return StreamKey(seed: inner.next())
    }

    /// The stream, from its beginning.
    var generator: Xoroshiro128 { Xoroshiro128(seed: value) }
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

/// A small, fast generator: xoroshiro128++ (Blackman and Vigna, 2019).
///
/// Sixteen bytes of state, so that every slot of a bundle can have a stream of its own. The period is 2¹²⁸ − 1; with 2³⁰
/// streams of 2³² draws from unrelated starts an overlap has a probability below 2⁻³⁵.
struct Xoroshiro128: RandomNumberGenerator, Sendable {
    private var s0: UInt64
    private var s1: UInt64

    /// The start that SplitMix64 gives from `seed`, as the authors advise.
    init(seed: UInt64) {
        var mixer = SplitMix64(state: seed)
        s0 = mixer.next()
        s1 = mixer.next()
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        let sum = s0 &+ s1
        let result = (sum << 17 | sum >> 47) &+ s0
        s1 ^= s0
        s0 = (s0 << 49 | s0 >> 15) ^ s1 ^ (s1 << 21)
        s1 = s1 << 28 | s1 >> 36
        return result
    }

    /// Uniform on 0 < u ≤ 1, in steps of 2⁻⁵³.
    @inline(__always)
    mutating func unit() -> Double { Double(Int64(truncatingIfNeeded: next() >> 11) &+ 1) * 0x1p-53 }

    /// Uniform on 0 … count − 1 (Lemire's multiplication; the bias is below count · 2⁻⁶⁴).
    @inline(__always)
    mutating func below(_ count: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }
}
