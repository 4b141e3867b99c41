/// A request's place in a trace that its caller keeps: the `traceparent` field of W3C Trace Context (2021, section 3.2).
struct TraceParent: Sendable {
    /// The two halves of a number that is not zero.
    let traceID: (high: UInt64, low: UInt64)
    /// The caller's span; not zero.
    let parentID: UInt64
    /// Whether the caller records this trace (section 3.2.2.5).
    let isSampled: Bool

    /// Reads the field as strictly as section 3.2 has it; anything else is as if there were no field.
    ///
    /// Version `ff` is invalid, version `00` has exactly four parts, and of a later version the first four are read
    /// and others may follow behind a hyphen (section 4.3).
    init?(_ field: Span<UInt8>) {
        guard field.count >= 55, field.count <= 512,
            field[2] == UInt8(ascii: "-"), field[35] == UInt8(ascii: "-"), field[52] == UInt8(ascii: "-"),
            let version = Self.number(field, 0..<2), version != 0xFF,
            let high = Self.number(field, 3..<19), let low = Self.number(field, 19..<35), high | low != 0,
            let parent = Self.number(field, 36..<52), parent != 0,
            let flags = Self.number(field, 53..<55)
        else { return nil }
        guard field.count == 55 || version != 0 && field[55] == UInt8(ascii: "-") else { return nil }
        traceID = (high, low)
        parentID = parent
        isSampled = flags & 1 == 1
    }

    /// At most 16 hexadecimal digits; upper-case ones are not allowed (section 3.2.1).
    private static func number(_ field: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var result: UInt64 = 0
        for index in range {
            let byte = field[index]
            guard byte > UInt8(ascii: "F") || ByteClass.isDigit(byte), let value = ByteClass.hexValue(byte) else {
                return nil
            }
            result = result << 4 | UInt64(value)
        }
        return result
    }
}

extension HeadStorage {
    /// The caller's trace, where there is one such field and it is sound.
    var traceParent: TraceParent? {
        guard let field = onlyValue(of: "traceparent") else { return nil }
        let bytes = bytes
        return TraceParent(bytes.span.extracting(field.range))
    }
}
