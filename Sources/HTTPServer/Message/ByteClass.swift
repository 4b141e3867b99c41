/// Classes of bytes from the grammars of RFC 9110, 9112 and 3986, as one table of bit sets.
enum ByteClass {
    private static let token: UInt8 = 1
    private static let value: UInt8 = 2
    private static let target: UInt8 = 4
    private static let regName: UInt8 = 8
    private static let identifier: UInt8 = 16
    private static let hex: UInt8 = 32

    /// tchar (RFC 9110, section 5.6.2).
    @inline(__always) static func isToken(_ byte: UInt8) -> Bool { table[Int(byte)] & token != 0 }
    /// field-vchar, SP and HTAB (RFC 9110, section 5.5): everything but the other control characters.
    @inline(__always) static func isFieldValue(_ byte: UInt8) -> Bool { table[Int(byte)] & value != 0 }
    /// pchar, `/` and `?`, without looking behind `%` (RFC 3986, section 3.3).
    @inline(__always) static func isTarget(_ byte: UInt8) -> Bool { table[Int(byte)] & target != 0 }
    /// unreserved, sub-delims and `%` (RFC 3986, section 3.2.2).
    @inline(__always) static func isRegName(_ byte: UInt8) -> Bool { table[Int(byte)] & regName != 0 }
    @inline(__always) static func isIdentifier(_ byte: UInt8) -> Bool { table[Int(byte)] & identifier != 0 }
    @inline(__always) static func isHex(_ byte: UInt8) -> Bool { table[Int(byte)] & hex != 0 }
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The value of a hexadecimal digit.
    @inline(__always) static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static let table: [UInt8] = (0...255).map { (byte: Int) in
        let byte = UInt8(byte)
        let alphanumeric: Bool
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            alphanumeric = true
        default: alphanumeric = false
        }
        var bits: UInt8 = 0
        if alphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(byte) { bits |= token }
        if byte == 0x09 || (byte >= 0x20 && byte != 0x7F) { bits |= value }
        if alphanumeric || "-._~!$&'()*+,;=%:@/?".utf8.contains(byte) { bits |= target }
        if alphanumeric || "-._~!$&'()*+,;=%".utf8.contains(byte) { bits |= regName }
        if alphanumeric || "-._~+/=:@".utf8.contains(byte) { bits |= identifier }
        if hexValue(byte) != nil { bits |= hex }
        return bits
    }
}
