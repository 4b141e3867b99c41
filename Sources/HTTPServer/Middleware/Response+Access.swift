import HTTPTypes

extension Response {
    /// 401 with the challenge of RFC 6750 section 3. `error` is left out where no token was sent (section 3.1).
    static func unauthorized(realm: String, hadToken: Bool) -> Response {
        var challenge = "Bearer realm=\"\(realm)\""
        if hadToken { challenge += ", error=\"invalid_token\"" }
        return problem(
            .unauthorized, detail: hadToken ? "The token is not valid." : "A bearer token is needed.",
            [.wwwAuthenticate: challenge])
    }

    /// 429 (RFC 6585 section 4).
    /// - Parameter wait: nanoseconds until a request will be let through; rounded up to whole seconds, at least one.
    static func tooManyRequests(wait: UInt64) -> Response {
        let seconds = max(1, wait / 1_000_000_000 + (wait % 1_000_000_000 == 0 ? 0 : 1))
        return problem(
            .tooManyRequests, detail: "Too many requests from this client.", [.retryAfter: String(seconds)])
    }
}
