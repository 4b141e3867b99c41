/// The boundary of a multipart body.
public struct MultipartBoundary: Hashable, Sendable {
    /// 1 to 70 characters (RFC 2046, section 5.1.1).
    let bytes: [UInt8]

    /// - Parameter contentType: of the request; its essence must be `multipart/form-data`.
    public init(contentType: String) throws(MultipartError) {
        guard let value = FormValue(Array(contentType.utf8)[...]), value.value == "multipart/form-data",
            let boundary = value["boundary"]
        else { throw .invalidBoundary }
        let bytes = Array(boundary.utf8)
        guard 1...70 ~= bytes.count, bytes.last != .space, bytes.allSatisfy(Self.isAllowed) else {
            throw .invalidBoundary
        }
        self.bytes = bytes
    }

    /// bchars.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), .space:
            true
        default: "'()+_,-./:=?".utf8.contains(byte)
        }
    }
}
