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

    /// Gives places from `place` on to the blocks from `start` on, as long as these have the places from `old` on, below `end`.
    ///
    /// - Returns: how many blocks these are; others may follow that have such places too.
    @inline(__always)
    mutating func move(
        _ ids: Span<UInt64>, from start: Int, at old: Int, below end: Int, to place: Int
    ) -> Int {
        var small = small.mutableSpan
        let most = min(ids.count - start, end - old)
        var count = 0
        while count < most {
            let id = ids[start + count]
            guard id < UInt64(small.count) else { break }
            let index = Int(truncatingIfNeeded: id)
            guard Int(small[index]) == old + count else { break }
            small[index] = UInt32(truncatingIfNeeded: place + count)
            count += 1
        }
        return count
    }

    /// Gives places from `place` on to the blocks from `start` on, as long as these have none, but to no more than `most`.
    ///
    /// - Returns: how many blocks these are; others may follow that have none either.
    @inline(__always)
    mutating func add(_ ids: Span<UInt64>, from start: Int, most: Int, at place: Int) -> Int {
        var small = small.mutableSpan
        let most = min(ids.count - start, most)
        var added = 0
        while added < most {
            let id = ids[start + added]
            guard id < UInt64(small.count) else { break }
            let index = Int(truncatingIfNeeded: id)
            guard small[index] == Self.none else { break }
            small[index] = UInt32(truncatingIfNeeded: place + added)
            added += 1
        }
        count += added
        return added
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

    /// Gives all blocks new places, from 0 on in the order of `blocks`.
    mutating func renumber(_ blocks: [UInt64]) {
        for place in blocks.indices {
            let block = blocks[place]
            if block < UInt64(small.count) {
                small[Int(truncatingIfNeeded: block)] = UInt32(truncatingIfNeeded: place)
            } else {
                others[block] = UInt32(truncatingIfNeeded: place)
            }
        }
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
