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

/// What codings a client accepts for the response (RFC 9110 section 12.5.3), reduced to the two that this server offers.
struct AcceptEncoding: Sendable, Equatable {
    /// The weight of gzip, in thousandths; 0 is "not acceptable".
    let gzip: Int
    /// The weight of no coding.
    let identity: Int

    /// Reads the combined value of `Accept-Encoding`, or nil where there is no such field.
    ///
    /// - No field: the client has no preference, and gets no coding, since clients that know gzip say so.
    /// - An empty field: no coding is wanted.
    /// - `*` stands for every coding that is not named; `identity` is acceptable unless `identity;q=0` or `*;q=0` says
    ///   otherwise. Malformed elements are ignored. Of an element given twice the lower weight counts.
    init(_ field: String?) {
        var gzip: Int?
        var identity: Int?
        var others: Int?
        for element in (field ?? "").utf8.split(separator: UInt8(ascii: ",")) {
            let parts = element.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0].trimmingBlanks())?.lowercased() ?? ""
            guard let weight = parts.count == 1 ? 1000 : Self.weight(parts[1].trimmingBlanks()) else { continue }
            switch name {
            case "gzip", "x-gzip": gzip = min(gzip ?? weight, weight)
            case "identity": identity = min(identity ?? weight, weight)
            case "*": others = min(others ?? weight, weight)
            default: continue
            }
        }
        self.gzip = gzip ?? others ?? 0
        self.identity = identity ?? (others == 0 ? 0 : 1)
    }

    /// Whether the response is better sent with gzip. A client that refuses both gets no coding.
    var prefersGzip: Bool {
        gzip > 0 && gzip >= identity
    }

    /// `q=` and a weight from 0 to 1 with at most three decimals (RFC 9110 section 12.4.2), in thousandths.
    private static func weight(_ text: Substring.UTF8View) -> Int? {
        let bytes = Array(text)
        guard bytes.count >= 3, bytes.count <= 7, bytes[0] | 0x20 == UInt8(ascii: "q"), bytes[1] == UInt8(ascii: "="),
            bytes[2] == UInt8(ascii: "0") || bytes[2] == UInt8(ascii: "1")
        else { return nil }
        var weight = bytes[2] == UInt8(ascii: "1") ? 1000 : 0
        guard bytes.count > 3 else { return weight }
        guard bytes[3] == UInt8(ascii: ".") else { return nil }
        var unit = 100
        for byte in bytes[4...] {
            guard ByteClass.isDigit(byte) else { return nil }
            weight += Int(byte - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}
