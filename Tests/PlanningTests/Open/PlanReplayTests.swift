import Foundation
import Simulation
import Sizing
import TestSupport
import Testing

@testable import Planning

/// Plans for arrivals, replayed with arrivals of their own: what was planned keeps its limits, and less does not.
///
/// `script/accuracy plans` runs fifty of them and prints each (AFD_PLAN_REPLAYS).
@Suite("Plans for arrivals, replayed") struct PlanReplayTests {
    /// Seeds to go through: a few, or as many as the environment says.
    static let seeds = 0..<(ProcessInfo.processInfo.environment["AFD_PLAN_REPLAYS"].flatMap { UInt64($0) } ?? 4)
    private static let isStudy = ProcessInfo.processInfo.environment["AFD_PLAN_REPLAYS"] != nil
    private static let requests = isStudy ? 8000 : 4000
    private static let courses = isStudy ? 6 : 4

    /// The bounded figures over their limits: simulated, with half of the 95 % interval.
    struct Shares: CustomStringConvertible {
        var ttft: (value: Double, half: Double)
        var tpot: (value: Double, half: Double)
        var wait: (value: Double, half: Double)

        var all: [(value: Double, half: Double)] { [ttft, tpot, wait] }
        /// Within the interval.
        var keeps: Bool { all.allSatisfy { $0.value - $0.half <= 1 } }
        var breaks: Bool { all.contains { $0.value + $0.half > 1 } }

        var description: String {
            zip(["ttft", "tpot", "wait"], all).map { name, figure in
                "\(name) \((figure.value * 1000).rounded() / 1000) ± \((figure.half * 1000).rounded() / 1000)"
            }.joined(separator: ", ")
        }
    }

    /// A gap of mean 1 that is gamma with a variance of I, by Marsaglia and Tsang: what plans take arrivals for.
    private static func gap(_ dispersion: Double, _ random: inout SeededGenerator) -> Double {
        func unit() -> Double { Double.random(in: 1e-12...1, using: &random) }
        let shape = 1 / dispersion
        let power = shape < 1 ? pow(unit(), dispersion) : 1
        let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
        while true {
            let x = (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit())
            let root = 1 + x / (9 * d).squareRoot()
            guard root > 0 else { continue }
            let v = root * root * root
            if log(unit()) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v * power / shape }
        }
    }

    /// Percentiles by the plan's limits over courses that begin empty, the first quarter of each left out.
    static func replay(
        _ question: RandomOpenProblem, _ plan: OpenPlan, prefill: Int, bundles: Int, seed: UInt64
    ) throws -> Shares {
        let point = plan.bundles
        let deployment = ReplayDeployment(
            shape: try ReplayBundleShape(
                stages: question.stages, attentionInstances: point.attentionInstances,
                ffnInstances: point.ffnInstances, batchSize: point.batchSize, microbatches: point.microbatches),
            bundles: bundles, prefillInstances: prefill,
            service: ReplayService(question.prefill, transfer: question.transfer))
        var figures: [[[Double]]] = [[], [], []]
        for course in 0..<UInt64(courses) {
            var random = SeededGenerator(seed: seed * 101 + course)
            let lengths = try OpenLoad(question.workload).lengths
            func draw(_ values: WeightedValues) -> Double {
                values.percentile(Double.random(in: 0..<1, using: &random))
            }
            var time = 0.0
            var columns = (arrival: [Double](), prefill: [Int32](), decode: [Int32](), cached: [Int32]())
            for _ in 0..<requests {
                time += gap(question.arrivals.dispersion, &random) / question.arrivals.requestsPerSecond
                let prompt = draw(lengths.prefill).rounded()
                columns.arrival.append(time)
                columns.prefill.append(Int32(prompt))
                columns.decode.append(Int32(max(1, draw(lengths.decode).rounded())))
                columns.cached.append(Int32(prompt * question.prefill.cachedFraction))
            }
            let done = try deployment.completions(
                of: ReplayColumns(
                    arrival: columns.arrival, prefill: columns.prefill, decode: columns.decode,
                    cached: columns.cached)
            ).filter { requests / 4..<requests - requests / 20 ~= $0.number }
            figures[0].append(done.map { $0.firstToken - $0.arrival })
            // The prefill gives the first token.
            let decoded = done.filter { columns.decode[$0.number] > 1 }
            figures[1].append(decoded.map { ($0.end - $0.began) / Double(columns.decode[$0.number] - 1) })
            figures[2].append(decoded.map { $0.began - $0.ready })
        }
        func share(_ courses: [[Double]], _ limit: ServiceLimit?) throws -> (value: Double, half: Double) {
            let limit = try #require(limit)
            let fraction = try #require(limit.percentile.fraction)
            func percentile(without left: Int?) -> Double {
                let all = courses.enumerated().filter { $0.offset != left }.flatMap(\.element).sorted()
                return all[Int(fraction * Double(all.count - 1))] / limit.time
            }
            let parts = courses.indices.map { percentile(without: $0) }
            let mean = parts.reduce(0, +) / Double(parts.count)
            let square = parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let count = Double(parts.count)
            return (percentile(without: nil), 2.6 * (square * (count - 1) / count).squareRoot())
        }
        return Shares(
            ttft: try share(figures[0], question.service.ttft), tpot: try share(figures[1], question.service.tpot),
            wait: try share(figures[2], question.service.wait))
    }

    @Test(
        "it keeps its limits, and with one prefill instance, or one bundle, fewer it breaks one", arguments: seeds)
    func smallest(seed: UInt64) throws {
        let question = try RandomOpenProblem(seed: seed)
        guard let plan = try question.plan(), let prefill = plan.prefill else {
            if Self.isStudy { print("plans | \(seed) | no deployment keeps the limits") }
            return
        }
        let bundles = plan.bundles.bundles
        let kept = try Self.replay(question, plan, prefill: prefill.instances, bundles: bundles, seed: seed)
        let isTrusted = plan.service.isTrustworthy
        var text = "plans | \(seed) | \(prefill.instances)P \(bundles) × "
        text += "\(plan.bundles.attentionInstances)A\(plan.bundles.ffnInstances)F, B \(plan.bundles.batchSize), "
        text +=
            "\(plan.bundles.microbatches.map { "m \($0)" } ?? "lock-step") | \(isTrusted ? "trusted" : "not trusted") "
        text += "| \(kept.keeps ? "keeps" : "BREAKS"): \(kept)"
        if isTrusted { #expect(kept.keeps, "\(kept)") }
        if prefill.instances > 1 {
            let fewer = try Self.replay(question, plan, prefill: prefill.instances - 1, bundles: bundles, seed: seed)
            text += " | one prefill fewer \(fewer.breaks ? "breaks" : "KEEPS"): \(fewer)"
            #expect(fewer.breaks, "one prefill instance fewer: \(fewer)")
        }
        if bundles > 1 {
            let fewer = try Self.replay(question, plan, prefill: prefill.instances, bundles: bundles - 1, seed: seed)
            text += " | one bundle fewer \(fewer.breaks ? "breaks" : "KEEPS"): \(fewer)"
            #expect(fewer.breaks, "one bundle fewer: \(fewer)")
        }
        if Self.isStudy { print(text) }
    }
}
