/// A coding of a message's content that this server knows (RFC 9110 section 8.4.1).
public enum ContentCoding: String, Sendable, CaseIterable {
    /// One or more gzip members (RFC 1952).
    case gzip
    /// The zlib format (RFC 1950). "deflate" without its zlib wrapper, which some clients send by mistake, is refused: a raw
    /// stream can look like a wrapped one, and guessing would give one body two meanings.
    case deflate

    /// What a 415 response lists as acceptable (RFC 9110 section 15.5.16).
    static let acceptEncoding = "gzip, deflate"

    /// What a request's `Content-Encoding` asks for.
    enum Requested: Sendable, Equatable {
        /// No coding: the content is as it is.
        case identity
        case coded(ContentCoding)
        /// An unknown coding, or several of them one upon the other. To be answered with 415.
        case unsupported

        /// The coding to be undone, if any.
        var known: ContentCoding? {
            if case .coded(let coding) = self { coding } else { nil }
        }
    }

    /// Reads the combined value of `Content-Encoding`, or nil where there is no such field.
    ///
    /// Names are compared without regard to case and `x-gzip` means `gzip` (section 8.4.1.3). Empty list elements are ignored (section
    /// 5.6.1.2), as is `identity`, which ought not to be there. Chains are refused: nobody sends them but attackers.
    static func requested(by field: String?) -> Requested {
        guard let field else { return .identity }
        var found: ContentCoding?
        for element in field.utf8.split(separator: UInt8(ascii: ",")) {
            let name = String(element.trimmingBlanks()) ?? ""
            guard !name.isEmpty, name.lowercased() != "identity" else { continue }
            guard found == nil, let coding = ContentCoding(name: name.lowercased()) else { return .unsupported }
            found = coding
        }
        return found.map { .coded($0) } ?? .identity
    }

    private init?(name: String) {
        switch name {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        default: return nil
        }
    }
}
