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
