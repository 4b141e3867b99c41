/// Percent-encoding of URIs (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Undoes the encoding of a query component, where `+` is a space; malformed parts are kept as they are.
    static func decode(form text: ArraySlice<UInt8>) -> String {
        String(decoding: bytes(text, plusIsSpace: true) ?? Array(text), as: UTF8.self)
    }

    private static func bytes(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.endIndex, let high = ByteClass.hexValue(text[index + 1]),
                    let low = ByteClass.hexValue(text[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }
}
