/// Fields that the server itself reads, recognised once while the field line is parsed.
enum KnownField: UInt8, Sendable {
    case other
    case host
    case contentLength
    case transferEncoding
    case connection
    case expect
    case requestID

    /// The field with this name, compared without regard to case (RFC 9110, section 5.1).
    init(_ name: Span<UInt8>) {
        switch name.count {
        case 4: self = name.equalsIgnoringCase("host") ? .host : .other
        case 6: self = name.equalsIgnoringCase("expect") ? .expect : .other
        case 10: self = name.equalsIgnoringCase("connection") ? .connection : .other
        case 12: self = name.equalsIgnoringCase("x-request-id") ? .requestID : .other
        case 14: self = name.equalsIgnoringCase("content-length") ? .contentLength : .other
        case 17: self = name.equalsIgnoringCase("transfer-encoding") ? .transferEncoding : .other
        default: self = .other
        }
    }
}

extension Span<UInt8> {
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
