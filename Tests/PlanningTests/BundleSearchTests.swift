import Hardware
import Sizing
import TestSupport
import Testing

@testable import Planning

enum Cases {
    /// A pair with random coefficients around the paper's.
    static func pair(_ generator: inout SeededGenerator) throws -> InstancePair {
        func random(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }
        let mean = random(100...5000)
        let curved = Bool.random(using: &generator)
        let ffn: LatencyModel
        if curved {
            ffn = try LatencyModel(through: [(1, random(50...100)), (64, random(100...150)), (512, random(150...400))])
        } else {
            ffn = LatencyModel(try LatencyLine(alpha: random(0.02...0.5), beta: random(0...300)))
        }
        var attention = LatencyModel(try LatencyLine(alpha: random(0.0005...0.01), beta: random(0...200)))
        if Int.random(in: 0..<3, using: &generator) == 0 {
            attention = try LatencyModel(through: [(0, 40), (20_000, random(80...200)), (60_000, random(200...300))])
        }
        let load: CommunicationLoad = Bool.random(using: &generator) ? .attentionBatch : .aggregateBatch
        let stages = StageLatencies(
            attention: attention, ffn: ffn,
            communication: LatencyModel(
                try LatencyLine(alpha: random(0...1) < 0.7 ? random(0...0.1) : random(0.5...4), beta: random(0...60))),
            communicationLoad: load, outboundShare: random(0.2...0.8))
        func kind() -> InstancePair.Kind {
            .init(
                devices: Int.random(in: 1...4, using: &generator), price: random(1...20), power: random(500...5000))
        }
        var pair = InstancePair(
            attention: kind(), ffn: kind(), latencies: .given(stages),
            slotLoad: try SlotLoad(mean: mean, standardDeviation: random(0...1.2) * mean))
        if Int.random(in: 0..<3, using: &generator) == 0 {
            pair.jitter = try KernelJitter(attention: random(0...0.15), ffn: random(0...0.15))
        }
        if Int.random(in: 0..<3, using: &generator) == 0 { pair.occupancy = random(0.05...1) }
        return pair
    }

    static func problem(_ seed: UInt64) throws -> PlanProblem {
        var generator = SeededGenerator(seed: seed)
        let pairs = try (0..<Int.random(in: 1...3, using: &generator)).map { _ in try pair(&generator) }
        let limits = try PlanLimits(
            tpot: Bool.random(using: &generator) ? Double.random(in: 100...3000, using: &generator) : nil,
            percentile: Bool.random(using: &generator) ? .mean : .p99,
            maximumBatch: Int.random(in: 1...24, using: &generator),
            maximumRatio: Int.random(in: 1...20, using: &generator),
            maximumFFNInstances: Int.random(in: 1...3, using: &generator),
            microbatches: [[nil], [1], [2, 3], [nil, 4]].randomElement(using: &generator) ?? [nil],
            attentionRanksAtLeastFFN: Bool.random(using: &generator),
            rankRule: [nil, nil, .multiple, .blocks].randomElement(using: &generator) ?? nil,
            devicesPerNode: Bool.random(using: &generator) ? 8 : nil)
        let objective = Objective.allCases.randomElement(using: &generator) ?? .instances
        let targets: [FleetTarget] = [
            .shape, .demand(tokensPerSecond: Double.random(in: 1e3...1e7, using: &generator), spareInstances: 1),
            .total(devices: Int.random(in: 1...100, using: &generator)),
            .each(
                attention: Int.random(in: 1...60, using: &generator), ffn: Int.random(in: 1...20, using: &generator)),
        ]
        return try PlanProblem(
            pairs: pairs, limits: limits, objective: objective,
            target: targets.randomElement(using: &generator) ?? .shape)
    }

    /// Every point of a problem, by its own loops.
    static func exhaustive(_ problem: PlanProblem) -> [BundlePoint] {
        let normals = LargestNormal()
        var points: [BundlePoint] = []
        for index in problem.pairs.indices {
            let pair = problem.pairs[index]
            for m in problem.limits.microbatches {
                for y in 1...problem.limits.maximumFFNInstances {
                    let evaluator = BundleEvaluator(
                        problem, pair: index, ffn: y, microbatches: m, largestNormal: normals)
                    for x in 1...problem.limits.maximumRatio {
                        let (attention, ffn) = (x * pair.attention.devices, y * pair.ffn.devices)
                        let rule = problem.limits.rankRule
                        if problem.limits.attentionRanksAtLeastFFN || rule != nil, attention < ffn { continue }
                        if rule == .multiple, attention % ffn != 0 { continue }
                        for batch in stride(
                            from: pair.batchStep, through: problem.limits.maximumBatch, by: pair.batchStep)
                        {
                            if let memory = pair.memory,
                                !memory.shortages(batchSize: batch, microbatches: m ?? 1).isEmpty
                            {
                                continue
                            }
                            if let point = evaluator.point(attention: x, batchSize: batch) { points.append(point) }
                        }
                    }
                }
            }
        }
        return points
    }
}

@Suite("The search over bundles")
struct BundleSearchTests {
    @Test("Finds what an exhaustive search finds, for every objective, limit and target", arguments: 0..<40)
    func exhaustive(seed: Int) throws {
        let problem = try Cases.problem(UInt64(seed))
        let all = Cases.exhaustive(problem)
        let reference = all.max { $1.isBetter(than: $0) }
        let search = BundleSearch(problem)
        let found = search.best()
        #expect((found == nil) == (reference == nil))
        guard let found, let reference else { return }
        #expect(abs(found.score / reference.score - 1) < 1e-9, "\(found) \(reference)")
        if let limit = problem.limits.tpot {
            #expect((problem.limits.percentile == .mean ? found.tpot : found.tpot99) <= limit)
        }
        #expect(found.batchSize <= problem.limits.maximumBatch)
        #expect(found.attentionInstances <= problem.limits.maximumRatio)
    }

    @Test("Finds every shape within 2 % of the best", arguments: 0..<25)
    func nearOptimal(seed: Int) throws {
        let problem = try Cases.problem(UInt64(1000 + seed))
        let search = BundleSearch(problem)
        guard let best = search.best() else { return }
        var wanted: [BundleShape: Double] = [:]
        for point in Cases.exhaustive(problem) where point.score >= 0.98 * best.score {
            let shape = BundleShape(
                pair: point.pair, attention: point.attentionInstances, ffn: point.ffnInstances)
            wanted[shape] = max(wanted[shape] ?? 0, point.score)
        }
        let found = search.bestOfEachShape(atLeast: 0.98 * best.score)
        #expect(found.count == wanted.count)
        for point in found {
            let shape = BundleShape(
                pair: point.pair, attention: point.attentionInstances, ffn: point.ffnInstances)
            let score = try #require(wanted[shape])
            #expect(abs(point.score / score - 1) < 1e-9)
        }
    }

    @Test("Derived hardware: the same as an exhaustive search, memory included", arguments: [1, 0.37])
    func derived(occupancy: Double) throws {
        let gb200 = try Catalogue.embedded.device("gb200")
        for model in ["qwen3-235b-a22b", "gpt-oss-120b"] {
            let hardware = try DerivedHardware(
                HardwareDescription(
                    model: try Catalogue.embedded.model(model), attention: .init(device: gb200, dataParallel: 4),
                    ffn: .init(device: gb200, expertParallel: 4), link: .init(kind: .scaleUp)))
            var pair = try InstancePair(
                hardware, slotLoad: try SlotLoad(mean: 16_000, standardDeviation: 8000))
            pair.occupancy = occupancy
            let problem = try PlanProblem(
                pairs: [pair],
                limits: try PlanLimits(maximumBatch: 256, maximumRatio: 12, maximumFFNInstances: 2, microbatches: [2]))
            let found = try #require(BundleSearch(problem).best())
            var best = 0.0
            let memory = try #require(pair.memory)
            for y in 1...2 {
                let evaluator = BundleEvaluator(
                    problem, pair: 0, ffn: y, microbatches: 2, largestNormal: LargestNormal())
                for x in 1...12 {
                    for batch in stride(from: 4, through: 256, by: 4) {
                        guard memory.attentionNeed(batchSize: batch, microbatches: 2) <= memory.attentionUsable else {
                            continue
                        }
                        best = max(best, evaluator.point(attention: x, batchSize: batch)?.score ?? 0)
                    }
                }
            }
            #expect(abs(found.score / best - 1) < 1e-9)
            #expect(memory.attentionNeed(batchSize: found.batchSize, microbatches: 2) <= memory.attentionUsable)
        }
    }
}
