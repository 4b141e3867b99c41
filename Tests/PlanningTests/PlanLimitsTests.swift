import TestSupport
import Testing
import Text

@testable import Planning

/// Values out of range are refused by the name of their field.
@Suite("Limits of plans")
struct PlanLimitsTests {
    struct Wrong: CustomStringConvertible, Sendable {
        let field: String
        let make: @Sendable () throws -> Void
        var description: String { field }
    }

    private static func problem(
        objective: Objective = .instances, target: FleetTarget = .shape, price: Double? = 1, power: Double? = 1,
        count: Int = 1
    ) throws {
        var generator = SeededGenerator(seed: 1)
        let pair = try Cases.pair(&generator)
        let kind = InstancePair.Kind(price: price, power: power)
        let own = InstancePair(attention: kind, ffn: kind, latencies: pair.latencies, slotLoad: pair.slotLoad)
        _ = try PlanProblem(
            pairs: Array(repeating: own, count: count), limits: try PlanLimits(), objective: objective, target: target)
    }

    static let wrong: [Wrong] = [
        Wrong(field: "limits.tpot_ms") { _ = try PlanLimits(tpot: 0) },
        Wrong(field: "limits.tpot_ms") { _ = try PlanLimits(tpot: .nan) },
        Wrong(field: "limits.tpot_ms") { _ = try PlanLimits(tpot: 1e13) },
        Wrong(field: "limits.max_batch") { _ = try PlanLimits(maximumBatch: 0) },
        Wrong(field: "batch_size") { _ = try PlanLimits(batchSize: 0) },
        Wrong(field: "max_ratio") { _ = try PlanLimits(maximumRatio: 0) },
        Wrong(field: "max_ffn_instances") { _ = try PlanLimits(maximumFFNInstances: 17) },
        Wrong(field: "rules.devices_per_node") { _ = try PlanLimits(devicesPerNode: 0) },
        Wrong(field: "microbatches") { _ = try PlanLimits(microbatches: [nil, 0]) },
        Wrong(field: "hardware") { try problem(count: 0) },
        Wrong(field: "hardware") { try problem(count: PlanProblem.maximumPairs + 1) },
        Wrong(field: "objective") { try problem(objective: .cost, price: nil) },
        Wrong(field: "objective") { try problem(objective: .energy, power: nil) },
        Wrong(field: "demand") { try problem(target: .demand(tokensPerSecond: 0, spareInstances: 0)) },
        Wrong(field: "demand") { try problem(target: .demand(tokensPerSecond: .infinity, spareInstances: 0)) },
        Wrong(field: "demand.spare_instances") { try problem(target: .demand(tokensPerSecond: 1, spareInstances: -1)) },
        Wrong(field: "devices.total") { try problem(target: .total(devices: 0)) },
        Wrong(field: "devices") { try problem(target: .each(attention: 1, ffn: 0)) },
    ]

    @Test("out of range", arguments: wrong)
    func refused(wrong: Wrong) {
        let error = #expect(throws: InvalidInput.self) { try wrong.make() }
        #expect(error?.field == wrong.field)
    }

    @Test("a grid of batches rises from 1 to its last", arguments: [1, 2, 3, 10, 64, 4096, 1_000_000], [1, 32, 128])
    func grid(last: Int, points: Int) {
        let grid = PlanProblem.grid(upTo: last, points: points)
        #expect(grid.first == 1 && grid.last == last)
        for (one, next) in zip(grid, grid.dropFirst()) { #expect(one < next) }
        #expect(grid.count <= max(points, 1) + 32)
    }
}
