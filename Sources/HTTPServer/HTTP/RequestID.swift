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
            for index in 0..<16 { buffer[index] = ByteClass.hexDigit(id, 15 - index) }
            return 16
        }
    }

    /// Appends the identifier of a request, the caller's or the server's.
    static func append(_ head: HeadStorage, to out: inout [UInt8]) {
        if head.callerID.isEmpty {
            out.append(hexadecimal: head.generatedID, digits: 16)
        } else {
            out.append(contentsOf: head.bytes[head.callerID.range])
        }
    }
}
