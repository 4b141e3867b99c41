/// Blocks by how lately they were used: the distance at which a block is found again is the smallest cache that would still
/// have held it (the stack property of LRU: R. L. Mattson et al., IBM Systems Journal 9, 1970).
///
/// Uses have consecutive places; the blocks whose last use is later are counted by a bit for each last use and a Fenwick tree over
/// words of bits (F. Olken, LBL-12370, 1981). Prompts that begin alike use the same blocks one after the other: along such a run
/// the distance stays (one block fewer was used since, but for the one that was just used again), so the tree is asked once a run. Places are
/// renumbered when they run out, so memory grows with the distinct blocks alone. Beyond ``capacity`` of them the block that was used
/// longest ago is forgotten: distances up to the capacity stay exact.
struct RecencyStack {
    /// The most blocks that are kept.
    let capacity: Int
    /// Whether a block was forgotten, so that blocks that seem new may have been used before.
    private(set) var hasForgotten = false
    private var places = BlockPlaces()
    /// The block whose use has the place; only where its bit is set it is its last one.
    private var blocks: [UInt64] = []
    /// A bit for each place that is a last use; those of ``run`` are still set, and those from ``settled`` on not yet.
    private var bits: [UInt64]
    /// Fenwick's tree over the bits of each word.
    private var tree: [Int32]
    /// All places below have their bits.
    private var settled = 0
    /// The places of the blocks that were used again one after the other, in their old order.
    private var run = 0..<0
    private var runDistance = 0
    /// No last use has a lower place.
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = capacity
        bits = [UInt64](repeating: 0, count: 64)
        tree = [Int32](repeating: 0, count: 64)
    }

    /// Distinct blocks that are kept.
    var count: Int { places.count }

    /// Uses a block.
    ///
    /// - Returns: the number of distinct blocks used since its last use, itself included; `nil` for a block that is new or
    ///   forgotten.
    @inline(__always)
    mutating func use(_ block: UInt64) -> Int? {
        if blocks.count == bits.count << 6 { renumber() }
        let place = Int(places.exchange(UInt32(truncatingIfNeeded: blocks.count), for: block))
        if place == Int(BlockPlaces.none) {
            if !run.isEmpty { settle() }
            if places.count > capacity { forgetOldest() }
            blocks.append(block)
            return nil
        }
        if place == run.upperBound, place < settled, !run.isEmpty {
            run = run.lowerBound..<(place + 1)
        } else {
            settle()
            runDistance = places.count - count(below: place)
            run = place..<(place + 1)
        }
        blocks.append(block)
        return runDistance
    }

    /// Uses the blocks from `start` on that have one distance and are quick to look up: one block at least.
    ///
    /// - Returns: how many these are, and their distance; `nil` where they are new or forgotten.
    @inline(__always)
    mutating func use(_ ids: Span<UInt64>, from start: Int) -> (count: Int, distance: Int?) {
        let place = blocks.count
        let room = bits.count << 6 - place
        if !run.isEmpty {
            let end = min(settled, run.upperBound + room)
            let count = places.move(ids, from: start, at: run.upperBound, below: end, to: place)
            if count > 0 {
                run = run.lowerBound..<(run.upperBound + count)
                append(ids, start..<(start + count))
                return (count, runDistance)
            }
        }
        let most = min(room, capacity - places.count)
        let count = places.add(ids, from: start, most: most, at: place)
        if count > 0 {
            if !run.isEmpty { settle() }
            append(ids, start..<(start + count))
            return (count, nil)
        }
        return (1, use(ids[start]))
    }

    @inline(__always)
    private mutating func append(_ ids: Span<UInt64>, _ range: Range<Int>) {
        for index in range { blocks.append(ids[index]) }
    }

    /// Brings bits and tree up to date.
    private mutating func settle() {
        change(run, to: 0)
        change(settled..<blocks.count, to: ~0)
        run = 0..<0
        settled = blocks.count
    }

    /// Sets the bits of places that have the other value.
    private mutating func change(_ range: Range<Int>, to value: UInt64) {
        var place = range.lowerBound
        while place < range.upperBound {
            let word = place >> 6
            let end = min(range.upperBound, (word + 1) << 6)
            let mask = (UInt64.max >> UInt64(64 - (end - place))) << UInt64(place & 63)
            bits[word] = bits[word] & ~mask | value & mask
            add(value == 0 ? Int32(place - end) : Int32(end - place), at: word)
            place = end
        }
    }

    private mutating func forgetOldest() {
        hasForgotten = true
        settle()
        while oldest < blocks.count {
            let rest = bits[oldest >> 6] >> UInt64(oldest & 63)
            guard rest != 0 else {
                oldest = (oldest | 63) + 1
                continue
            }
            oldest += rest.trailingZeroBitCount
            places.remove(blocks[oldest])
            change(oldest..<(oldest + 1), to: 0)
            oldest += 1
            return
        }
    }

    /// Gives the last uses consecutive places from 0, and room for as many uses as there are blocks, for few blocks three times as many.
    private mutating func renumber() {
        settle()
        var kept: [UInt64] = []
        let room = max(4096, places.count < 1 << 17 ? 4 * places.count : 2 * places.count)
        kept.reserveCapacity(room)
        for word in bits.indices {
            var rest = bits[word]
            while rest != 0 {
                kept.append(blocks[word << 6 + rest.trailingZeroBitCount])
                rest &= rest - 1
            }
        }
        places.renumber(kept)
        blocks = kept
        oldest = 0
        settled = 0
        bits = [UInt64](repeating: 0, count: (room + 63) >> 6)
        tree = [Int32](repeating: 0, count: bits.count)
        settle()
    }

    // MARK: Fenwick's tree

    private mutating func add(_ value: Int32, at word: Int) {
        var word = word
        while word < tree.count {
            tree[word] &+= value
            word |= word + 1
        }
    }

    /// Last uses with a place below `place`.
    private func count(below place: Int) -> Int {
        let first = place >> 6
        let below = bits[first] & (((1 as UInt64) << UInt64(place & 63)) - 1)
        var sum = Int32(below.nonzeroBitCount)
        var word = first - 1
        while word >= 0 {
            sum &+= tree[word]
            word = (word & (word + 1)) - 1
        }
        return Int(sum)
    }
}
