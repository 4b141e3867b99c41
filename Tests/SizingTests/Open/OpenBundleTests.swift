import Foundation
import TestSupport
import Testing

@testable import Sizing

@Suite("Open bundle")
struct OpenBundleTests {
    static func bundle(
        _ decode: LengthDistribution, instances: Int = 8, batchSize: Int = 128, microbatches: Int? = nil
    ) throws -> SolvedBundle {
        let stages = try BaseCase.stages()
        let load = try OpenLoad(Workload(.independent(prefill: .fixed(100), decode: decode)))
        return try #require(
            SolvedBundle(
                OpenBundle(
                    attentionInstances: instances, batchSize: batchSize, microbatches: microbatches, load: load
                ) { _ in stages }))
    }

    /// Model section 8: a step-by-step simulation of 4·10⁵ to 10⁶ requests.
    @Test(
        "requests present and time in decode are the simulated ones",
        arguments: [
            (3000, 0, 171.4, 57.14, 0.01), (8500, 0, 658.3, 77.48, 0.01), (9800, 0, 836.6, 85.41, 0.01),
            (10_300, 0, 926.4, 90.28, 0.01), (10_500, 0, 969.0, 93.59, 0.02), (3000, 600, 171.6, 57.15, 0.01),
            (7000, 600, 517.2, 74.02, 0.02), (8700, 600, 890.5, 104.1, 0.03),
        ] as [(Double, Double, Double, Double, Double)])
    func table(rate: Double, deviation: Double, present: Double, milliseconds: Double, tolerance: Double) throws {
        let decode: LengthDistribution =
            deviation == 0 ? try .geometric(mean: 500) : try .lognormal(mean: 500, standardDeviation: deviation)
        let service = try #require(try Self.bundle(decode).service(Arrivals(requestsPerSecond: rate)))
        #expect(relativeError(service.occupancy, present) < tolerance, "\(service.occupancy)")
        #expect(relativeError(service.decodeTime / 1000, milliseconds) < tolerance, "\(service.decodeTime)")
        if deviation > 0, rate > 5000 { #expect(!service.isTrustworthy) }
        if deviation == 0 { #expect(service.isTrustworthy == (service.utilisation <= 0.95)) }
    }

    @Test("arrivals of an interarrival CV of 2 scatter more, and the mean stays")
    func bursts() throws {
        let service = try #require(
            try Self.bundle(.geometric(mean: 500)).service(Arrivals(requestsPerSecond: 9800, dispersion: 4)))
        #expect(relativeError(service.occupancy, 839.6) < 0.01)
        #expect(abs(service.peakedness - 2.5) < 0.1)
    }

    /// Processor sharing with a pace that depends on the number, simulated event by event; requests beyond S wait in line.
    static func simulate(
        slots: Int, rate: Double, requests: Int, seed: UInt64, pace: (Int) -> Double,
        length: (inout SeededGenerator) -> Double
    ) -> Double {
        var random = SeededGenerator(seed: seed)
        var work: [Double] = []
        var line: [Double] = []
        var area = 0.0
        var time = 0.0
        var next = -log(Double.random(in: 1e-12...1, using: &random)) / rate
        var arrived = 0
        while arrived < requests {
            let perToken = work.isEmpty ? .infinity : pace(work.count)
            let least = work.min() ?? .infinity
            let end = work.isEmpty ? .infinity : least * perToken
            let step = min(end, next)
            area += Double(work.count) * step
            time += step
            next -= step
            if end <= next + step, !work.isEmpty, step == end {
                let done = work.firstIndex(of: least) ?? 0
                for index in work.indices { work[index] -= least }
                work.remove(at: done)
                if !line.isEmpty { work.append(line.removeFirst()) }
            } else {
                for index in work.indices { work[index] -= step / perToken }
                arrived += 1
                let new = length(&random)
                if work.count < slots { work.append(new) } else { line.append(new) }
                next = -log(Double.random(in: 1e-12...1, using: &random)) / rate
            }
        }
        return area / time
    }

    @Test("insensitive: fixed, exponential and two-point lengths of one mean make one occupancy", arguments: 0..<3)
    func insensitivity(law: Int) throws {
        let slots = 40
        let curve = OccupancyTests.curve([(1, 12), (Double(slots), 12 + 39 * 0.5)])
        let work = 0.7 * curve.capacity
        let expected = try #require(Occupancy(curve, work: work, peakedness: 1)).inService
        func length(_ random: inout SeededGenerator) -> Double {
            switch law {
            case 0: 100
            case 1: -100 * log(Double.random(in: 1e-12...1, using: &random))
            default: Double.random(in: 0..<1, using: &random) < 0.9 ? 50 : 550
            }
        }
        let simulated = Self.simulate(
            slots: slots, rate: work / 100, requests: 30_000, seed: UInt64(law), pace: { curve.pace(at: Double($0)) },
            length: length)
        #expect(relativeError(simulated, expected) < 0.03, "\(simulated) \(expected)")
    }

    @Test("more requests are never faster, busier or fewer; more rate never shortens anything", arguments: 0..<12)
    func relations(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let stages = try random.stages(communicationLoad: seed % 2 == 0 ? .attentionBatch : .aggregateBatch)
        let load = try OpenLoad(try random.workload())
        let bundle = try OpenBundle(
            attentionInstances: Int(random.generator.magnitude(1...32)), ffnInstances: Int(1 + seed % 3),
            batchSize: Int(random.generator.magnitude(1...256)), microbatches: [nil, 2, 3][Int(seed % 3)], load: load
        ) { _ in stages }
        let solved = try #require(SolvedBundle(bundle))
        var previous: BundleService?
        for share in [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95] {
            let service = try #require(
                solved.service(try Arrivals(requestsPerSecond: share * solved.capacity)))
            #expect(relativeError(service.utilisation, share) < 1e-9)
            #expect(service.occupancy <= service.slots)
            #expect(service.busy.attention <= 1 && service.busy.ffn <= 1)
            // Little: the time in decode is the rate's part of those present.
            #expect(relativeError(service.decodeTime, load.lengths.meanDecode * service.meanTPOT) < 1e-9)
            for p in [0.5, 0.9, 0.99] {
                let wait = service.wait(percentile: p)
                #expect(service.waitShare(within: wait * (1 + 1e-9)) >= p - 1e-6)
            }
            if let previous {
                #expect(service.occupancy >= previous.occupancy * (1 - 1e-9))
                #expect(service.meanTPOT >= previous.meanTPOT * (1 - 1e-6))
                #expect(service.waitingProbability >= previous.waitingProbability - 1e-9)
            }
            previous = service
        }
        #expect(solved.service(try Arrivals(requestsPerSecond: solved.capacity * 1.0001)) == nil)
    }

    @Test("the curve follows the barrier between its knots")
    func curve() throws {
        let solved = try Self.bundle(.geometric(mean: 500), instances: 16, batchSize: 600, microbatches: 2)
        for batch in stride(from: 1, through: 600, by: 7) {
            let parameters = try BundleParameters(
                slotLoad: solved.bundle.load.slotLoad, stages: BaseCase.stages(), batchSize: batch, microbatches: 2)
            let cycle = ExactBarrierCycle(
                thirdMoment: parameters, decorrelationRate: solved.bundle.load.decorrelationRate)
            let tpot = 2 * cycle.duration(ratio: 16)
            #expect(relativeError(solved.curve.pace(at: Double(batch * 32)), tpot) < 0.006, "\(batch)")
        }
    }
}
