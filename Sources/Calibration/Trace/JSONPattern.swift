/// A line of JSON as a row before it was written: the same keys in the same order with the same blanks, and other values.
///
/// Programs write all rows alike. So what stands between the values is compared as words of eight bytes, and the values are found without
/// looking a key up. Which value is which column was told by ``JSONRow``, once.
struct JSONPattern: Sendable {
    private enum Kind {
        case bare, string, array
    }

    /// A value, and the bytes between it and the one before.
    private struct Slot {
        let kind: Kind
        let role: ColumnRole?
        let rank: UInt8
        /// The bytes, as words in ``words``.
        let words: Range<Int>
        let length: Int
    }

    /// Eight bytes or fewer, the first lowest.
    private struct Word {
        let bytes: UInt64
        let mask: UInt64
    }

    private var slots: [Slot] = []
    /// Behind the last value, to the line's end.
    private var tail = Slot(kind: .bare, role: nil, rank: 0, words: 0..<0, length: 0)
    /// What stands between values, each part filled up with zeros, and the bits of it that count.
    private var words: [Word] = []
    /// Whether a row has more to tell than its lengths and what goes with its arrival, so that these do not stand for themselves.
    private(set) var needsRules = false
    /// Whether a row has other columns than its lengths, the time that it arrived and an array of the blocks of its prompt.
    private(set) var isDetailed = false

    private static let maximumSlots = 64
    private static let maximumWords = 1024

    /// Learns from a line and what was read of it.
    ///
    /// - Returns: `nil` for a line without both lengths, with a length twice, with escapes in its values, or with too many values.
    init?(_ line: Span<UInt8>, _ fields: borrowing RowFields) {
        guard fields.has(.prefill), fields.has(.decode), !fields.hasTwins else { return nil }
        var cursor = JSONCursor()
        var start = 0
        var depth = 0
        var isKey = false
        while cursor.index < line.count {
            let byte = line[cursor.index]
            switch byte {
            case UInt8(ascii: "{"):
                depth += 1
                isKey = true
                cursor.index += 1
            case UInt8(ascii: "}"):
                depth -= 1
                cursor.index += 1
            case UInt8(ascii: ","):
                isKey = true
                cursor.index += 1
            case UInt8(ascii: ":"):
                isKey = false
                cursor.index += 1
            case 0x20, 0x09: cursor.index += 1
            case UInt8(ascii: "\"") where isKey: guard cursor.skipString(line) else { return nil }
            default:
                guard let field = cursor.value(line), slots.count < Self.maximumSlots else { return nil }
                let kind: Kind = field.kind == .string ? .string : field.kind == .array ? .array : .bare
                // The quotes of a string belong to what is the same in each row.
                let words = append(line, start..<field.start)
                let role = Self.role(of: field, fields)
                var rank: UInt8 = 0
                if let role { rank = fields[role].rank }
                slots.append(Slot(kind: kind, role: role, rank: rank, words: words, length: field.start - start))
                start = field.end
            }
            guard words.count <= Self.maximumWords else { return nil }
        }
        guard depth == 0 else { return nil }
        tail = Slot(
            kind: .bare, role: nil, rank: 0, words: append(line, start..<line.count), length: line.count - start)
        // Every column that was read must be one of the values.
        guard slots.count(where: { $0.role != nil }) == fields.present.nonzeroBitCount else { return nil }
        isDetailed = slots.contains { slot in
            guard let role = slot.role else { return false }
            return !role.isLength && role != .arrival && !(role == .hashIDs && slot.kind == .array)
        }
        needsRules = slots.contains { slot in slot.role.map { !$0.isLength && !$0.isActivity } ?? false }
    }

    private static func role(of field: RowFields.Field, _ fields: borrowing RowFields) -> ColumnRole? {
        for role in ColumnRole.allCases {
            if fields.has(role), fields[role].start == field.start { return role }
        }
        return nil
    }

    private mutating func append(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        let first = words.count
        var index = range.lowerBound
        while index < range.upperBound {
            let count = min(8, range.upperBound - index)
            var word: UInt64 = 0
            for lane in 0..<count { word |= UInt64(line[index + lane]) << UInt64(8 * lane) }
            words.append(Word(bytes: word, mask: (~0 as UInt64) >> UInt64(64 - 8 * count)))
            index += count
        }
        return first..<words.count
    }

    // MARK: Reading

    /// Splits and reads a line in one pass.
    ///
    /// `false` for a line that is written otherwise, whose lengths are not one to seven digits, or that ends too near the end of
    /// `bytes`: nothing has then been decided. What this takes ``JSONRow`` would take, with the same fields.
    @inline(__always)
    func read(_ bytes: Span<UInt8>, from start: Int, into row: inout PlainRow) -> Bool {
        var index = start
        row.arrival = 0..<0
        row.blocks.clear()
        if isDetailed { row.fields.clear() }
        let slots = slots.span
        let words = words.span
        for place in slots.indices {
            guard Self.isNext(slots[place], words, bytes, index) else { return false }
            index += slots[place].length
            let begin = index
            if let role = slots[place].role, role.isLength {
                guard slots[place].kind != .array, index <= bytes.count - 8 else { return false }
                let (count, value) = ByteLanes(bytes, at: index).digits
                guard 1...7 ~= count else { return false }
                index += count
                if role == .prefill { row.prefill = value } else { row.decode = value }
                if slots[place].kind == .bare, !Self.endsValue(bytes[index]) { return false }
            } else {
                switch slots[place].kind {
                case .bare: index = Self.endOfBare(bytes, index)
                case .string: index = Self.endOfString(bytes, index)
                case .array where slots[place].role == .hashIDs && !isDetailed:
                    if let end = row.blocks.readNumbers(bytes, from: index) {
                        index = end
                    } else {
                        index = Self.endOfArray(bytes, index)
                        if index < bytes.count { row.blocks.read(bytes, begin..<index) }
                    }
                case .array: index = Self.endOfArray(bytes, index)
                }
                guard index < bytes.count else { return false }
            }
            if slots[place].role == .arrival { row.arrival = begin..<index }
            if isDetailed, let role = slots[place].role {
                let kind: RowFields.Kind =
                    slots[place].kind == .string ? .string : slots[place].kind == .array ? .array : .bare
                row.fields.set(
                    role, RowFields.Field(start: begin, end: index, kind: kind, rank: slots[place].rank))
            }
        }
        guard Self.isNext(tail, words, bytes, index) else { return false }
        index += tail.length
        row.end = index
        if index < bytes.count, bytes[index] == 0x0D { index += 1 }
        guard index < bytes.count, bytes[index] == 0x0A else { return false }
        row.next = index + 1
        return true
    }

    /// Whether what belongs before the value stands at `index`, with a whole word's bytes to compare.
    @inline(__always)
    private static func isNext(_ slot: Slot, _ words: Span<Word>, _ bytes: Span<UInt8>, _ index: Int) -> Bool {
        guard index + 8 * slot.words.count <= bytes.count else { return false }
        var index = index
        for place in slot.words {
            let word = words[place]
            if (ByteLanes(bytes, at: index).word ^ word.bytes) & word.mask != 0 { return false }
            index += 8
        }
        return true
    }

    /// Whether a number, a truth value or null may end before `byte`.
    @inline(__always)
    private static func endsValue(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte <= 0x20
    }

    /// The end of `bytes` where there is no such value; likewise below.
    @inline(__always)
    private static func endOfBare(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        // Digits first: most values are numbers.
        while index <= bytes.count - 8 {
            let digits = ByteLanes(bytes, at: index).digitCount
            index += digits
            if digits < 8 { break }
        }
        while index < bytes.count, !endsValue(bytes[index]) {
            let byte = bytes[index]
            guard byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: ":"), byte != UInt8(ascii: "{"),
                byte != UInt8(ascii: "[")
            else { return bytes.count }
            index += 1
        }
        return index > start ? index : bytes.count
    }

    /// Behind the opening quote to before the closing one; none with an escape.
    @inline(__always)
    private static func endOfString(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] >= 0x20, bytes[index] != UInt8(ascii: "\\") else { return bytes.count }
            index += 1
        }
        return index
    }

    /// From the opening bracket to behind the closing one; none with strings, arrays or objects in it.
    @inline(__always)
    private static func endOfArray(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else { return bytes.count }
        let index = ByteLanes.firstIndex(from: UInt8(ascii: "["), or: UInt8(ascii: "\""), in: bytes, from: start + 1)
        return index < bytes.count && bytes[index] == UInt8(ascii: "]") ? index + 1 : bytes.count
    }
}

/// How the JSON lines of a trace are written: at most a few ways, the one that was met last first.
struct JSONPatterns: Sendable {
    private var patterns: [JSONPattern] = []
    /// Lines that were written otherwise.
    private var others = 0
    private static let maximum = 4

    /// Learns from a line that was read with care; not from each, where all are written differently.
    mutating func learn(_ line: Span<UInt8>, _ fields: borrowing RowFields) {
        others += 1
        guard others.nonzeroBitCount == 1, let pattern = JSONPattern(line, fields) else { return }
        if patterns.count == Self.maximum { patterns.removeLast() }
        patterns.insert(pattern, at: 0)
    }

    /// The pattern of the line that begins at `start`; `nil` where there is none, or the line must be read with care.
    mutating func pattern(of bytes: Span<UInt8>, from start: Int, into row: inout PlainRow) -> JSONPattern? {
        for place in patterns.indices where patterns[place].read(bytes, from: start, into: &row) {
            if place > 0 { patterns.swapAt(0, place) }
            return patterns[0]
        }
        return nil
    }
}
