import HTTPTypes

/// Lets requests through to another handler, or answers 401 or 429 in its place, before any body is read.
///
/// Paths in `openPaths` are for probes: they need no token and are not counted. Those in `publicPaths` need no token. For all
/// others, where tokens are set, one of them must be shown. Where a rate is set, each client has its own: the holder of
/// a token is one client, whoever shows none is known by address. Wrong tokens are charged to the address, which
/// slows guessing.
///
/// The address is that of the connection. `X-Forwarded-For` is not looked at: anybody can write it.
public final class AccessHandler: HTTPHandler {
    private let next: any HTTPHandler
    private let openPaths: [StaticString]
    private let publicPaths: [StaticString]
    private let tokens: BearerTokenStore?
    private let isLimited: Bool
    private let limiter: Monitor<RateLimiter?>
    private let realm: String
    private let now: @Sendable () -> UInt64
    private let observer: (any ServerObserver)?

    /// - Parameters:
    ///   - next: what answers the requests that are let through.
    ///   - openPaths: exact paths that are always let through.
    ///   - publicPaths: exact paths that need no token, but are counted.
    ///   - tokens: nil lets everybody in.
    ///   - limiter: nil sets no rate.
    ///   - realm: a name without quotes or backslashes, shown in `WWW-Authenticate`.
    ///   - observer: is told of every refusal.
    ///   - now: a monotonic clock, in nanoseconds.
    public init(
        _ next: any HTTPHandler,
        openPaths: [StaticString],
        publicPaths: [StaticString] = [],
        tokens: BearerTokenStore? = nil,
        limiter: RateLimiter? = nil,
        realm: String,
        observer: (any ServerObserver)? = nil,
        now: @escaping @Sendable () -> UInt64
    ) {
        self.next = next
        self.openPaths = openPaths
        self.publicPaths = publicPaths
        self.tokens = tokens
        self.isLimited = limiter != nil
        self.limiter = Monitor(limiter)
        self.realm = realm
        self.observer = observer
        self.now = now
    }

    public func handling(of head: RequestHead) -> RequestHandling {
        if openPaths.contains(where: head.pathEquals) { return next.handling(of: head) }
        let verdict = authenticate(head)
        if case .denied(let wait) = charge(verdict, of: head) {
            observer?.rejected(.rateLimit)
            return handling(of: head, answeredBy: .tooManyRequests(wait: wait))
        }
        switch verdict {
        case .anonymous, .holder: return next.handling(of: head)
        case .missing, .wrong:
            observer?.rejected(.unauthorized)
            return handling(of: head, answeredBy: .unauthorized(realm: realm, hadToken: verdict == .wrong))
        }
    }

    private enum Verdict: Equatable {
        /// No tokens are set, or the path needs none.
        case anonymous
        case holder(TokenDigest)
        case missing
        case wrong
    }

    private func authenticate(_ head: RequestHead) -> Verdict {
        guard let tokens, !publicPaths.contains(where: head.pathEquals) else { return .anonymous }
        switch BearerCredentials(head[.authorization]) {
        case .none: return .missing
        case .malformed: return .wrong
        case .token(let token): return tokens.current.accepts(token).map { .holder($0) } ?? .wrong
        }
    }

    private func charge(_ verdict: Verdict, of head: RequestHead) -> RateLimiter.Decision {
        guard isLimited else { return .allowed }
        let key: RateLimiter.Key
        if case .holder(let token) = verdict { key = .init(token) } else { key = .init(head.peer) }
        let now = now()
        return limiter.withLock { $0?.take(key, now: now) ?? .allowed }
    }

    /// The label of the route that was asked for, so that metrics and logs show it, with a response of our own.
    private func handling(of head: RequestHead, answeredBy response: Response) -> RequestHandling {
        .respond(route: next.handling(of: head).route, response)
    }
}

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
