/// Blocks by how lately they were used: the distance at which a block is found again is the smallest cache that would still
/// have held it (the stack property of LRU: R. L. Mattson et al., IBM Systems Journal 9, 1970).
///
/// Uses have consecutive places; a Fenwick tree counts the blocks whose last use is later (F. Olken, LBL-12370, 1981). Places are
/// renumbered when they run out, so memory grows with the distinct blocks alone. Beyond ``capacity`` of them the block that was used
/// longest ago is forgotten: distances up to the capacity stay exact.
struct RecencyStack {
    /// The most blocks that are kept.
    let capacity: Int
    /// Whether a block was forgotten, so that blocks that seem new may have been used before.
    private(set) var hasForgotten = false
    /// The place of the last use of each block.
    private var places: [UInt64: UInt32] = [:]
    /// The block whose use has the place; only where ``places`` agrees it is its last one.
    private var blocks: [UInt64] = []
    /// Fenwick's tree over the places, one for each last use.
    private var tree: [UInt32]
    /// No last use has a lower place.
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = capacity
        tree = [UInt32](repeating: 0, count: 2048)
    }

    /// Distinct blocks that are kept.
    var count: Int { places.count }

    /// Uses a block.
    ///
    /// - Returns: the number of distinct blocks used since its last use, itself included; `nil` for a block that is new or
    ///   forgotten.
    mutating func use(_ block: UInt64) -> Int? {
        if blocks.count == tree.count { renumber() }
        var distance: Int?
        if let place = places[block] {
            distance = places.count - sum(below: Int(place))
            add(UInt32.max, at: Int(place))
        } else if places.count == capacity {
            forgetOldest()
        }
        places[block] = UInt32(blocks.count)
        add(1, at: blocks.count)
        blocks.append(block)
        return distance
    }

    private mutating func forgetOldest() {
        hasForgotten = true
        while oldest < blocks.count {
            let block = blocks[oldest]
            if places[block] == UInt32(oldest) {
                places[block] = nil
                add(UInt32.max, at: oldest)
                oldest += 1
                return
            }
            oldest += 1
        }
    }

    /// Gives the last uses consecutive places from 0, and room for as many uses as there are blocks.
    private mutating func renumber() {
        var kept: [UInt64] = []
        kept.reserveCapacity(max(2048, 2 * places.count))
        for place in oldest..<blocks.count where places[blocks[place]] == UInt32(place) {
            places[blocks[place]] = UInt32(kept.count)
            kept.append(blocks[place])
        }
        blocks = kept
        oldest = 0
        tree = [UInt32](repeating: 0, count: max(2048, 2 * kept.count))
        for place in kept.indices { tree[place] = 1 }
        for place in tree.indices {
            let next = place | (place + 1)
            if next < tree.count { tree[next] &+= tree[place] }
        }
    }

    /// Wrapping: `UInt32.max` takes one off.
    private mutating func add(_ value: UInt32, at place: Int) {
        var place = place
        while place < tree.count {
            tree[place] &+= value
            place |= place + 1
        }
    }

    private func sum(below end: Int) -> Int {
        var sum: UInt32 = 0
        var place = end - 1
        while place >= 0 {
            sum &+= tree[place]
            place = (place & (place + 1)) - 1
        }
        return Int(sum)
    }
}
