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
        var stream = ByteStream(bytes: bytes)
        bytes = []
        value.write(to: &stream)
        bytes = stream.bytes
        let count = bytes.count
        if count > 2, bytes[count - 1] == 0x30, bytes[count - 2] == UInt8(ascii: ".") { bytes.removeLast(2) }
    }

    /// Takes the text of a number without a string in between, which would be on the heap from 16 digits on.
    private struct ByteStream: TextOutputStream {
        var bytes: [UInt8]

        mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

        /// The standard library gives numbers in this form to streams that take it; else they come to `write(_:)`.
        mutating func _writeASCII(_ text: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: text) }
    }

    mutating func writeString(_ text: String) {
        var text = text
        text.withUTF8 { writeString($0) }
    }

    /// Escapes what RFC 8259, section 7, says must be escaped, and nothing else.
    mutating func writeString(_ utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var clean = 0
        var next = Self.escape(in: utf8, from: 0)
        while next < utf8.count {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean..<next]))
            writeEscape(utf8[next])
            clean = next + 1
            next = Self.escape(in: utf8, from: clean)
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean...]))
        bytes.append(UInt8(ascii: "\""))
    }

    /// The first byte from `start` on that must be escaped, or the end. Eight bytes are looked at in one step.
    private static func escape(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let raw = UnsafeRawBufferPointer(utf8)
        var index = start
        while index + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            // The high bit of a byte that is below 0x20, or that is 0 after the exclusive or.
            let low = (word &- ones &* 0x20) & ~word
            let equal = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            if (low | equal) & (ones &* 0x80) != 0 { break }
            index += 8
        }
        while index < raw.count, !mustBeEscaped(raw[index]) { index += 1 }
        return index
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
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
