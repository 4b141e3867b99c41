/// One length as it stands in a row: a number of tokens, or why it is none.
enum ParsedLength: Equatable {
    case tokens(Int)
    case unusable(SkippedRows.Reason)

    /// The longest length, tokens.
    static let maximum = 1_000_000_000

    /// Reads a number in text, with blanks around it. `374`, `374.0` and `3.74e2` are the same.
    init(_ text: Span<UInt8>) {
        var start = 0
        var end = text.count
        while start < end, Self.isBlank(text[start]) { start += 1 }
        while end > start, Self.isBlank(text[end - 1]) { end -= 1 }
        guard start < end else {
            self = .unusable(.missing)
            return
        }
        // Digits alone, up to ten of them.
        if end - start <= 10 {
            var value = 0
            var index = start
            while index < end {
                let digit = text[index] &- 0x30
                guard digit < 10 else { break }
                value = value * 10 + Int(digit)
                index += 1
            }
            if index == end {
                self = value <= Self.maximum ? .tokens(value) : .unusable(.tooLarge)
                return
            }
        }
        let number = text.extracting(start..<end)
        self = Self.general(number)
        if self == .unusable(.notANumber), let grouped = GroupedNumber.length(number) { self = grouped }
    }

    /// sign? digits (. digits)? (e sign? digits)?, or the words that stand for nothing.
    private static func general(_ text: Span<UInt8>) -> ParsedLength {
        if isWord(text, "null") || isWord(text, "none") || isWord(text, "na") { return .unusable(.missing) }
        var index = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }
        var digits = 0
        var mantissa = 0
        // Power of ten of the last digit kept in the mantissa, and of digits that were too many for it.
        var scale = 0
        var dropped = false
        var point = false
        scan: while index < text.count {
            switch text[index] {
            case let byte where byte &- 0x30 < 10:
                digits += 1
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa * 10 + Int(byte &- 0x30)
                    if point { scale -= 1 }
                } else {
                    if byte != 0x30 { dropped = true }
                    if !point { scale += 1 }
                }
            case UInt8(ascii: ".") where !point: point = true
            default: break scan
            }
            index += 1
        }
        guard digits > 0 else { return .unusable(.notANumber) }
        if index < text.count {
            guard text[index] | 0x20 == UInt8(ascii: "e"), let exponent = exponent(text, from: index + 1) else {
                return .unusable(.notANumber)
            }
            scale += exponent
        }
        if mantissa == 0 && !dropped { return .tokens(0) }
        if isNegative { return .unusable(.negative) }
        while scale < 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale += 1
        }
        if scale < 0 {
            // Not whole: say so, unless it is too large anyway.
            return .unusable(.fractional)
        }
        while scale > 0, mantissa <= maximum {
            mantissa *= 10
            scale -= 1
        }
        if mantissa > maximum { return .unusable(.tooLarge) }
        return dropped ? .unusable(.fractional) : .tokens(mantissa)
    }

    private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = min(1000, value * 10 + Int(digit))
            index += 1
        }
        return isNegative ? -value : value
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func isWord(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for index in text.indices where text[index] | 0x20 != letters[index] { return false }
            return true
        }
    }
}

/// A length that was read by someone else as a number.
public struct ParsedRequestLength: Hashable, Sendable {
    private let value: Double

    public init(_ value: Double) { self.value = value }

    var parsed: ParsedLength {
        if !value.isFinite { return .unusable(.notANumber) }
        if value < 0 { return .unusable(.negative) }
        if value > Double(ParsedLength.maximum) { return .unusable(.tooLarge) }
        if value != value.rounded(.down) { return .unusable(.fractional) }
        return .tokens(Int(value))
    }
}
