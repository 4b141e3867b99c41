extension JSONParser {
    /// Reads a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` (RFC 8259, section 6).
    ///
    /// A decimal of at most 19 digits whose digits fit in 2⁵³ and whose power of ten is within ±22 is one exact
    /// multiplication or division (Clinger, *How to read floating point numbers accurately*, 1990); anything else goes to
    /// the standard library, which rounds correctly too and knows no locale.
    mutating func number() throws(Stop) {
        let start = position
        var i = position
        let negative = text[i] == UInt8(ascii: "-")
        if negative { i += 1 }
        guard i < end else { throw Stop(reason: .truncated, offset: end) }

        var digits: UInt64 = 0
        var count = 0
        var exponent = 0
        let first = text[i]
        guard isDigit(first) else { throw Stop(reason: .number("no digit behind the minus sign"), offset: start) }
        if first == UInt8(ascii: "0") {
            i += 1
            if i < end, isDigit(text[i]) { throw Stop(reason: .number("a leading zero"), offset: start) }
        } else {
            while i < end, isDigit(text[i]) {
                digits = digits &* 10 &+ UInt64(text[i] &- 0x30)
                count += 1
                i += 1
            }
        }
        var isInteger = true
        if i < end, text[i] == UInt8(ascii: ".") {
            isInteger = false
            i += 1
            let fraction = i
            while i < end, isDigit(text[i]) {
                digits = digits &* 10 &+ UInt64(text[i] &- 0x30)
                if digits != 0 { count += 1 }
                i += 1
            }
            try requireDigits(from: fraction, to: i, start, "no digit behind the point")
            exponent = fraction - i
        }
        if i < end, text[i] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            i += 1
            var down = false
            if i < end, text[i] == UInt8(ascii: "+") || text[i] == UInt8(ascii: "-") {
                down = text[i] == UInt8(ascii: "-")
                i += 1
            }
            let power = i
            var value = 0
            while i < end, isDigit(text[i]) {
                // Saturates far beyond the range of a double.
                if value < 1_000_000 { value = value * 10 + Int(text[i] &- 0x30) }
                i += 1
            }
            try requireDigits(from: power, to: i, start, "no digit in the exponent")
            exponent += down ? -value : value
        }
        guard i - start <= limits.numberLength else {
            throw Stop(reason: .numberTooLong(limit: limits.numberLength), offset: start)
        }
        position = i

        var value: Double
        // Up to 19 digits cannot have overflowed 64 bits.
        let fits = count <= 19 && digits <= 1 << 53
        if fits, exponent == 0 {
            value = Double(digits)
        } else if fits, exponent < 0, exponent >= -22 {
            value = Double(digits) / JSONParser.powersOfTen[-exponent]
        } else if fits, exponent > 0, exponent <= 22 {
            value = Double(digits) * JSONParser.powersOfTen[exponent]
        } else {
            value = slowNumber(from: negative ? start + 1 : start, to: i)
        }
        guard value.isFinite else { throw Stop(reason: .numberOutOfRange, offset: start) }
        if negative { value = -value }
        append(.number, value.bitPattern, isInteger && !(fits && digits < 1 << 53) ? .inexactInteger : [])
    }

    private func slowNumber(from start: Int, to stop: Int) -> Double {
        let digits = String(decoding: UnsafeBufferPointer(rebasing: text[start..<stop]), as: UTF8.self)
        return Double(digits) ?? .infinity
    }

    private func requireDigits(from: Int, to: Int, _ start: Int, _ why: String) throws(Stop) {
        if to > from { return }
        if to >= end { throw Stop(reason: .truncated, offset: end) }
        throw Stop(reason: .number(why), offset: start)
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// 10⁰ … 10²², the powers of ten that a double holds exactly.
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}
