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
