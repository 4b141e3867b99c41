/// The tokens that a server accepts (RFC 6750). Several at once, so that they can be changed without an interruption:
/// add the new one, change the clients, take out the old one.
public struct BearerTokens: Sendable {
    private let digests: [TokenDigest]

    /// In bytes, of the file.
    static let maximumFileSize = 65_536
    static let maximumCount = 256

    /// Why a file of tokens is refused. Names lines, never what is in them.
    public enum Malformed: Error, Equatable, CustomStringConvertible {
        case line(Int)
        case noTokens
        case tooMany

        public var description: String {
            switch self {
            case .line(let number): "line \(number) is not a token (letters, digits, -._~+/ and then =)"
            case .noTokens: "no tokens in the file"
            case .tooMany: "more than \(BearerTokens.maximumCount) tokens"
            }
        }
    }

    /// Reads tokens, one a line. Blanks around them, empty lines and lines that begin with `#` are ignored. A file without any token
    /// is refused: it would lock everybody out, and is most often a half-written one.
    public init(parsing text: [UInt8]) throws(Malformed) {
        var digests: [TokenDigest] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let token = line.trimmingBlanks { ByteClass.isBlank($0) || $0 == .carriageReturn }
            guard let first = token.first, first != UInt8(ascii: "#") else { continue }
            guard Self.isToken(token) else { throw .line(index + 1) }
            digests.append(TokenDigest(of: token))
            guard digests.count <= Self.maximumCount else { throw .tooMany }
        }
        guard !digests.isEmpty else { throw .noTokens }
        self.digests = digests
    }

    public init(path: String) throws {
        try self.init(parsing: FileContents.read(path, limit: Self.maximumFileSize))
    }

    /// The digest of `token` if it is one of the accepted, by comparison with all of them.
    func accepts(_ token: some Collection<UInt8>) -> TokenDigest? {
        let digest = TokenDigest(of: token)
        var found = false
        for accepted in digests where accepted.equalsInConstantTime(digest) { found = true }
        return found ? digest : nil
    }

    /// `b64token` of RFC 6750 section 2.1: one or more of `A-Z a-z 0-9 - . _ ~ + /`, then any number of `=`.
    static func isToken(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        var rest = bytes[...]
        while rest.last == UInt8(ascii: "=") { rest.removeLast() }
        return !rest.isEmpty
            && rest.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._~+/".utf8.contains(byte)
                }
            }
    }
}

/// The tokens in use, replaced when their file changes.
public typealias BearerTokenStore = Reloadable<BearerTokens>

extension Reloadable where Value == BearerTokens {
    /// - Throws: if the file cannot be used now. Later on such a file is reported and ignored.
    public convenience init(
        tokenFile path: String, now: UInt64, report: @escaping @Sendable (ReloadEvent) -> Void = { _ in }
    ) throws {
        try self.init(name: "token file", paths: [path], now: now, report: report) { try BearerTokens(path: path) }
    }
}

/// What a request's `Authorization` field says (RFC 9110 section 11.6.2, RFC 6750 section 2.1).
enum BearerCredentials: Equatable {
    /// No field, or another scheme than `Bearer`.
    case none
    case token([UInt8])
    /// The scheme is `Bearer`, but what follows is not a token, or there are several fields.
    case malformed

    /// - Parameter field: the combined value of `Authorization`.
    init(_ field: String?) {
        guard let field else {
            self = .none
            return
        }
        let bytes = Array(field.utf8)
        let scheme = bytes.prefix { $0 != UInt8(ascii: " ") }
        guard scheme.count == 6, zip(scheme, "bearer".utf8).allSatisfy({ $0 | 0x20 == $1 }) else {
            self = .none
            return
        }
        let token = bytes.dropFirst(6).drop { $0 == UInt8(ascii: " ") }
        self = BearerTokens.isToken(token) ? .token(Array(token)) : .malformed
    }
}
