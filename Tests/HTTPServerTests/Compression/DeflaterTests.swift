import TestSupport
import Testing

@testable import HTTPServer

@Suite struct DeflaterTests {
    private func compress(_ text: String, with pool: DeflaterPool) -> [UInt8]? {
        Array(text.utf8).withUnsafeBytes { pool.compress($0) }
    }

    @Test func compressedTextInflatesAgain() throws {
        let pool = DeflaterPool()
        for count in [200, 5000, 300_000] {
            let text = String(repeating: "ratio and batch, ", count: count / 17)
            let compressed = try #require(compress(text, with: pool))
            #expect(compressed.count < text.utf8.count)
            let same = try InflaterTests.inflate([compressed], .gzip) == Array(text.utf8)
            #expect(same)
        }
    }

    @Test func theSameInputGivesTheSameBytes() {
        let pool = DeflaterPool()
        let text = String(repeating: "abc", count: 1000)
        let first = compress(text, with: pool)
        _ = compress(String(repeating: "xyz", count: 700), with: pool)
        #expect(first == compress(text, with: pool))
        #expect(first == compress(text, with: DeflaterPool()))
    }

    @Test func incompressibleInputIsGivenUp() {
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let pool = DeflaterPool()
        #expect(noise.withUnsafeBytes { pool.compress($0) } == nil)
        // The state given up is clean again.
        #expect(compress(String(repeating: "abc", count: 1000), with: pool) != nil)
        #expect([UInt8]().withUnsafeBytes { pool.compress($0) } == nil)
    }

    @Test func thePoolKeepsOnlyAFew() async {
        let pool = DeflaterPool(maximumIdle: 2)
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask { _ = compress(String(repeating: "\(index) ", count: 2000), with: pool) }
            }
        }
        #expect((1...2).contains(pool.idleCount))
    }
}
