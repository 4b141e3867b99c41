import HTTPTypes
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct AccessHandlerTests {
    let folder: TemporaryFolder
    let clock = TestClock()
    let observer = RejectionRecorder()

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("secret-1\nsecret-2\n", to: "tokens")
    }

    private func handler(tokens: Bool = false, limiter: RateLimiter? = nil) throws -> AccessHandler {
        AccessHandler(
            FixedHandler(Response(status: .ok)), openPaths: ["/healthz"], publicPaths: ["/metrics"],
            tokens: tokens ? try BearerTokenStore(tokenFile: folder.path("tokens"), now: 0) : nil,
            limiter: limiter, realm: "test", observer: observer, now: { [clock] in clock.now })
    }

    private func ask(
        _ handler: AccessHandler, _ path: String = "/v1", token: String? = nil, from address: UInt64 = 1
    ) throws -> Response {
        let head = try RequestHead.parsed(
            path, token.map { ["Authorization: \($0)"] } ?? [],
            peer: PeerAddress(high: 0, low: 0xFFFF_0000_0000 | address, port: 1))
        let handling = handler.handling(of: head)
        #expect(handling.route == "/fixed")
        return try handling.response(to: head)
    }

    // MARK: - Tokens

    @Test func anyOfTheTokensOpens() throws {
        let handler = try handler(tokens: true)
        #expect(try ask(handler, token: "Bearer secret-1").status == .ok)
        #expect(try ask(handler, token: "bearer secret-2").status == .ok)
        #expect(observer.all.isEmpty)
    }

    @Test func withoutATokenTheChallengeHasNoError() throws {
        let response = try ask(handler(tokens: true))
        #expect(response.status == .unauthorized)
        #expect(response.fields[.wwwAuthenticate] == "Bearer realm=\"test\"")
        #expect(response.fields[.contentType] == "application/problem+json")
        #expect(observer.all == [.unauthorized])
    }

    @Test(arguments: ["Bearer secret-3", "Bearer secret-1 secret-2", "Bearer", "Bearer secret-1,Bearer secret-1"])
    func wrongTokens(token: String) throws {
        let response = try ask(handler(tokens: true), token: token)
        #expect(response.status == .unauthorized)
        #expect(response.fields[.wwwAuthenticate] == "Bearer realm=\"test\", error=\"invalid_token\"")
        let body = String(decoding: response.body.allBytes, as: UTF8.self)
        #expect(!body.contains("secret"))
    }

    @Test func openPathsNeedNone() throws {
        let handler = try handler(tokens: true, limiter: RateLimiter(rate: 1, burst: 1))
        for _ in 0..<5 { #expect(try ask(handler, "/healthz").status == .ok) }
        #expect(try ask(handler, "/healthz/").status == .unauthorized)
        #expect(try ask(handler, "/HEALTHZ").status != .ok)
    }

    @Test func publicPathsNeedNoneButAreCounted() throws {
        let handler = try handler(tokens: true, limiter: RateLimiter(rate: 1, burst: 2))
        #expect(try ask(handler, "/metrics").status == .ok)
        #expect(try ask(handler, "/metrics", token: "Bearer wrong").status == .ok)
        #expect(try ask(handler, "/metrics").status == .tooManyRequests)
    }

    // MARK: - Rate

    @Test func beyondTheRateIsRefusedWithATime() throws {
        let handler = try handler(limiter: RateLimiter(rate: 0.4, burst: 1))
        #expect(try ask(handler).status == .ok)
        let response = try ask(handler)
        #expect(response.status == .tooManyRequests)
        #expect(response.fields[.retryAfter] == "3")  // 2.5 s, rounded up.
        #expect(try ask(handler, from: 2).status == .ok)
        clock.advance(seconds: 3)
        #expect(try ask(handler).status == .ok)
        #expect(observer.all == [.rateLimit])
    }

    @Test func holdersOfATokenAreOneClientFromAnywhere() throws {
        let handler = try handler(tokens: true, limiter: RateLimiter(rate: 1, burst: 2))
        #expect(try ask(handler, token: "Bearer secret-1", from: 1).status == .ok)
        #expect(try ask(handler, token: "Bearer secret-1", from: 2).status == .ok)
        #expect(try ask(handler, token: "Bearer secret-1", from: 3).status == .tooManyRequests)
        #expect(try ask(handler, token: "Bearer secret-2", from: 3).status == .ok)
    }

    @Test func guessesAreLimitedAndDoNotShutOutTheHolder() throws {
        let handler = try handler(tokens: true, limiter: RateLimiter(rate: 1, burst: 2))
        #expect(try ask(handler, token: "Bearer guess-1").status == .unauthorized)
        #expect(try ask(handler, token: "Bearer guess-2").status == .unauthorized)
        #expect(try ask(handler, token: "Bearer guess-3").status == .tooManyRequests)
        #expect(try ask(handler, token: "Bearer secret-1").status == .ok)
    }

    @Test(arguments: [(0, 1), (1, 1), (1_000_000_000, 1), (1_000_000_001, 2), (59_000_000_000, 59)] as [(UInt64, Int)])
    func retryAfterIsRoundedUp(wait: UInt64, seconds: Int) {
        #expect(Response.tooManyRequests(wait: wait).fields[.retryAfter] == "\(seconds)")
    }
}

/// A clock that moves when told to.
final class TestClock: Sendable {
    private let time = Atomic<UInt64>(1_000_000_000_000)

    var now: UInt64 { time.load(ordering: .relaxed) }

    func advance(seconds: Double) {
        time.wrappingAdd(UInt64(seconds * 1e9), ordering: .relaxed)
    }
}

/// Collects rejections.
final class RejectionRecorder: ServerObserver {
    private let reasons = Monitor<[RejectionReason]>([])

    var all: [RejectionReason] { reasons.withLock { $0 } }

    func rejected(_ reason: RejectionReason) {
        reasons.withLock { $0.append(reason) }
    }

    func requestFinished(_ record: RequestRecord) {}
    func connectionOpened(role: ListenerRole) {}
    func connectionClosed(role: ListenerRole) {}
}
