extension [UInt8] {
    /// Appends the bytes of `span`.
    mutating func append(copying span: Span<UInt8>) {
        reserveCapacity(count + span.count)
        for index in span.indices { append(span[index]) }
    }
}

extension Span<UInt8> {
    /// Whether there is nothing but blanks and line ends.
    var isBlank: Bool {
        for index in indices {
            let byte = self[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return false }
        }
        return true
    }
}

/// A number that tells texts apart: FNV-1a, 64 bits. An accidental collision among a million texts has a probability of 3e-8.
enum ByteHash {
    static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
        return hash
    }
}

/// Eight bytes of text looked at as one word, the first byte lowest.
struct ByteLanes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    let word: UInt64

    /// The bytes at `index` and the seven behind it, which must exist: the load checks.
    ///
    /// "Unsafe" in the name of the load is about types whose values bits can break; any bits are a `UInt64`.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at index: Int) {
        word = UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Bytes that are at hand as a word.
    @inline(__always)
    init(word: UInt64) { self.word = word }

    /// Where the first byte is marked in a mask of top bits; 8 where none is.
    @inline(__always)
    static func first(_ mask: UInt64) -> Int { mask.trailingZeroBitCount >> 3 }

    /// The top bit of each lane that is `byte`. Only the lowest mark is sure: a borrow can set those above it.
    @inline(__always)
    func marks(_ byte: UInt8) -> UInt64 {
        let difference = word ^ (Self.ones &* UInt64(byte))
        return (difference &- Self.ones) & ~difference & Self.tops
    }

    /// The top bit of each lane of `word` that is at least `byte`, which is in 1…0x80.
    @inline(__always)
    private static func marks(_ word: UInt64, from byte: UInt8) -> UInt64 {
        ((word & ~tops) &+ ones &* UInt64(0x80 &- byte) | word) & tops
    }

    /// How many digits the bytes begin with, 0…8.
    @inline(__always)
    var digitCount: Int { Self.first(Self.marks(word ^ (Self.ones &* 0x30), from: 10)) }

    /// The digits that the bytes begin with, 0…8, and the number they are.
    @inline(__always)
    var digits: (count: Int, value: Int) {
        let values = word ^ (Self.ones &* 0x30)
        let count = Self.first(Self.marks(values, from: 10))
        guard count > 0 else { return (0, 0) }
        // The digits to the top lanes, zeros before them; then pairs, then all: Σ of 2 digits times 10⁶, 10⁴, 100 and 1.
        let digits = values &<< UInt64(64 - 8 * count)
        let pairs = digits &* 10 &+ digits >> 8
        let mask: UInt64 = 0x0000_00FF_0000_00FF
        let value = (pairs & mask) &* 0x000F_4240_0000_0064 &+ (pairs >> 16 & mask) &* 0x0000_2710_0000_0001
        return (count, Int(value >> 32))
    }

    /// The first index from `start` on of either byte; the end of `bytes` where there is none.
    @inline(__always)
    static func firstIndex(of a: UInt8, or b: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index <= bytes.count - 8 {
            let lanes = ByteLanes(bytes, at: index)
            let found = lanes.marks(a) | lanes.marks(b)
            if found != 0 { return index + first(found) }
            index += 8
        }
        while index < bytes.count, bytes[index] != a, bytes[index] != b { index += 1 }
        return index
    }

    /// The first index from `start` on of a byte that is `byte` or greater, or is `other`; the end of `bytes` where there is none.
    @inline(__always)
    static func firstIndex(from byte: UInt8, or other: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index <= bytes.count - 8 {
            let lanes = ByteLanes(bytes, at: index)
            let found = marks(lanes.word, from: byte) | lanes.marks(other)
            if found != 0 { return index + first(found) }
            index += 8
        }
        while index < bytes.count, bytes[index] < byte, bytes[index] != other { index += 1 }
        return index
    }
}
