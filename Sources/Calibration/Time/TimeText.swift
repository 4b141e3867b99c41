/// A moment as it stands in a trace.
enum TimeText: Equatable {
    /// mantissa · 10^exponent, in a unit that the text does not say.
    case number(mantissa: Int, exponent: Int)
    /// Microseconds since 1970-01-01 00:00 UTC; without a zone in the text, UTC is meant.
    case date(microseconds: Int)

    /// Reads a decimal number, or a date with a time (ISO 8601 and RFC 3339, also with a blank for the `T`, slashes for hyphens, a
    /// comma for the point, or without a zone).
    ///
    /// - Returns: `nil` for any other text.
    init?(_ text: Span<UInt8>) {
        guard var cursor = Cursor(text) else { return nil }
        if let date = Self.date(cursor) {
            self = .date(microseconds: date)
        } else if let (mantissa, exponent) = Self.number(&cursor) {
            self = .number(mantissa: mantissa, exponent: exponent)
        } else {
            return nil
        }
    }

    /// Microseconds, rounded down, of a number in `unit`.
    ///
    /// - Returns: `nil` beyond ±9e15 µs, which is 285 years: JSON holds whole numbers exactly to there.
    static func microseconds(mantissa: Int, exponent: Int, in unit: TimeUnit) -> Int? {
        var value = mantissa
        var shift = exponent + unit.microsecondsExponent
        while shift > 0, value != 0 {
            guard abs(value) <= limit / 10 else { return nil }
            value *= 10
            shift -= 1
        }
        while shift < 0, value != 0, value != -1 {
            value = value >= 0 ? value / 10 : (value - 9) / 10
            shift += 1
        }
        return abs(value) <= limit ? value : nil
    }

    /// The most microseconds either way.
    static let limit = 9_000_000_000_000_000

    /// sign? digits (. digits)? (e sign? digits)?, to the end; digits beyond eighteen are dropped.
    private static func number(_ cursor: inout Cursor) -> (mantissa: Int, exponent: Int)? {
        let isNegative = cursor.take("-")
        if !isNegative { _ = cursor.take("+") }
        var digits = 0
        var mantissa = 0
        var exponent = 0
        var hasPoint = false
        while let byte = cursor.next {
            if byte &- 0x30 < 10 {
                digits += 1
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa * 10 + Int(byte &- 0x30)
                    if hasPoint { exponent -= 1 }
                } else if !hasPoint {
                    exponent += 1
                }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            cursor.index += 1
        }
        guard digits > 0, exponent < 1000 else { return nil }
        if cursor.take("e") || cursor.take("E") {
            let falls = cursor.take("-")
            if !falls { _ = cursor.take("+") }
            guard let power = cursor.digits(1...3) else { return nil }
            exponent += falls ? -power : power
        }
        cursor.skipBlanks()
        guard cursor.next == nil else { return nil }
        return (isNegative ? -mantissa : mantissa, exponent)
    }

    private static func date(_ start: Cursor) -> Int? {
        var cursor = start
        guard let year = cursor.digits(4...4), cursor.take("-") || cursor.take("/"), let month = cursor.digits(2...2),
            cursor.take("-") || cursor.take("/"), let day = cursor.digits(2...2), 1...12 ~= month, 1...31 ~= day
        else { return nil }
        let midnight = days(year, month, day) * 86_400_000_000
        guard cursor.next != nil else { return midnight }
        guard cursor.take("T") || cursor.take("t") || cursor.take(" "), let hour = cursor.digits(2...2),
            cursor.take(":"), let minute = cursor.digits(2...2), 0...24 ~= hour, 0...59 ~= minute
        else { return nil }
        var seconds = 0
        var fraction = 0
        if cursor.take(":") {
            guard let read = cursor.digits(2...2), 0...60 ~= read else { return nil }
            seconds = read
            if cursor.take(".") || cursor.take(",") {
                var place = 100_000
                var digits = 0
                while let byte = cursor.next, byte &- 0x30 < 10 {
                    fraction += place * Int(byte &- 0x30)
                    place /= 10
                    digits += 1
                    cursor.index += 1
                }
                guard digits > 0 else { return nil }
            }
        }
        guard let offset = zone(&cursor) else { return nil }
        return midnight + ((hour * 60 + minute - offset) * 60 + seconds) * 1_000_000 + fraction
    }

    /// Minutes east of Greenwich of what stands behind a time, to the end of the text: 0 where nothing does.
    private static func zone(_ cursor: inout Cursor) -> Int? {
        cursor.skipBlanks()
        var offset = 0
        if cursor.take("Z") || cursor.take("z") {
        } else if cursor.next == UInt8(ascii: "+") || cursor.next == UInt8(ascii: "-") {
            let isWest = cursor.take("-")
            if !isWest { cursor.index += 1 }
            guard let hours = cursor.digits(2...2), hours <= 15 else { return nil }
            _ = cursor.take(":")
            var minutes = 0
            if let byte = cursor.next, byte &- 0x30 < 10 {
                guard let read = cursor.digits(2...2), read < 60 else { return nil }
                minutes = read
            }
            offset = (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
        cursor.skipBlanks()
        // As databases print it: `+0000 UTC`.
        if cursor.take("U") || cursor.take("G") {
            guard cursor.take("T") && cursor.take("C") || cursor.take("M") && cursor.take("T") else { return nil }
            cursor.skipBlanks()
        }
        return cursor.next == nil ? offset : nil
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, chrono-compatible low-level date algorithms).
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// A place in a short text.
    private struct Cursor {
        private var bytes = InlineArray<48, UInt8>(repeating: 0)
        private let count: Int
        var index = 0

        /// `nil` for a text longer than any time, blanks around it left out.
        init?(_ text: Span<UInt8>) {
            var start = 0
            var end = text.count
            while start < end, Self.isBlank(text[start]) { start += 1 }
            while end > start, Self.isBlank(text[end - 1]) { end -= 1 }
            guard end - start <= 48 else { return nil }
            count = end - start
            for place in start..<end { bytes[place - start] = text[place] }
        }

        /// The byte at the place; `nil` at the end.
        var next: UInt8? { index < count ? bytes[index] : nil }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func skipBlanks() {
            while let byte = next, Self.isBlank(byte) { index += 1 }
        }

        /// So many digits as a number; `nil` for fewer than the range allows.
        mutating func digits(_ range: ClosedRange<Int>) -> Int? {
            var value = 0
            var taken = 0
            while taken < range.upperBound, let byte = next, byte &- 0x30 < 10 {
                value = value * 10 + Int(byte &- 0x30)
                taken += 1
                index += 1
            }
            return taken >= range.lowerBound ? value : nil
        }

        private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    }
}
