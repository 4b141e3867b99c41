/// The place of the last use of each block.
///
/// Published traces number their blocks from zero on: small numbers have an array, in which neighbours share a line of the processor's cache, the
/// others a dictionary.
struct BlockPlaces {
    /// Numbers below have a place in the array: at most 16 MiB.
    private static let smallest = 1 << 22
    /// No place.
    static let none = UInt32.max

    /// Blocks that have a place.
    private(set) var count = 0
    private var small: [UInt32] = []
    private var others: [UInt64: UInt32] = [:]

    /// Gives a block a place, which is less than `UInt32.max`.
    ///
    /// - Returns: the place it had; `UInt32.max` where it had none.
    @inline(__always)
    mutating func exchange(_ place: UInt32, for block: UInt64) -> UInt32 {
        guard block < UInt64(small.count) else { return exchangeElsewhere(place, for: block) }
        let index = Int(truncatingIfNeeded: block)
        let old = small[index]
        small[index] = place
        if old == Self.none { count += 1 }
        return old
    }

    private mutating func exchangeElsewhere(_ place: UInt32, for block: UInt64) -> UInt32 {
        if block < UInt64(Self.smallest) {
            // At least doubled, so that growing costs a constant for each block on average.
            let size = min(Self.smallest, max(1024, 2 * small.count, Int(block) + 1))
            small += repeatElement(Self.none, count: size - small.count)
            count += 1
            small[Int(block)] = place
            return Self.none
        }
        let old = others.updateValue(place, forKey: block)
        if old == nil { count += 1 }
        return old ?? Self.none
    }

    mutating func remove(_ block: UInt64) {
        if block < UInt64(small.count) {
            if small[Int(block)] != Self.none { count -= 1 }
            small[Int(block)] = Self.none
        } else if others.removeValue(forKey: block) != nil {
            count -= 1
        }
    }
}
