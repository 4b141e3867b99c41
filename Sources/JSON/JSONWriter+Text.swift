/// How numbers and strings are spelt.
extension JSONWriter {
    mutating func writeInteger(_ value: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        writeMagnitude(UInt64(value.magnitude))
    }

    private mutating func writeMagnitude(_ value: UInt64) {
        if value < 10 {
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value
            var start = 20
            while rest > 0 {
                start -= 1
                // 20 digits hold any 64-bit number, so that `start` stays at 0 or above.
                digits.initializeElement(at: start, to: 0x30 &+ UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// The shortest text that reads back as the same double; whole numbers below 2⁵³ as integers, −0 as 0.
    mutating func writeDouble(_ value: Double) {
        if value.rounded(.towardZero) == value, abs(value) < 9_007_199_254_740_992 {
            writeInteger(Int(value))
            return
        }
        // The standard library's text is the shortest (Steele and White, by Errol and SwiftDtoa); it has the forms
        // 0.1, 1e-05 and 1.5e+300, all of them JSON, and for 2⁵³ and above also 9007199254740992.0.
        var text = value.description
        text.withUTF8 { digits in
            let hasEmptyFraction =
                digits.count > 2 && digits[digits.count - 1] == 0x30 && digits[digits.count - 2] == UInt8(ascii: ".")
            bytes.append(contentsOf: hasEmptyFraction ? digits[..<(digits.count - 2)] : digits[...])
        }
    }

    mutating func writeString(_ text: String) {
        var text = text
        text.withUTF8 { writeString($0) }
    }

    /// Escapes what RFC 8259, section 7, says must be escaped, and nothing else.
    mutating func writeString(_ utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var clean = 0
        for (i, byte) in utf8.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        {
            bytes.append(contentsOf: utf8[clean..<i])
            clean = i + 1
            writeEscape(byte)
        }
        bytes.append(contentsOf: utf8[clean...])
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0..<0x20:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(0x30 + byte >> 4)
            bytes.append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x61 - 10 + byte & 15)
        default: bytes.append(byte)
        }
    }
}
