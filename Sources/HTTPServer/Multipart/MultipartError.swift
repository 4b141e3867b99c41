/// Why a body is no `multipart/form-data`, or none that is taken.
public enum MultipartError: Error, Hashable, Sendable {
    /// The media type has no boundary, or one that RFC 2046 does not allow.
    case invalidBoundary
    /// A line begins as a delimiter does and goes on.
    case invalidDelimiter
    /// The body ends before its closing delimiter.
    case truncated
    case tooManyParts
    case headerTooLong
    /// A header section is no list of fields.
    case invalidHeader
    /// A part has no `Content-Disposition: form-data` with a name, or several.
    case invalidDisposition
    /// A part has a `Content-Transfer-Encoding`, which RFC 7578 does not know.
    case transferEncoding
}

extension MultipartError: CustomStringConvertible {
    /// A sentence.
    public var description: String {
        switch self {
        case .invalidBoundary:
            "The media type multipart/form-data needs a boundary of 1 to 70 characters that RFC 2046 allows."
        case .invalidDelimiter: "A line of the form begins as a delimiter does, and goes on with something else."
        case .truncated: "The form ends before its closing delimiter."
        case .tooManyParts: "The form has more than \(MultipartParser.maximumParts) parts."
        case .headerTooLong:
            "The header section of a part of the form is longer than \(MultipartParser.maximumHeader) bytes."
        case .invalidHeader: "The header section of a part of the form is malformed."
        case .invalidDisposition:
            "Each part of the form needs one field Content-Disposition: form-data with one name."
        case .transferEncoding: "Parts of a form must be sent as they are, without Content-Transfer-Encoding."
        }
    }
}
