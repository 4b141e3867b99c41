/// Text as bytes: what is written to the wire and to the log, and what is read from fields.
extension [UInt8] {
    @inline(__always) mutating func append(utf8 text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a number in decimal digits, with zeros before it up to `digits`. Negative numbers become 0.
    mutating func append(decimal number: Int, digits: Int = 1) {
        append(decimal: number.magnitude, digits: digits, isNegative: number < 0)
    }

    /// Appends a number in decimal digits, without leading zeros.
    mutating func append(decimal number: UInt) {
        append(decimal: number, digits: 1, isNegative: false)
    }

    private mutating func append(decimal number: UInt, digits: Int, isNegative: Bool) {
        // From the last digit to the first, and then all at once. A UInt has at most 20.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var rest = isNegative ? 0 : number
            var start = buffer.count
            repeat {
                start -= 1
                buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            for _ in 0..<Swift.max(0, digits - (buffer.count - start)) { append(UInt8(ascii: "0")) }
            append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Appends the last so many hexadecimal digits of a number, at most 16, in lower case.
    mutating func append(hexadecimal number: UInt64, digits: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer in
            for index in 0..<16 { buffer[index] = ByteClass.hexDigit(number, 15 - index) }
            append(contentsOf: UnsafeBufferPointer(rebasing: buffer[(16 - Swift.min(digits, 16))...]))
        }
    }

    /// Appends a number that is not negative in hexadecimal digits, without leading zeros.
    mutating func append(hexadecimal number: Int) {
        let digits = Swift.max(1, (Int.bitWidth - number.leadingZeroBitCount + 3) / 4)
        append(hexadecimal: UInt64(truncatingIfNeeded: number), digits: digits)
    }
}

extension BidirectionalCollection<UInt8> {
    /// Without spaces and tabs (OWS, RFC 9110, section 5.6.3), or other bytes that count as blank, at both ends.
    func trimmingBlanks(_ isBlank: (UInt8) -> Bool = ByteClass.isBlank) -> SubSequence {
        var rest = self[...]
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}

extension Span<UInt8> {
    /// The part of `range` without spaces and tabs at both ends.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, ByteClass.isBlank(self[start]) { start += 1 }
        while end > start, ByteClass.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether these bytes are `lowercase` but for the case of ASCII letters.
    func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        guard count == lowercase.utf8CodeUnitCount else { return false }
        let expected = UnsafeBufferPointer(start: lowercase.utf8Start, count: lowercase.utf8CodeUnitCount)
        for index in 0..<count {
            var byte = self[index]
            if byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") { byte |= 0x20 }
            if byte != expected[index] { return false }
        }
        return true
    }
}
