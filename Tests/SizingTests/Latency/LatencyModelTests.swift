import Sizing
import TestSupport
import Testing
import Text

@Suite("Latency models")
struct LatencyModelTests {
    @Test("an envelope is the largest of its lines everywhere", arguments: 0..<50)
    func envelope(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let count = Int.random(in: 1...6, using: &random.generator)
        let lines = try (0..<count).map { _ in try random.line(alpha: 1e-3...1, beta: 1...1000) }
        let model = try LatencyModel(maximumOf: lines)
        for _ in 0..<50 {
            let load = random.generator.magnitude(1e-2...1e6)
            let largest = lines.map { $0.latency(at: load) }.max() ?? 0
            #expect(relativeError(model.latency(at: load), largest) < 1e-12)
        }
        #expect(relativeError(model.latency(at: 0), lines.map(\.beta).max() ?? 0) < 1e-12)
    }

    @Test("a curve goes through monotone points, and goes on with its end slopes")
    func curve() throws {
        let model = try LatencyModel(through: [(100, 10), (200, 30), (400, 40)])
        #expect(model.latency(at: 100) == 10 && model.latency(at: 150) == 20 && model.latency(at: 400) == 40)
        #expect(model.latency(at: 800) == 60)
        #expect(model.latency(at: 0) == 0, "the first slope would end below zero")
        #expect(model.localLine(at: 300).alpha == 0.05)
        #expect(model.line == nil)
    }

    @Test("points that fall are pooled")
    func pooled() throws {
        let model = try LatencyModel(through: [(1, 10), (2, 30), (3, 20), (4, 40)])
        #expect(model.latency(at: 2) == 25 && model.latency(at: 3) == 25 && model.latency(at: 4) == 40)
    }

    @Test("impossible shapes are refused, with the field named")
    func refused() {
        #expect(throws: InvalidInput(field: "points", rule: "must be at distinct loads")) {
            try LatencyModel(through: [(1, 1), (1, 2)])
        }
        #expect(throws: InvalidInput.self) { try LatencyModel(through: [(1, 1)]) }
        #expect(throws: InvalidInput.self) { try LatencyModel(maximumOf: []) }
        #expect(throws: InvalidInput.self) { try LatencyLine(alpha: -1, beta: 0) }
        #expect(throws: InvalidInput.self) { try LatencyLine(alpha: .infinity, beta: 0) }
    }
}
