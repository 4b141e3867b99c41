import Sizing
import Testing

@testable import Planning

@Suite("Plans")
struct PlanTests {
    /// The paper's base case on one device an instance.
    func pair() throws -> InstancePair {
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 100)),
            communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)))
        return InstancePair(
            attention: .init(price: 2, power: 700), ffn: .init(price: 3, power: 700), latencies: .given(stages),
            slotLoad: try SlotLoad(mean: 599, standardDeviation: 499.5))
    }

    func problem(
        _ target: FleetTarget, limits: PlanLimits? = nil, objective: Objective = .instances
    ) throws -> PlanProblem {
        try PlanProblem(
            pairs: [try pair()], limits: try limits ?? PlanLimits(batchSize: 256), objective: objective, target: target)
    }

    @Test("A fixed batch and no target give the sizing's ratio")
    func agreesWithSizing() throws {
        let plan = try problem(.shape).solve()
        let pair = try pair()
        guard case .given(let stages) = pair.latencies else { return }
        let sizing = try SizingProblem(
            workload: try Workload(.moments(pair.slotLoad)), stages: stages, batchSize: 256, maximumRatio: 512)
        let answer = sizing.solve(under: GaussianBarrierCycle(sizing.parameters))
        #expect(Double(plan.best.attentionInstances) == answer.recommendation.ratio)
        #expect(abs(plan.best.throughputPerInstance / answer.recommendation.throughputPerInstance - 1) < 1e-12)
    }

    @Test("A demand is met, spares are beside, nothing smaller would do", arguments: [1e4, 1e6, 2.5e7])
    func demand(tokens: Double) throws {
        let plan = try problem(.demand(tokensPerSecond: tokens, spareInstances: 1), objective: .cost).solve()
        #expect(Double(plan.best.bundles) * plan.best.throughput >= tokens)
        #expect(Double(plan.best.bundles - 1) * plan.best.throughput < tokens)
        for other in plan.alternatives {
            #expect(other.score <= plan.best.score)
            #expect(other.score >= 0.98 * plan.best.score)
        }
    }

    @Test("A budget is not exceeded")
    func budget() throws {
        let plan = try problem(.total(devices: 64)).solve()
        #expect(plan.best.bundles * (plan.best.attentionInstances + plan.best.ffnInstances) <= 64)
        let both = try problem(.each(attention: 48, ffn: 16)).solve()
        #expect(both.best.bundles * both.best.attentionInstances <= 48)
        #expect(both.best.bundles * both.best.ffnInstances <= 16)
        #expect(both.shadowPrices.map(\.limit).contains(.attentionDevices))
    }

    @Test("The front rises in both directions and no point of it is beaten")
    func front() throws {
        let front = try problem(.shape, limits: try PlanLimits(maximumBatch: 1024)).solve().pareto
        #expect(front.count > 5)
        for (one, next) in zip(front, front.dropFirst()) {
            #expect(one.tpot < next.tpot)
            #expect(one.throughputPerInstance < next.throughputPerInstance)
        }
    }

    @Test("The bound that binds is named, and loosening it brings what is said")
    func binding() throws {
        let limits = try PlanLimits(tpot: 400, maximumBatch: 4096)
        let plan = try problem(.shape, limits: limits).solve()
        let price = try #require(plan.binding)
        #expect(price.limit == .tpot)
        var looser = limits
        looser.tpot = 1400
        let more = try problem(.shape, limits: looser).solve()
        #expect(abs(more.best.score / plan.best.score - 1 - price.gain) < 1e-12)
    }

    @Test("What cannot be met says by how much")
    func infeasible() throws {
        func conflicts(_ target: FleetTarget, _ limits: PlanLimits) throws -> [Infeasibility.Conflict] {
            let problem = try problem(target, limits: limits)
            let error = #expect(throws: Infeasibility.self) { try problem.solve() }
            return error?.conflicts ?? []
        }
        let slow = try conflicts(.shape, try PlanLimits(tpot: 10))
        #expect(slow.map(\.field) == ["limits.tpot_ms"])
        // One request: t_A ≥ 50 µs, t_F = 100.083 µs, t_C = 20.022 µs; 90 µs over the bound.
        #expect(slow.first?.detail.contains("0.09 ms over the bound") == true, "\(slow)")
        let few = try conflicts(.total(devices: 1), try PlanLimits())
        #expect(few.map(\.field) == ["devices.total"])
        #expect(few.first?.detail.contains("1 more than 1") == true)
    }

    @Test("Advice keeps what is good enough, resizes what is not, and says why")
    func advice() throws {
        let problem = try problem(.total(devices: 64))
        let plan = try problem.solve()
        let best = plan.best
        func advice(_ a: Int, _ f: Int, _ threshold: Double = 0.05) -> ResizeAdvice {
            problem.advice(
                current: .init(attentionInstances: a, ffnInstances: f, batchSize: 256), plan: plan, threshold: threshold
            )
        }
        let same = advice(best.bundles * best.attentionInstances, best.bundles * best.ffnInstances)
        #expect(same.action == .keep && same.reason == .optimal)
        let poor = advice(32, 32)
        #expect(poor.action == .resize && poor.reason == .worthwhile)
        #expect(try #require(poor.gain) > 0.05)
        let near = advice(32, 32, 100)
        #expect(near.action == .keep && near.reason == .withinHysteresis)
        #expect(near.sentence.contains("threshold"))
        let demanding = try self.problem(.demand(tokensPerSecond: 1e8, spareInstances: 0))
        let short = demanding.advice(
            current: .init(attentionInstances: 4, ffnInstances: 1), plan: try demanding.solve(), threshold: 0.05)
        #expect(short.reason == .belowDemand && short.action == .resize)
    }

    @Test("Advice keeps no fleet over its budget, and none without its spares")
    func adviceHeedsBudgetAndSpares() throws {
        func advice(_ target: FleetTarget, _ a: Int, _ f: Int, _ limits: PlanLimits? = nil) throws -> ResizeAdvice {
            let problem = try problem(target, limits: limits)
            return problem.advice(
                current: .init(attentionInstances: a, ffnInstances: f, batchSize: 256), plan: try problem.solve(),
                threshold: 0.05)
        }
        let over = try advice(.total(devices: 40), 300, 40)
        #expect(over.action == .resize && over.reason == .overBudget)
        #expect(over.sentence.contains("340") && over.sentence.contains("40"))
        #expect(try advice(.each(attention: 20, ffn: 10), 20, 11).reason == .overBudget)
        #expect(try advice(.each(attention: 20, ffn: 10), 21, 2).reason == .overBudget)
        #expect(try advice(.each(attention: 20, ffn: 10), 20, 2).action == .keep)
        // Whole nodes count: nine instances of one device are two nodes of eight.
        let nodes = try PlanLimits(batchSize: 256, devicesPerNode: 8)
        #expect(try advice(.total(devices: 40), 33, 1, nodes).reason == .overBudget)

        let plan = try problem(.demand(tokensPerSecond: 2e7, spareInstances: 2)).solve()
        let (x, y) = (plan.best.bundles * plan.best.attentionInstances, plan.best.bundles * plan.best.ffnInstances)
        let demand = FleetTarget.demand(tokensPerSecond: 2e7, spareInstances: 2)
        #expect(try advice(demand, x + 2, y + 2).action == .keep)
        let bare = try advice(demand, x, y)
        #expect(bare.action == .resize && bare.reason == .withoutSpares, "\(bare)")
        #expect(try advice(demand, x / 2, max(1, y / 2)).reason == .belowDemand)
    }

    @Test("Advice and verdict call what the accuracy cannot tell apart a tie")
    func ties() throws {
        let problem = try problem(.total(devices: 64))
        let plan = try problem.solve()
        let best = plan.best
        // One instance fewer of some dozens: less than the accuracy of one percent, or at least less than the threshold.
        let near = problem.advice(
            current: .init(
                attentionInstances: best.bundles * best.attentionInstances,
                ffnInstances: best.bundles * best.ffnInstances, batchSize: 255), plan: plan, threshold: 0.001)
        #expect(near.action == .keep && near.reason == .tie, "\(near)")
        #expect(try #require(near.gain) > 0)
        // The bundle's barrier costs what sharing β_F brings.
        let verdicts = try stride(from: 0.0, through: 100, by: 1).map { beta in
            let stages = StageLatencies(
                attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 0)),
                ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: beta)))
            let pair = InstancePair(
                attention: .init(), ffn: .init(), latencies: .given(stages),
                slotLoad: try SlotLoad(mean: 599, standardDeviation: 499.5))
            let colocated = try PlanProblem(pairs: [pair], limits: try PlanLimits(batchSize: 256)).solve().colocated
            let gain = try #require(colocated?.gain)
            let verdict = try #require(colocated?.verdict)
            #expect((abs(gain) <= 0.01) == (verdict == .tie))
            #expect(verdict == .tie || (verdict == .disaggregate) == (gain > 0))
            return verdict
        }
        #expect(Set(verdicts) == [.doNotDisaggregate, .tie, .disaggregate])
    }

    @Test("Rules about ranks hold in the plan, and what breaks them is not kept")
    func rankRules() throws {
        guard case .given(let stages) = try self.pair().latencies else { return }
        let pair = InstancePair(
            attention: .init(devices: 3), ffn: .init(devices: 4), latencies: .given(stages),
            slotLoad: try SlotLoad(mean: 599, standardDeviation: 499.5))
        func solve(_ rule: PlanLimits.RankRule?) throws -> (plan: Plan, problem: PlanProblem) {
            let limits = try PlanLimits(batchSize: 256, maximumRatio: 30, maximumFFNInstances: 2, rankRule: rule)
            let problem = try PlanProblem(pairs: [pair], limits: limits, objective: .devices)
            return (try problem.solve(), problem)
        }
        let free = try solve(nil)
        let multiple = try solve(.multiple)
        let blocks = try solve(.blocks)
        for point in [multiple.plan.best] + multiple.plan.alternatives {
            #expect(point.attentionInstances * 3 % (point.ffnInstances * 4) == 0)
        }
        // Blocks of unequal size cost at most what equal ones do, and never less than requests shared evenly.
        #expect(blocks.plan.best.score <= free.plan.best.score * (1 + 1e-12))
        #expect(multiple.plan.best.score <= blocks.plan.best.score * (1 + 1e-12))
        let broken = multiple.problem.advice(
            current: .init(attentionInstances: 5, ffnInstances: 1), plan: multiple.plan, threshold: 0)
        #expect(broken.action == .resize && broken.reason == .breaksLimit && broken.sentence.contains("15"))
        // Twelve Attention devices for four FFN devices and eleven instances for two: kept or not, but no rule is broken.
        let kept = multiple.problem.advice(
            current: .init(attentionInstances: 8, ffnInstances: 1), plan: multiple.plan, threshold: 0)
        #expect(kept.reason != .breaksLimit)
        let error = #expect(throws: Infeasibility.self) {
            try PlanProblem(
                pairs: [pair], limits: try PlanLimits(batchSize: 256, maximumRatio: 3, rankRule: .multiple)
            ).solve()
        }
        #expect(error?.conflicts.first?.field == "max_ratio")
        #expect(error?.conflicts.first?.detail.contains("4 Attention instances") == true)
    }

    @Test("A batch beyond its bound is told once, however many pairs there are")
    func batchBeyondBound() throws {
        let problem = try PlanProblem(
            pairs: Array(repeating: try pair(), count: 30), limits: try PlanLimits(maximumBatch: 2, batchSize: 256))
        let error = #expect(throws: Infeasibility.self) { try problem.solve() }
        #expect(error?.conflicts.filter { $0.field == "batch_size" }.count == 1)
    }

    @Test("A plan that nobody waits for ends")
    func cancelled() throws {
        let problem = try problem(.shape, limits: try PlanLimits(maximumBatch: 4096))
        #expect(throws: PlanError.cancelled) { try problem.solve { true } }
        #expect(try problem.solve { false }.best == problem.solve().best)
    }

    @Test("Colocation wins where Attention is cheap beside a fixed FFN cost that one batch shares")
    func colocation() throws {
        // Without disaggregation each instance pays β_F for its own requests; the bundle pays it once.
        let plan = try problem(.shape).solve()
        let colocated = try #require(plan.colocated)
        #expect(colocated.verdict == .disaggregate)
        let gain = try #require(colocated.gain)
        let apart = try #require(colocated.throughputPerInstance)
        #expect(abs(plan.best.throughputPerInstance / apart - 1 - gain) < 1e-9)
        // No fixed FFN cost and a barrier: splitting gains nothing.
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 0)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.083, beta: 0)))
        let flat = InstancePair(
            attention: .init(), ffn: .init(), latencies: .given(stages),
            slotLoad: try SlotLoad(mean: 599, standardDeviation: 499.5))
        let other = try PlanProblem(pairs: [flat], limits: try PlanLimits(batchSize: 256)).solve()
        #expect(other.colocated?.verdict == .doNotDisaggregate)
    }
}
