import Foundation
import Sizing
import SizingNumerics
import TestSupport
import Testing

@Suite("Slot load")
struct SlotLoadTests {
    /// The definition, step by step: every request fills its slot with P, P + 1, … P + D − 1.
    static func bySteps(_ requests: [(prefill: Int, decode: Int, weight: Double)]) -> (Double, Double, Double) {
        var steps = 0.0
        var sum = 0.0
        for request in requests {
            for age in 0..<request.decode {
                steps += request.weight
                sum += request.weight * Double(request.prefill + age)
            }
        }
        let mean = sum / steps
        var second = 0.0
        var third = 0.0
        for request in requests {
            for age in 0..<request.decode {
                let deviation = Double(request.prefill + age) - mean
                second += request.weight * deviation * deviation
                third += request.weight * deviation * deviation * deviation
            }
        }
        return (mean, (second / steps).squareRoot(), third / steps / pow(second / steps, 1.5))
    }

    @Test("a trace agrees with counting every step", arguments: 0..<20)
    func traceBySteps(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...60, using: &generator)
        let requests = (0..<count).map { _ in
            (
                prefill: Int.random(in: 0...5000, using: &generator),
                decode: Int.random(in: 1...300, using: &generator),
                weight: Double.random(in: 0.1...3, using: &generator)
            )
        }
        let load = SlotLoad(
            trace: try RequestTrace(
                prefill: requests.map(\.prefill), decode: requests.map(\.decode), weights: requests.map(\.weight)))
        let expected = Self.bySteps(requests)
        #expect(relativeError(load.mean, expected.0) < 1e-12)
        #expect(relativeError(load.standardDeviation, expected.1) < 1e-10)
        #expect(abs(load.skewness - expected.2) < 1e-9 * max(1, abs(expected.2)))
    }

    @Test("independent lengths agree with the trace of all their pairs", arguments: 0..<20)
    func independentByPairs(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func lengths(from minimum: Int) throws -> EmpiricalLengths {
            let count = Int.random(in: 1...12, using: &generator)
            return try EmpiricalLengths(
                values: (0..<count).map { _ in Double(Int.random(in: minimum...400, using: &generator)) },
                weights: (0..<count).map { _ in Double.random(in: 0.1...2, using: &generator) })
        }
        let prefill = try lengths(from: 0)
        let decode = try lengths(from: 1)
        var pairs: [(prefill: Int, decode: Int, weight: Double)] = []
        for p in prefill.values.indices {
            for d in decode.values.indices {
                pairs.append(
                    (Int(prefill.values[p]), Int(decode.values[d]), prefill.weight(at: p) * decode.weight(at: d)))
            }
        }
        let load = SlotLoad(prefill: .empirical(prefill), decode: .empirical(decode))
        let expected = Self.bySteps(pairs)
        #expect(relativeError(load.mean, expected.0) < 1e-12)
        #expect(relativeError(load.standardDeviation, expected.1) < 1e-10)
        #expect(abs(load.skewness - expected.2) < 1e-8 * max(1, abs(expected.2)))
    }

    @Test("geometric decode: θ = μ_P + μ_D − 1, ν² = Var P + μ_D(μ_D − 1), skewness of a geometric age")
    func geometric() throws {
        let load = SlotLoad(prefill: try .fixed(100), decode: try .geometric(mean: 500))
        #expect(relativeError(load.mean, 599) < 1e-12)
        #expect(relativeError(load.variance, 500 * 499) < 1e-12)
        // The age is geometric from 0: skewness (2 − p)/√(1 − p).
        #expect(relativeError(load.skewness, (2 - 0.002) / (1 - 0.002).squareRoot()) < 1e-9)
    }

    @Test("uniform lengths agree with listing them")
    func uniform() throws {
        let uniform = SlotLoad(
            prefill: try .uniform(minimum: 3, maximum: 40), decode: try .uniform(minimum: 2, maximum: 9))
        let listed = SlotLoad(
            prefill: .empirical(try EmpiricalLengths(values: (3...40).map(Double.init))),
            decode: .empirical(try EmpiricalLengths(values: (2...9).map(Double.init))))
        #expect(relativeError(uniform.mean, listed.mean) < 1e-12)
        #expect(relativeError(uniform.standardDeviation, listed.standardDeviation) < 1e-12)
        #expect(abs(uniform.skewness - listed.skewness) < 1e-9)
    }

    @Test(
        "lognormal decode agrees with sampling at its quantiles",
        arguments: [(211.0, 163.0), (40, 200), (1.2, 0.1), (1, 5), (3, 1), (500, 900)])
    func lognormal(mean: Double, deviation: Double) throws {
        let load = SlotLoad(prefill: try .fixed(7), decode: try .lognormal(mean: mean, standardDeviation: deviation))
        let parameters = LognormalParameters(mean: mean, standardDeviation: deviation)
        // Midpoint rule in the normal variable, z from −9 to 14 (the moments to D³ shift the mass by 3 scales).
        var values: [Double] = []
        var weights: [Double] = []
        let step = 2e-4
        for index in 0..<115_000 {
            let z = -9 + (Double(index) + 0.5) * step
            values.append(max(1, min(1e9, exp(parameters.location + parameters.scale * z))))
            weights.append(NormalDistribution.density(z))
        }
        let listed = SlotLoad(
            prefill: try .fixed(7), decode: .empirical(try EmpiricalLengths(values: values, weights: weights)))
        #expect(relativeError(load.mean, listed.mean) < 1e-3)
        #expect(relativeError(load.standardDeviation, listed.standardDeviation) < 2e-3)
    }

    @Test("extremes stay finite", arguments: [1.0, 2, 1e3, 1e7, 1e9])
    func extremes(scale: Double) throws {
        for decode in [
            try LengthDistribution.fixed(scale), try .geometric(mean: scale),
            try .uniform(minimum: 1, maximum: Int(scale)), try .lognormal(mean: scale, standardDeviation: scale),
        ] {
            let load = SlotLoad(prefill: try .fixed(1e9), decode: decode)
            #expect(load.mean.isFinite && load.mean >= 1e9)
            #expect(load.standardDeviation.isFinite && load.skewness.isFinite)
        }
        let constant = SlotLoad(prefill: try .fixed(1e9), decode: try .fixed(1))
        #expect(constant.mean == 1e9 && constant.standardDeviation == 0 && constant.skewness == 0)
    }

    /// By exact arithmetic over fractions (Python), from the same file.
    @Test("the first 1,000 rows of the Azure trace")
    func azureSeed() throws {
        let (prefill, decode) = try PublicTrace.azureSeed.lengths()
        let load = SlotLoad(trace: try RequestTrace(prefill: prefill, decode: decode))
        #expect(relativeError(load.mean, 1154.7381603319557) < 1e-12)
        #expect(relativeError(load.variance, 340192.9039185737) < 1e-11)
    }

    @Test("the whole Azure trace", .enabled(if: PublicTrace.azure.isPresent, "\(PublicTrace.absence)"))
    func azure() throws {
        let (prefill, decode) = try PublicTrace.azure.lengths()
        let load = SlotLoad(trace: try RequestTrace(prefill: prefill, decode: decode))
        #expect(abs(load.mean - 1226.479) < 5e-4)
        #expect(abs(load.variance - 508_196.98) < 5e-3)
    }
}
