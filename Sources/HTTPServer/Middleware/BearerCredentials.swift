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
