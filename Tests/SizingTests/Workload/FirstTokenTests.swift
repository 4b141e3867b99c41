import TestSupport
import Testing
import Text

@testable import Sizing

/// What is left for bundles where prefill instances make the first token, against sums over j = 1 … D − 1.
@Suite("After the first token") struct FirstTokenTests {
    static let lengths: [LengthDistribution] = {
        [
            try? .fixed(1.25), try? .fixed(7), try? .geometric(mean: 1.5), try? .geometric(mean: 400),
            try? .uniform(minimum: 1, maximum: 1000), try? .uniform(minimum: 5, maximum: 9),
            try? .lognormal(mean: 200, standardDeviation: 40), try? .lognormal(mean: 200, standardDeviation: 300),
            try? .empirical(EmpiricalLengths(values: [1, 2, 4.5, 90], weights: [3, 1, 2, 0.5])),
        ].compactMap { $0 }
    }()

    @Test("steps and loads are those of all tokens but the first", arguments: lengths)
    func moments(decode: LengthDistribution) throws {
        let prefill = try LengthDistribution.geometric(mean: 50)
        let load = try OpenLoad(Workload(.independent(prefill: prefill, decode: decode)), firstToken: .prefill)
        let d = decode.decodeMoments
        #expect(relativeError(load.meanSteps, d.mean - 1) < 1e-4, "\(load.meanSteps)")
        // Σ_{1≤j<D} j and j² are those from 0 on; only the number of terms differs.
        let first = d.factorial2 / 2 / (d.mean - 1)
        let second = (d.factorial3 / 3 + d.factorial2 / 2) / (d.mean - 1)
        let variance = second - first * first + prefill.moments.variance
        #expect(relativeError(load.slotLoad.mean, 50 + first) < 2e-4, "\(load.slotLoad.mean)")
        #expect(relativeError(load.slotLoad.variance, variance) < 2e-3, "\(load.slotLoad.variance)")
    }

    @Test("a trace is taken request by request, and those of one token do not come")
    func trace() throws {
        let trace = try RequestTrace(prefill: [10, 20, 30], decode: [1, 2, 4], weights: [2, 1, 1])
        let load = try OpenLoad(Workload(.trace(trace)), firstToken: .prefill)
        #expect(load.decodedShare == 0.5)
        #expect(load.meanSteps == 1)
        // 21 for a step, and 31, 32 and 33.
        #expect(relativeError(load.slotLoad.mean, 117.0 / 4) < 1e-12)
        #expect(load.lengths.meanDecode == 2)
        let arrivals = load.arriving(try Arrivals(requestsPerSecond: 8, dispersion: 3))
        #expect(arrivals.requestsPerSecond == 4)
        #expect(arrivals.dispersion == 2)
    }

    @Test("where every answer is one token nothing is left to decode")
    func nothing() throws {
        for decode in try [LengthDistribution.fixed(1), .geometric(mean: 1), .uniform(minimum: 1, maximum: 1)] {
            let workload = try Workload(.independent(prefill: .fixed(10), decode: decode))
            #expect(throws: InvalidInput.self) { try OpenLoad(workload, firstToken: .prefill) }
            #expect(try OpenLoad(workload).meanSteps == 1)
        }
    }
}
