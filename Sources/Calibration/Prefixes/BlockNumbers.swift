/// The elements of an array of block numbers, each as a number that tells it apart.
struct BlockNumbers {
    private var index: Int
    private let end: Int

    /// - Parameter range: where the array stands in the text, with its brackets or without.
    init(_ range: Range<Int>) {
        index = range.lowerBound
        end = range.upperBound
    }

    /// The next element: a number of up to six digits is itself, any other text its hash, which has the top bit.
    @inline(__always)
    mutating func next(_ text: Span<UInt8>) -> UInt64? {
        while index < end, Self.isSeparator(text[index]) { index += 1 }
        guard index < end else { return nil }
        if index <= text.count - 8 {
            let (count, value) = ByteLanes(text, at: index).digits
            // Seven lanes: the one behind the digits is looked at too. Zeros before a number make it another text.
            if 1...6 ~= count, Self.isSeparator(text[index + count]), text[index] != 0x30 || count == 1 {
                index += count
                return UInt64(truncatingIfNeeded: value)
            }
        }
        return other(text)
    }

    private mutating func other(_ text: Span<UInt8>) -> UInt64 {
        let start = index
        while index < end, !Self.isSeparator(text[index]) { index += 1 }
        let element = text.extracting(start..<index)
        if element.count <= 6, element[0] != 0x30 || element.count == 1 {
            var value: UInt64 = 0
            var isNumber = true
            for place in element.indices {
                let digit = element[place] &- 0x30
                isNumber = isNumber && digit < 10
                value = value &* 10 &+ UInt64(digit)
            }
            if isNumber { return value }
        }
        return ByteHash.hash(element) | 1 << 63
    }

    /// Brackets, commas, quotes and blanks.
    @inline(__always)
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: ";"): true
        default: byte <= 0x20
        }
    }
}
