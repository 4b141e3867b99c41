import TestSupport
import Testing

@testable import Planning

/// Counting bundles, devices and nodes, against loops that try every number.
@Suite("Fleets")
struct FleetTests {
    /// Devices of so many instances where each node is one role's alone.
    private static func devices(_ instances: Int, _ each: Int, _ node: Int?) -> Int {
        guard let node else { return instances * each }
        var nodes = 0
        while nodes * node < instances * each { nodes += 1 }
        return nodes * node
    }

    @Test("a budget allows as many bundles as fit, and not one more", arguments: 0..<200)
    func budgets(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let node = Bool.random(using: &generator) ? Int.random(in: 1...9, using: &generator) : nil
        let total = Int.random(in: 1...120, using: &generator)
        let given = (Int.random(in: 1...80, using: &generator), Int.random(in: 1...40, using: &generator))
        let pair = try Cases.pair(&generator)
        let x = Int.random(in: 1...9, using: &generator)
        let y = Int.random(in: 1...3, using: &generator)
        let (a, f) = (pair.attention.devices, pair.ffn.devices)
        let limits = try PlanLimits(maximumFFNInstances: 3, devicesPerNode: node)
        func fleet(_ target: FleetTarget) throws -> Fleet {
            Fleet(try PlanProblem(pairs: [pair], limits: limits, target: target), pair: pair)
        }
        var most = 0
        var mostEach = 0
        for count in 1...120 {
            let attention = Self.devices(count * x, a, node)
            let ffn = Self.devices(count * y, f, node)
            if attention + ffn <= total { most = count }
            if attention <= given.0, ffn <= given.1 { mostEach = count }
        }
        let found = try fleet(.total(devices: total)).bundles(attention: x, ffn: y, throughput: 1)
        #expect(found ?? 0 == most)
        let both = try fleet(.each(attention: given.0, ffn: given.1)).bundles(attention: x, ffn: y, throughput: 1)
        #expect(both ?? 0 == mostEach)
    }

    @Test("a demand takes as few bundles as give it", arguments: 0..<50)
    func demand(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let pair = try Cases.pair(&generator)
        let tokens = Double.random(in: 1...1e6, using: &generator)
        let throughput = Double.random(in: 1...1e5, using: &generator)
        let problem = try PlanProblem(
            pairs: [pair], limits: try PlanLimits(), target: .demand(tokensPerSecond: tokens, spareInstances: 2))
        let count = try #require(
            Fleet(problem, pair: pair).bundles(attention: 3, ffn: 1, throughput: throughput))
        #expect(count >= 1 && Double(count) * throughput >= tokens)
        #expect(count == 1 || Double(count - 1) * throughput < tokens)
    }

    @Test("a demand that would take more bundles than can be counted has no fleet", arguments: [0, 1e-300, 1e-9])
    func uncountable(throughput: Double) throws {
        var generator = SeededGenerator(seed: 1)
        let pair = try Cases.pair(&generator)
        let problem = try PlanProblem(
            pairs: [pair], limits: try PlanLimits(), target: .demand(tokensPerSecond: 1e15, spareInstances: 0))
        #expect(Fleet(problem, pair: pair).bundles(attention: 1, ffn: 1, throughput: throughput) == nil)
    }

    @Test("no score is above its bound", arguments: 0..<30)
    func bound(seed: Int) throws {
        let problem = try Cases.problem(UInt64(5000 + seed))
        let points = Cases.exhaustive(problem)
        for (index, pair) in problem.pairs.enumerated() {
            let mine = points.filter { $0.pair == index && $0.ffnInstances == 1 }
            guard let most = mine.map(\.throughput).max() else { continue }
            let fleet = Fleet(problem, pair: pair)
            let w = fleet.weights
            let x = mine.map(\.attentionInstances)
            let range = (x.min() ?? 1)...(x.max() ?? 1)
            func perUnit(_ attention: Double, _ ffn: Double) -> Double {
                mine.map { $0.throughput / (Double($0.attentionInstances) * attention + ffn) }.max() ?? 0
            }
            let bound = fleet.bound(
                x: range, ffn: 1, throughput: most, perWeight: perUnit(w.attention, w.ffn),
                perDevice: perUnit(Double(pair.attention.devices), Double(pair.ffn.devices)))
            for point in mine { #expect(point.score <= bound * (1 + 1e-12), "\(point)") }
        }
    }
}
