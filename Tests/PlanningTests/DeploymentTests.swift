import Hardware
import Sizing
import Testing

@testable import Planning

/// What a plan takes, and what is chosen where a description leaves it open.
@Suite struct DeploymentTests {
    private static func problem(
        prices: (Double, Double)? = nil, power: (Double, Double)? = nil, demand: Double, spares: Int = 0
    ) throws -> PlanProblem {
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)))
        let pair = InstancePair(
            attention: .init(devices: 8, price: prices?.0, power: power?.0),
            ffn: .init(devices: 4, price: prices?.1, power: power?.1), latencies: .given(stages),
            slotLoad: try SlotLoad(mean: 599, standardDeviation: 499.5))
        return try PlanProblem(
            pairs: [pair], limits: try PlanLimits(batchSize: 256),
            target: .demand(tokensPerSecond: demand, spareInstances: spares))
    }

    @Test("Cost, energy and utilisation are those of the whole fleet, spare instances included", arguments: [0, 3])
    func figures(spares: Int) throws {
        let problem = try Self.problem(prices: (16, 10), power: (700, 500), demand: 5e7, spares: spares)
        let plan = try problem.solve()
        let deployment = problem.deployment(of: plan, demand: 4e7)
        let attention = Double(plan.best.bundles * plan.best.attentionInstances + spares)
        let ffn = Double(plan.best.bundles * plan.best.ffnInstances + spares)
        let throughput = plan.best.throughput * Double(plan.best.bundles)
        #expect(deployment.attentionDevices == 8 * Int(attention) && deployment.ffnDevices == 4 * Int(ffn))
        #expect(deployment.throughput == throughput && throughput >= 5e7)
        #expect(deployment.utilisation == 4e7 / throughput)
        let hourly = try #require(deployment.costPerHour)
        #expect(abs(hourly - (16 * attention + 10 * ffn)) < 1e-9 * hourly)
        #expect(abs(try #require(deployment.costPerMillionTokens) - hourly / 3600 / 40) < 1e-9)
        #expect(
            abs(try #require(deployment.energyPerToken) - (700 * attention + 500 * ffn) / 4e7) < 1e-12)
        #expect(plan.alternatives.allSatisfy { (0...PlanProblem.nearOptimal).contains(plan.regret(of: $0)) })
    }

    @Test("What is not known is nil")
    func unknown() throws {
        let problem = try Self.problem(demand: 1e6)
        let deployment = problem.deployment(of: try problem.solve(), demand: nil)
        #expect(deployment.costPerHour == nil && deployment.energyPerToken == nil && deployment.memory == nil)
        #expect(deployment.utilisation == 1)
    }

    @Test("Degrees that are open become the smallest powers of two that hold the weights; given ones stay")
    func degrees() throws {
        let catalogue = Catalogue.embedded
        let load = try SlotLoad(mean: 8000, standardDeviation: 500)
        let h800 = try catalogue.device("h800")
        let open = OpenDescription(
            model: try catalogue.model("deepseek-v3"), attentionDevice: h800, ffnDevice: h800, link: .init())
        let closed = try open.closed(slotLoad: load, microbatches: 2)
        #expect(try MemoryBudget(closed, slotLoad: load).ffnFits)
        #expect(closed.ffn.expertParallel > 1 && closed.ffn.expertParallel.nonzeroBitCount == 1)
        var half = open
        half.expertParallel = closed.ffn.expertParallel / 2
        #expect(try !MemoryBudget(half.closed(slotLoad: load, microbatches: 2), slotLoad: load).ffnFits)
        var given = open
        given.expertParallel = 64
        given.tensorParallel = 4
        let kept = try given.closed(slotLoad: load, microbatches: 2)
        #expect(kept.ffn.expertParallel == 64 && kept.attention.tensorParallel == 4)
    }
}
