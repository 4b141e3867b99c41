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

    /// Appends the identifier of a request, the caller's or the server's.
    static func append(_ head: HeadStorage, to out: inout [UInt8]) {
        if head.callerID.isEmpty {
            append(head.generatedID, to: &out)
        } else {
            out.append(contentsOf: head.bytes[head.callerID.range])
        }
    }

    static func append(_ id: UInt64, to out: inout [UInt8]) {
        for index in 0..<16 { out.append(digit(id, index)) }
    }

    /// The hexadecimal digit at `index`, counted from the most significant.
    static func digit(_ id: UInt64, _ index: Int) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: id >> UInt64((15 - index) * 4)) & 15
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
