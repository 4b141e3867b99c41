/// Identifiers of requests: the caller's where it is sane, else 16 hexadecimal digits.
enum RequestID {
    /// Longest identifier that is taken from a caller, in bytes.
    static let maximumLength = 128

    /// Whether a caller's identifier may be repeated in headers and logs: 1 to 128 letters, digits or `-._~+/=:@`.
    static func isSane(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 1, bytes.count <= maximumLength else { return false }
        for index in 0..<bytes.count where !ByteClass.identifier.contains(bytes[index]) { return false }
        return true
    }

    static func string(_ id: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 { buffer[index] = digit(id, index) }
            return 16
        }
    }

    /// The hexadecimal digit at `index`, counted from the most significant.
    static func digit(_ id: UInt64, _ index: Int) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: id >> UInt64((15 - index) * 4)) & 15
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
