/// What the header section of a part of a form says of it (RFC 7578, section 4).
public struct MultipartPart: Hashable, Sendable {
    /// The name of the form's field; not empty.
    public let name: String
    /// The name of a file, where one is sent; never a path to be followed.
    public let filename: String?
    /// The value of `Content-Type`, where there is one.
    public let contentType: String?

    public init(name: String, filename: String? = nil, contentType: String? = nil) {
        self.name = name
        self.filename = filename
        self.contentType = contentType
    }

    /// - Parameter header: field lines, each with its CRLF; may be empty.
    init(header: ArraySlice<UInt8>) throws(MultipartError) {
        var disposition: FormValue?
        var type: String?
        var rest = header
        while let end = rest.firstIndex(of: .lineFeed) {
            let line = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            guard line.last == .carriageReturn else { throw .invalidHeader }
            let (name, value) = try Self.field(line.dropLast())
            switch name {
            case "content-disposition":
                guard disposition == nil, let read = FormValue(value), read.value == "form-data" else {
                    throw .invalidDisposition
                }
                disposition = read
            case "content-type":
                guard type == nil else { throw .invalidHeader }
                type = String(decoding: value, as: UTF8.self)
            case "content-transfer-encoding":
                let coding = String(decoding: value, as: UTF8.self).lowercased()
                guard ["7bit", "8bit", "binary"].contains(coding) else { throw .transferEncoding }
            default: break
            }
        }
        guard rest.isEmpty else { throw .invalidHeader }
        guard let name = disposition?["name"], !name.isEmpty else { throw .invalidDisposition }
        self.init(name: name, filename: disposition?["filename"], contentType: type)
    }

    /// A field line without its line end: the name in lower case, and the value without what surrounds it.
    private static func field(
        _ line: ArraySlice<UInt8>
    ) throws(MultipartError) -> (name: String, value: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy({ ByteClass.token.contains($0) }),
            line[colon...].allSatisfy({ ByteClass.isFieldValue($0) })
        else { throw .invalidHeader }
        var value = line[(colon + 1)...]
        while let first = value.first, ByteClass.isBlank(first) { value.removeFirst() }
        while let last = value.last, ByteClass.isBlank(last) { value.removeLast() }
        return (String(decoding: line[..<colon], as: UTF8.self).lowercased(), value)
    }
}
