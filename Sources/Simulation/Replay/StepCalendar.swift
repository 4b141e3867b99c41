/// Rows of a ``RequestTable`` by the step that is their last: those of the next few thousand steps in a ring of lists, a bit for each list
/// that is not empty; later ones in a heap. Nothing is sorted that comes soon, and nothing is allocated for a request.
struct StepCalendar {
    private static let span = 4096
    private static let mask = span - 1

    /// The first row of each list; −1 where it is empty.
    private var lists = [Int32](repeating: -1, count: span)
    private var bits = [UInt64](repeating: 0, count: span / 64)
    private var later = EventHeap<Int>()

    /// Row `row` ends with step `end`, which is after `step`.
    @inline(__always)
    mutating func insert(_ row: Int, end: Int, after step: Int, _ table: inout RequestTable) {
        guard end - step < Self.span else { return later.insert(end, row) }
        let list = end & Self.mask
        table[row].next = lists[list]
        lists[list] = Int32(truncatingIfNeeded: row)
        bits[list >> 6] |= 1 << UInt64(list & 63)
    }

    /// A row that ends with step `step`, taken out.
    @inline(__always)
    mutating func removeEnding(with step: Int, _ table: RequestTable) -> Int? {
        let list = step & Self.mask
        let row = lists[list]
        if row >= 0 {
            lists[list] = table[Int(row)].next
            if lists[list] < 0 { bits[list >> 6] &= ~(1 << UInt64(list & 63)) }
            return Int(row)
        }
        if let (end, _) = later.first, end == step { return later.removeFirst() }
        return nil
    }

    /// The next step after `step` with which a row ends; there is none that ended before.
    func next(after step: Int) -> Int? {
        let latest = later.first?.key
        let start = step + 1
        var word = (start & Self.mask) >> 6
        var bits = self.bits[word] & (~0 << UInt64(start & 63))
        var base = start & ~63
        for _ in 0...(Self.span / 64) {
            if bits != 0 {
                let end = base + bits.trailingZeroBitCount
                return latest.map { min($0, end) } ?? end
            }
            word = (word + 1) & (Self.span / 64 - 1)
            bits = self.bits[word]
            base += 64
        }
        return latest
    }
}
