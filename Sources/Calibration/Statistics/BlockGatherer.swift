import SizingNumerics

/// Gathers requests to ``RequestBlocks``.
///
/// Most requests arrive in the block of the one before: sums of such a stretch are kept in 128 bits and added to the block as a whole.
struct BlockGatherer: Sendable {
    private var blocks = RequestBlocks()
    /// The block that the open sums are of.
    private var times = 0..<0
    private var count = 0
    private var sums = InlineArray<7, UInt128>(repeating: 0)

    init() {}

    /// The blocks of all requests so far.
    var gathered: RequestBlocks {
        var copy = self
        copy.settle()
        return copy.blocks
    }

    /// Adds a request with P in 0…1e9 and D in 1…1e9 that arrived at `time`, microseconds, −9e15…9e15.
    @inline(__always)
    mutating func add(prefill: Int, decode: Int, at time: Int) {
        guard times ~= time, (prefill | decode) >> 15 == 0 else { return addElsewhere(prefill, decode, time) }
        let p = UInt64(truncatingIfNeeded: prefill)
        let d = UInt64(truncatingIfNeeded: decode)
        // As in ``RequestBlock``: all below 2^64.
        let pd = p &* d
        let dd = d &* d
        let pairs = (dd &- d) / 2
        let cubes = pairs &* (2 &* d &- 1)
        count &+= 1
        sums[0] &+= UInt128(p)
        sums[1] &+= UInt128(d)
        sums[2] &+= UInt128(p &* p)
        sums[3] &+= UInt128(pd)
        sums[4] &+= UInt128(dd)
        sums[5] &+= UInt128(p &* (pd &+ 2 &* pairs) &+ cubes / 3)
        sums[6] &+= UInt128(p &* (p &* (pd &+ 3 &* pairs) &+ cubes) &+ pairs &* pairs)
    }

    private mutating func addElsewhere(_ prefill: Int, _ decode: Int, _ time: Int) {
        if !(times ~= time) {
            settle()
            times = blocks.times(around: time)
            guard (prefill | decode) >> 15 != 0 else { return add(prefill: prefill, decode: decode, at: time) }
        }
        blocks.add(prefill: prefill, decode: decode, at: time)
    }

    /// Adds the open sums to their block, which may have become part of a longer one.
    private mutating func settle() {
        guard count > 0 else { return }
        var wide = InlineArray<7, WideInteger>(repeating: .zero)
        for index in 0..<7 { wide[index].add(sums[index]) }
        blocks.add(RequestBlock(count: count, sums: wide), at: times.lowerBound)
        count = 0
        sums = InlineArray(repeating: 0)
    }
}
