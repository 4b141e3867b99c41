/// Classes of bytes from the grammars of RFC 9110, 9112 and 3986.
///
/// Each class of ASCII bytes is two 64-bit masks that the compiler folds into constants: no table in memory, no bounds
/// to check.
struct ByteClass {
    private let low: UInt64
    private let high: UInt64

    /// The letters, the digits and the bytes of `others`.
    private init(alphanumericAnd others: StaticString) {
        var low: UInt64 = 0x03FF_0000_0000_0000
        var high: UInt64 = 0x07FF_FFFE_07FF_FFFE
        for index in 0..<others.utf8CodeUnitCount {
            let byte = UInt64(others.utf8Start[index])
            if byte < 64 { low |= 1 << byte } else { high |= 1 << (byte & 63) }
        }
        self.low = low
        self.high = high
    }

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        let mask = byte < 64 ? low : high
        return byte < 128 && (mask &>> UInt64(byte & 63)) & 1 != 0
    }

    /// tchar (RFC 9110, section 5.6.2).
    static let token = ByteClass(alphanumericAnd: "!#$%&'*+-.^_`|~")
    /// pchar, `/` and `?`, not looking behind `%`, and the brackets of an IPv6 address (RFC 3986, section 3.3).
    static let target = ByteClass(alphanumericAnd: "-._~!$&'()*+,;=%:@/?[]")
    /// unreserved, sub-delims and `%` (RFC 3986, section 3.2.2).
    static let regName = ByteClass(alphanumericAnd: "-._~!$&'()*+,;=%")
    /// What an identifier taken from a caller may consist of.
    static let identifier = ByteClass(alphanumericAnd: "-._~+/=:@")

    /// field-vchar, SP and HTAB (RFC 9110, section 5.5): everything but the other control characters.
    @inline(__always) static func isFieldValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// SP or HTAB, of which OWS and BWS consist (RFC 9110, section 5.6.3).
    @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The value of a hexadecimal digit.
    @inline(__always) static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The hexadecimal digit of `number` at `index`, counted from the least significant, in lower case.
    @inline(__always) static func hexDigit(_ number: UInt64, _ index: Int) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: number >> UInt64(index * 4)) & 15
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension UInt8 {
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A
    static let space: UInt8 = 0x20
}
