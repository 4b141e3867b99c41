/// A request's place in a trace that its caller keeps: the `traceparent` field of W3C Trace Context (2021, section 3.2).
struct TraceParent: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits, not all zero.
    let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero: the caller's span.
    let parentID: String
    /// Whether the caller records this trace (section 3.2.2.5).
    let isSampled: Bool

    /// Reads the field as strictly as section 3.2 has it; anything else is as if there were no field.
    ///
    /// Version `ff` is invalid, version `00` has exactly four parts, and of a later version the first four are read
    /// and others may follow behind a hyphen (section 4.3).
    init?(_ field: String?) {
        guard let field else { return nil }
        let bytes = Array(field.utf8)
        guard bytes.count >= 55, bytes.count <= 512,
            [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            [0..<2, 3..<35, 36..<52, 53..<55].allSatisfy({ bytes[$0].allSatisfy(Self.isDigit) }),
            bytes[3..<35].contains(where: { $0 != UInt8(ascii: "0") }),
            bytes[36..<52].contains(where: { $0 != UInt8(ascii: "0") }),
            let flags = ByteClass.hexValue(bytes[54])
        else { return nil }
        switch (bytes[0], bytes[1]) {
        case (UInt8(ascii: "f"), UInt8(ascii: "f")): return nil
        case (UInt8(ascii: "0"), UInt8(ascii: "0")): guard bytes.count == 55 else { return nil }
        default: guard bytes.count == 55 || bytes[55] == UInt8(ascii: "-") else { return nil }
        }
        traceID = String(decoding: bytes[3..<35], as: UTF8.self)
        parentID = String(decoding: bytes[36..<52], as: UTF8.self)
        isSampled = flags & 1 == 1
    }

    /// Upper-case digits are not allowed (section 3.2.1).
    private static func isDigit(_ byte: UInt8) -> Bool {
        ByteClass.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
