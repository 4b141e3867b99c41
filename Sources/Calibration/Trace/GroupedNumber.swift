/// Whole numbers as people write them: `1,396`, `1 396`, `1'396`, `1.396.000`, `1.396,00`.
enum GroupedNumber {
    /// Reads digits in groups of three, or a decimal comma with zeros behind it.
    ///
    /// - Returns: `nil` for what is no such number. A single group behind a point (`1.396`) is not looked at here: it may be a decimal
    ///   number (see ``PointEvidence``).
    static func length(_ text: Span<UInt8>) -> ParsedLength? {
        guard text.count <= 32, text.count > 0, isDigit(text[0]) else { return nil }
        var index = 0
        var value = 0
        readDigits(text, &index, &value)
        var separator: (byte: UInt8, width: Int)?
        if index <= 3 {
            while let (byte, width) = Self.separator(text, at: index), separator.map({ $0.byte == byte }) ?? true,
                digitsFollow(text, index + width)
            {
                separator = (byte, width)
                index += width
                readDigits(text, &index, &value)
            }
        }
        guard index < text.count else {
            guard separator != nil else { return nil }
            return value <= ParsedLength.maximum ? .tokens(value) : .unusable(.tooLarge)
        }
        // Decimals: behind a comma, or behind a point where something else groups.
        let mark = text[index]
        guard mark == UInt8(ascii: ",") || (mark == UInt8(ascii: ".") && separator != nil), mark != separator?.byte
        else {
            return nil
        }
        index += 1
        var isWhole = true
        let start = index
        while index < text.count, isDigit(text[index]) {
            if text[index] != 0x30 { isWhole = false }
            index += 1
        }
        guard index == text.count, index > start else { return nil }
        guard isWhole else { return .unusable(.fractional) }
        return value <= ParsedLength.maximum ? .tokens(value) : .unusable(.tooLarge)
    }

    private static func readDigits(_ text: Span<UInt8>, _ index: inout Int, _ value: inout Int) {
        while index < text.count, isDigit(text[index]) {
            value = min(ParsedLength.maximum + 1, value * 10 + Int(text[index] - 0x30))
            index += 1
        }
    }

    /// Three digits from `index` on, and no fourth.
    private static func digitsFollow(_ text: Span<UInt8>, _ index: Int) -> Bool {
        guard index + 3 <= text.count else { return false }
        for place in index..<(index + 3) where !isDigit(text[place]) { return false }
        return index + 3 == text.count || !isDigit(text[index + 3])
    }

    /// A comma, a point, an apostrophe, an underscore, or a space that does not break (U+00A0, U+202F).
    private static func separator(_ text: Span<UInt8>, at index: Int) -> (byte: UInt8, width: Int)? {
        guard index < text.count else { return nil }
        switch text[index] {
        case UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "'"), UInt8(ascii: "_"), 0x20: return (text[index], 1)
        case 0xC2 where index + 1 < text.count && text[index + 1] == 0xA0: return (0xC2, 2)
        case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] == 0xAF: return (0xE2, 3)
        default: return nil
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

/// Whether the point of a column's numbers separates decimals or thousands.
///
/// `1.000` is one where decimals are written, and a thousand where groups are. A program that writes three decimals writes them in
/// every row, so plain numbers in the same column speak for groups; decimals of another length, or four digits before the point, for
/// decimals.
struct PointEvidence: Hashable, Sendable {
    /// Values of one to three digits, a point, and three digits.
    private(set) var doubtful = 0
    /// The first of them: its line and its text.
    private(set) var first: (line: Int, text: String)?
    /// Values that can only have decimals.
    private(set) var decimals = 0

    /// Looks at a length of a row.
    mutating func add(_ text: Span<UInt8>, line: Int) {
        var point: Int?
        for index in text.indices {
            if text[index] == UInt8(ascii: ".") {
                guard point == nil else { return }
                point = index
            } else if !GroupedNumber.isDigit(text[index]) {
                return
            }
        }
        guard let point else { return }
        guard 1...3 ~= point, text.count - point == 4, text[0] != 0x30 else {
            decimals += 1
            return
        }
        doubtful += 1
        if first == nil {
            first = (line, String(decoding: text.indices.map { text[$0] }, as: UTF8.self))
        }
    }

    /// Whether lengths may have been read a thousand times too small, among so many values of the column.
    func isAmbiguous(among values: Int) -> Bool { doubtful > 0 && decimals == 0 && values > doubtful }

    static func == (a: PointEvidence, b: PointEvidence) -> Bool {
        a.doubtful == b.doubtful && a.decimals == b.decimals && a.first?.line == b.first?.line
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(doubtful)
        hasher.combine(decimals)
    }
}
