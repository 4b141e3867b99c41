import TestSupport
import Testing

@testable import Sizing

@Suite("Prefill and transfer")
struct PrefillTests {
    @Test("a prefill takes β a pass, α a token and γ a pair")
    func time() throws {
        let plain = try PrefillTime(perToken: 5, perPass: 1000, perPair: 0.01)
        #expect(plain.time(tokens: 0) == 1000)
        #expect(relativeError(plain.time(tokens: 100), 1000 + 500 + 0.01 * 5000) < 1e-12)
        // 40 of 100 cached: u = 60, u·h + u²/2 = 2400 + 1800.
        #expect(relativeError(plain.time(tokens: 100, cached: 40), 1000 + 300 + 42) < 1e-12)
        #expect(plain.time(tokens: 100, cached: 100) == 1000)
        let chunked = try PrefillTime(perToken: 5, perPass: 1000, chunkTokens: 64)
        #expect(chunked.time(tokens: 64) == 1320)
        #expect(chunked.time(tokens: 65) == 2325)
        #expect(chunked.time(tokens: 640) == 13_200)
        let weights = try PrefillTime(perToken: 5, perPass: 100, weightTime: 800)
        #expect(weights.time(tokens: 10) == 900)
        #expect(weights.time(tokens: 1000) == 5100)
        // A window of 50: the first 50 tokens see all before them, the others 50 each.
        let window = try PrefillTime(
            perToken: 0, perPass: 1, windows: [.init(perPair: 1, tokens: 50)])
        #expect(window.time(tokens: 150) == 1 + 1250 + 5000)
        #expect(window.time(tokens: 150, cached: 100) == 1 + 2500)
        #expect(throws: (any Error).self) { try PrefillTime(perToken: 0, perPass: 0) }
        #expect(throws: (any Error).self) { try PrefillTime(perToken: 1, perPass: 0, cachedFraction: 1.2) }
    }

    @Test("more of a prompt cached is never longer", arguments: 0..<20)
    func cached(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let time = try PrefillTime(
            perToken: random.magnitude(0.1...100), perPass: random.magnitude(1...1e4),
            perPair: random.magnitude(1e-6...1),
            windows: [.init(perPair: random.magnitude(1e-6...1), tokens: random.magnitude(10...1e4))],
            weightTime: random.magnitude(1...1e4), chunkTokens: seed % 2 == 0 ? nil : 512)
        let tokens = random.magnitude(10...1e5)
        var last = Double.infinity
        for share in stride(from: 0.0, through: 1, by: 0.05) {
            let next = time.time(tokens: tokens, cached: share * tokens)
            #expect(next <= last * (1 + 1e-12))
            last = next
        }
    }

    private static func transfer(
        _ bandwidth: Double, _ overlap: CacheTransfer.Overlap, codec: Bool, layers: Int = 40
    ) throws -> CacheTransfer {
        try CacheTransfer(
            bandwidth: bandwidth, latency: 10, overlap: overlap,
            codec: codec ? CacheTransfer.Codec(ratio: 4.0 / 3, encode: 613, decode: 2182) : nil,
            bytes: CacheBytes(parts: [.init(perToken: 100_000)]), layers: layers)
    }

    @Test("transfer: serial sums, chunks take the slowest, layers what the prefill leaves")
    func transfers() throws {
        // 1000 tokens of 100 kB: 100 MB; at 50 GB/s 2000 us.
        #expect(
            relativeError(try Self.transfer(50, .none, codec: false).time(tokens: 1000, prefillTime: 0), 2010) < 1e-12)
        let serial = try Self.transfer(50, .none, codec: true).time(tokens: 1000, prefillTime: 0)
        #expect(relativeError(serial, 10 + 1e8 / 613e3 + 1500 + 1e8 / 2182e3) < 1e-12)
        #expect(
            relativeError(try Self.transfer(50, .chunked, codec: true).time(tokens: 1000, prefillTime: 0), 1510) < 1e-12
        )
        let layers = try Self.transfer(50, .layerwise, codec: false)
        #expect(relativeError(layers.time(tokens: 1000, prefillTime: 1e6), 10 + 2000 / 40) < 1e-12)
        #expect(relativeError(layers.time(tokens: 1000, prefillTime: 0), 2010) < 1e-12)
        #expect(relativeError(layers.time(tokens: 1000, prefillTime: 1000), 10 + 2000 - 975) < 1e-12)
    }

    @Test("SplitZip's codec stops paying serially near 116 GB/s and pays far beyond in chunks")
    func codec() throws {
        func gain(_ bandwidth: Double, _ overlap: CacheTransfer.Overlap) throws -> Double {
            try Self.transfer(bandwidth, overlap, codec: false).time(tokens: 1000, prefillTime: 0)
                - Self.transfer(bandwidth, overlap, codec: true).time(tokens: 1000, prefillTime: 0)
        }
        #expect(try gain(110, .none) > 0)
        #expect(try gain(125, .none) < 0)
        #expect(try gain(400, .chunked) > 0)
    }

    @Test("the distribution of transfers has the link's wait by Pollaczek and Khinchine")
    func link() throws {
        let lengths = try RequestLengths(
            Workload(.independent(prefill: .fixed(1000), decode: .geometric(mean: 10))))
        let stage = TransferStage(try Self.transfer(50, .none, codec: false), lengths: lengths, prefill: nil)
        let arrivals = try Arrivals(requestsPerSecond: 250)
        #expect(relativeError(stage.utilisation(arrivals), 0.5) < 1e-12)
        // M/D/1 at a half: half a service.
        #expect(relativeError(try #require(stage.times(arrivals)).mean, 2010 + 1000) < 1e-12)
        #expect(stage.times(try Arrivals(requestsPerSecond: 501)) == nil)
    }
}
