/// The blocks of one prompt after the other, read from JSON arrays into memory that is used again.
struct BlockList {
    /// Room for blocks, of which the first ``count`` are those of the prompt.
    private(set) var ids: [UInt64] = []
    private(set) var count = 0

    @inline(__always)
    mutating func clear() { count = 0 }

    /// Reads the numbers of an array that is written as most are: of up to six digits, with a comma and at most one blank between them.
    ///
    /// - Returns: behind the closing bracket; `nil` for any other array, and for one that ends too near the end of `bytes`.
    @inline(__always)
    mutating func readNumbers(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else { return nil }
        var index = start + 1
        var count = 0
        while true {
            var room = ids.mutableSpan
            while count < room.count {
                guard index <= bytes.count - 8 else { return nil }
                let lanes = ByteLanes(bytes, at: index)
                let (digits, value) = lanes.digits
                // Zeros before a number make it another text.
                guard 1...6 ~= digits, digits == 1 || lanes.word & 0xFF != 0x30 else { return nil }
                room[count] = UInt64(truncatingIfNeeded: value)
                count += 1
                // Two lanes at least are behind the digits.
                let behind = lanes.word >> UInt64(8 * digits)
                index += digits + 1
                if behind & 0xFF == UInt64(UInt8(ascii: ",")) {
                    if behind & 0xFF00 == 0x2000 { index += 1 }
                } else if behind & 0xFF == UInt64(UInt8(ascii: "]")) {
                    self.count = count
                    return index
                } else {
                    return nil
                }
            }
            grow()
        }
    }

    /// Reads any array of blocks.
    mutating func read(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        count = 0
        var numbers = BlockNumbers(range)
        while let id = numbers.next(bytes) {
            if count == ids.count { grow() }
            ids[count] = id
            count += 1
        }
    }

    private mutating func grow() { ids += repeatElement(0, count: max(64, ids.count)) }
}
