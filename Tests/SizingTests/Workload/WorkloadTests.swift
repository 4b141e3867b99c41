import Foundation
import Sizing
import TestSupport
import Testing
import Text

@Suite("Workload")
struct WorkloadTests {
    @Test("a request stays one step or more")
    func decodeFromOne() throws {
        let one = try LengthDistribution.fixed(1)
        for decode in [
            try LengthDistribution.fixed(0.5), try .uniform(minimum: 0, maximum: 5),
            try .lognormal(mean: 0.9, standardDeviation: 1), .empirical(try EmpiricalLengths(values: [0, 3])),
        ] {
            #expect(throws: InvalidInput.self) { try Workload(.independent(prefill: one, decode: decode)) }
        }
    }

    @Test("the finite horizon needs a geometric decode")
    func horizonNeedsGeometric() throws {
        let fixed = try LengthDistribution.fixed(10)
        #expect(throws: InvalidInput(field: "horizon_requests", rule: "needs a geometric decode length")) {
            try Workload(.independent(prefill: fixed, decode: fixed), horizonRequests: 10)
        }
    }

    @Test("the finite horizon is the mean over its steps of the expected load, from empty slots")
    func horizonBySteps() throws {
        let workload = try BaseCase.workload(prefill: 30, decode: 8, horizon: 1000)
        // K = N μ / B steps; at step k the expected age of a slot is (μ − 1)(1 − (1 − p)^k).
        let steps = 1000 * 8 / 4
        var load = 0.0
        for step in 0..<steps { load += 30 + 7 * (1 - pow(1 - 1.0 / 8, Double(step))) }
        #expect(relativeError(workload.meanLoad(batchSize: 4), 4 * load / Double(steps)) < 1e-9)
    }

    @Test("a long horizon tends to the stationary load, and a constant decode of one step has none")
    func horizonLimits() throws {
        let long = try BaseCase.workload(horizon: 1_000_000_000_000)
        #expect(relativeError(long.meanLoad(batchSize: 256), 256 * 599) < 1e-6)
        let single = try BaseCase.workload(decode: 1, horizon: 10)
        #expect(single.meanLoad(batchSize: 256) == 25_600)
    }

    @Test("traces and weights are checked, with the field named")
    func traceChecks() {
        #expect(throws: InvalidInput(field: "decode", rule: "must have as many elements as prefill")) {
            try RequestTrace(prefill: [1, 2], decode: [1])
        }
        #expect(throws: InvalidInput(field: "decode.1", rule: "must be a whole number from 1 to 1000000000")) {
            try RequestTrace(prefill: [1, 2], decode: [1, 0])
        }
        #expect(throws: InvalidInput(field: "weights", rule: "must not all be zero")) {
            try EmpiricalLengths(values: [1, 2], weights: [0, 0])
        }
        #expect(throws: InvalidInput.self) { try EmpiricalLengths(values: [.nan]) }
    }
}
