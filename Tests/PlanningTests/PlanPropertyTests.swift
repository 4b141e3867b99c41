import TestSupport
import Testing

@testable import Planning

/// What every plan must be, over problems at random, against searches that try everything.
@Suite("Plans at random")
struct PlanPropertyTests {
    private static func breaksALimit(_ point: BundlePoint, of problem: PlanProblem) -> String? {
        let limits = problem.limits
        let pair = problem.pairs[point.pair]
        if let tpot = limits.tpot, (limits.percentile == .mean ? point.tpot : point.tpot99) > tpot { return "TPOT" }
        if point.batchSize > limits.maximumBatch || point.batchSize < 1 { return "batch" }
        if point.attentionInstances > limits.maximumRatio { return "ratio" }
        if point.ffnInstances > limits.maximumFFNInstances { return "FFN instances" }
        if !limits.microbatches.contains(point.microbatches) { return "microbatches" }
        if limits.attentionRanksAtLeastFFN,
            point.attentionInstances * pair.attention.devices < point.ffnInstances * pair.ffn.devices
        {
            return "ranks"
        }
        let attention = problem.devices(point.bundles * point.attentionInstances, pair.attention)
        let ffn = problem.devices(point.bundles * point.ffnInstances, pair.ffn)
        switch problem.target {
        case .shape: return point.bundles == 1 ? nil : "bundles"
        case .demand(let tokens, _): return Double(point.bundles) * point.throughput >= tokens ? nil : "demand"
        case .total(let devices): return attention + ffn <= devices ? nil : "devices"
        case .each(let a, let f): return attention <= a && ffn <= f ? nil : "devices of a kind"
        }
    }

    @Test("the best plan and its alternatives keep every limit, are ordered, and none is left out", arguments: 0..<20)
    func plan(seed: Int) throws {
        let problem = try Cases.problem(UInt64(2000 + seed))
        let all = Cases.exhaustive(problem)
        guard let plan = try? problem.solve() else {
            #expect(all.isEmpty, "\(all.count) points are possible")
            return
        }
        #expect(plan.isProven)
        let most = try #require(all.map(\.score).max())
        #expect(relativeError(plan.best.score, most) < 1e-9)
        for point in [plan.best] + plan.alternatives { #expect(Self.breaksALimit(point, of: problem) == nil) }
        for (one, next) in zip(plan.alternatives, plan.alternatives.dropFirst()) { #expect(one.score >= next.score) }
        let shapes = Set(
            all.filter { $0.score >= (1 - PlanProblem.nearOptimal) * plan.best.score }
                .map { BundleShape(pair: $0.pair, attention: $0.attentionInstances, ffn: $0.ffnInstances) })
        #expect(
            plan.alternativesCut
                ? plan.alternatives.count == PlanProblem.maximumAlternatives && shapes.count > plan.alternatives.count
                : plan.alternatives.count == shapes.count - 1)
    }

    @Test("where nothing is possible, each conflict names a field that would have to change", arguments: 0..<60)
    func infeasible(seed: Int) throws {
        let problem = try Cases.problem(UInt64(3000 + seed))
        guard Cases.exhaustive(problem).isEmpty else { return }
        let error = #expect(throws: Infeasibility.self) { try problem.solve() }
        let fields = try #require(error).conflicts.map(\.field)
        #expect(!fields.isEmpty)
        var limits = problem.limits
        var target = problem.target
        for field in fields {
            switch field {
            case "limits.tpot_ms": limits.tpot = nil
            case "max_ratio": limits.maximumRatio = PlanLimits.defaultMaximumRatio
            case "devices.total", "devices.attention", "devices.ffn": target = .shape
            case "devices":
                // Each limit can be met alone: without either there is a plan.
                limits.tpot = nil
            default: Issue.record("\(field) is not a limit of these problems")
            }
        }
        let freed = try PlanProblem(pairs: problem.pairs, limits: limits, objective: problem.objective, target: target)
        #expect(throws: Never.self, "\(fields)") { try freed.bestBundle() }
    }

    @Test("a shadow price is the gain of the exhaustive search with one more", arguments: 0..<12)
    func shadowPrices(seed: Int) throws {
        let problem = try Cases.problem(UInt64(4000 + seed))
        guard let plan = try? problem.solve() else { return }
        for price in plan.shadowPrices {
            let pair = problem.pairs[plan.best.pair]
            var limits = problem.limits
            var target = problem.target
            switch (price.limit, target) {
            case (.tpot, _): limits.tpot = try #require(limits.tpot) + 1000
            case (.batchSize, _): limits.maximumBatch += 1
            case (.ratio, _): limits.maximumRatio += 1
            case (.devices, .total(let devices)):
                target = .total(devices: devices + max(pair.attention.devices, pair.ffn.devices))
            case (.attentionDevices, .each(let attention, let ffn)):
                target = .each(attention: attention + pair.attention.devices, ffn: ffn)
            case (.ffnDevices, .each(let attention, let ffn)):
                target = .each(attention: attention, ffn: ffn + pair.ffn.devices)
            default: Issue.record("\(price.limit) is no limit of \(target)")
            }
            let looser = try PlanProblem(
                pairs: [pair], limits: limits, objective: problem.objective, target: target)
            let most = try #require(Cases.exhaustive(looser).map(\.score).max())
            #expect(abs(most / plan.best.score - 1 - price.gain) < 1e-9, "\(price)")
        }
        #expect(plan.shadowPrices.map(\.gain) == plan.shadowPrices.map(\.gain).sorted(by: >))
        #expect(plan.binding == plan.shadowPrices.first { $0.gain > 1e-9 })
    }

    @Test("no point of the front is beaten, and no bundle at the front's batches beats its best", arguments: 0..<10)
    func front(seed: Int) throws {
        let problem = try Cases.problem(UInt64(6000 + seed))
        guard let plan = try? problem.solve() else { return }
        let front = plan.pareto
        for (one, next) in zip(front, front.dropFirst()) {
            #expect(one.tpot < next.tpot && one.throughputPerInstance < next.throughputPerInstance)
        }
        // With nodes the front counts instances as nodes do.
        guard problem.limits.devicesPerNode == nil else { return }
        var limits = problem.limits
        limits.tpot = nil
        limits.maximumFFNInstances = 1
        limits.microbatches = [plan.best.microbatches]
        let pair = problem.pairs[plan.best.pair]
        let free = try PlanProblem(pairs: [pair], limits: limits, objective: .instances)
        let grid = PlanProblem.grid(upTo: limits.maximumBatch, points: 32)
        let most = Cases.exhaustive(free).filter { grid.contains($0.batchSize) }.map(\.throughputPerInstance).max() ?? 0
        #expect(relativeError(front.last?.throughputPerInstance ?? 0, most) < 1e-9)
    }

    @Test("the advice follows from what runs", arguments: 0..<30)
    func advice(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let problem = try Cases.problem(UInt64(2000 + seed))
        guard let plan = try? problem.solve() else { return }
        let current = ResizeAdvice.Current(
            attentionInstances: Int.random(in: 1...30, using: &generator),
            ffnInstances: Int.random(in: 1...6, using: &generator))
        let advice = problem.advice(current: current, plan: plan, threshold: 0.1)
        let keeps: [ResizeAdvice.Reason] = [.optimal, .tie, .withinHysteresis]
        #expect(advice.action == (keeps.contains(advice.reason) ? .keep : .resize))
        let accuracy = problem.pairs[plan.best.pair].accuracy
        switch advice.reason {
        case .breaksLimit: #expect(advice.current == nil && advice.gain == nil)
        case .optimal: #expect(advice.gain == 0)
        case .tie: #expect(try #require(advice.gain) <= accuracy)
        case .withinHysteresis: #expect(try #require(advice.gain) < 0.1)
        case .overBudget: #expect(advice.current == nil && advice.gain == nil)
        case .withoutSpares:
            guard case .demand(_, let spares) = problem.target else {
                Issue.record("there is no demand")
                return
            }
            #expect(spares > 0)
        case .worthwhile: #expect(try #require(advice.gain) >= 0.1)
        case .belowDemand:
            guard case .demand(let tokens, _) = problem.target else {
                Issue.record("there is no demand")
                return
            }
            let point = try #require(advice.current)
            let pool = point.throughput * Double(current.attentionInstances) / Double(point.attentionInstances)
            #expect(pool < tokens)
            #expect(relativeError(try #require(advice.gain), tokens / pool - 1) < 1e-12)
        }
    }
}
