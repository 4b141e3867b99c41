import TestSupport
import Testing

@testable import HTTPServer

@Suite struct RateLimiterTests {
    private static let second: UInt64 = 1_000_000_000

    private func address(_ number: UInt64) -> RateLimiter.Key {
        RateLimiter.Key(PeerAddress(high: 0, low: 0xFFFF_0000_0000 | number, port: 1))
    }

    @Test func burstThenRate() {
        var limiter = RateLimiter(rate: 2, burst: 3)
        let client = address(1)
        for _ in 0..<3 { #expect(limiter.take(client, now: 100) == .allowed) }
        #expect(limiter.take(client, now: 100) == .denied(wait: Self.second / 2))
        // Denied requests cost nothing.
        #expect(limiter.take(client, now: 100) == .denied(wait: Self.second / 2))
        #expect(limiter.take(client, now: 100 + Self.second / 4) == .denied(wait: Self.second / 4))
        #expect(limiter.take(client, now: 100 + Self.second / 2) == .allowed)
        #expect(limiter.take(client, now: 100 + Self.second / 2) == .denied(wait: Self.second / 2))
    }

    @Test func afterAPauseTheBurstIsBackAndNoMore() {
        var limiter = RateLimiter(rate: 10, burst: 5)
        let client = address(1)
        for start in [1, 1000, 5000] as [UInt64] {
            let allowed = (0..<20).count { _ in limiter.take(client, now: start * Self.second) == .allowed }
            #expect(allowed == 5)
        }
    }

    @Test func clientsDoNotShareABucket() {
        var limiter = RateLimiter(rate: 1, burst: 1)
        #expect(limiter.take(address(1), now: 1) == .allowed)
        #expect(limiter.take(address(2), now: 1) == .allowed)
        #expect(limiter.take(address(1), now: 1) != .allowed)
    }

    @Test func keys() {
        let v6 = { (high: UInt64, low: UInt64) in RateLimiter.Key(PeerAddress(high: high, low: low, port: 9)) }
        #expect(v6(0x2001_0DB8_0000_0001, 1) == v6(0x2001_0DB8_0000_0001, 2))  // The same /64.
        #expect(v6(0x2001_0DB8_0000_0001, 1) != v6(0x2001_0DB8_0000_0002, 1))
        #expect(address(1) != address(2))
        #expect(address(1) == RateLimiter.Key(PeerAddress(high: 0, low: 0xFFFF_0000_0001, port: 2)))
        #expect(RateLimiter.Key(TokenDigest(of: "a".utf8)) != RateLimiter.Key(TokenDigest(of: "b".utf8)))
    }

    /// Against a plain reference: an exact bucket per client in a dictionary.
    @Test func sameAsExactBucketsWhileTheTableHasRoom() {
        var generator = SeededGenerator(seed: 11)
        var limiter = RateLimiter(rate: 5, burst: 4, clients: 65_536)
        var reference: [UInt64: (credit: Double, at: UInt64)] = [:]
        var now: UInt64 = Self.second
        var denied = 0
        for _ in 0..<20_000 {
            now += UInt64.random(in: 0...10_000_000, using: &generator)
            let client = UInt64.random(in: 0..<20, using: &generator)
            var (credit, at) = reference[client] ?? (4, now)
            credit = min(4, credit + Double(now - at) / 1e9 * 5)
            let clear = abs(credit - 1) > 1e-6  // Both round; a tie may go either way.
            let allowed = limiter.take(address(client), now: now) == .allowed
            if clear { #expect(allowed == (credit >= 1)) }
            if allowed { credit -= 1 } else { denied += 1 }
            at = now
            reference[client] = (credit, at)
        }
        #expect(denied > 1000)
    }

    @Test func aFloodOfAddressesDoesNotFreeABusyClient() {
        var limiter = RateLimiter(rate: 1, burst: 10, clients: 4096)
        let client = address(1)
        for _ in 0..<10 { _ = limiter.take(client, now: 1) }
        // Each stranger is one request ahead, the client ten: strangers push out one another.
        for stranger in 2..<50_000 as Range<UInt64> { _ = limiter.take(address(stranger), now: 1) }
        #expect(limiter.take(client, now: 1) != .allowed)
    }

    @Test(arguments: [(0, 0), (-1, -5), (.infinity, 1), (.nan, 1), (1e300, .max), (1e-300, .max)] as [(Double, Int)])
    func extremeSettingsDoNotTrap(rate: Double, burst: Int) {
        var limiter = RateLimiter(rate: rate, burst: burst, clients: 0)
        for now in [0, 1, UInt64.max / 4] { _ = limiter.take(address(1), now: now) }
    }
}
