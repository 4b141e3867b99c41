import Sizing
import TestSupport
import Testing

@testable import Planning

/// What must hold between the answers to two questions of which one asks for more.
@Suite("Relations of plans for arrivals") struct OpenRelationsTests {
    /// The weight of the lightest plan; infinite where there is none.
    private static func weight(_ question: RandomOpenProblem) throws -> Double {
        try question.plan()?.weight ?? .infinity
    }

    @Test("more rate never takes fewer devices, and more dispersion never", arguments: 0..<16)
    func rate(seed: UInt64) throws {
        var question = try RandomOpenProblem(seed: seed)
        let (rate, dispersion) = (question.arrivals.requestsPerSecond, question.arrivals.dispersion)
        // A link for all of them.
        question.transfer = try CacheTransfer(
            bandwidth: 10 * question.transfer.bandwidth, overlap: .chunked, bytes: question.transfer.bytes)
        var last = 0.0
        for factor in [0.001, 0.3, 0.9, 1, 1.03, 2, 7] {
            question.arrivals = try Arrivals(requestsPerSecond: factor * rate, dispersion: dispersion)
            let weight = try Self.weight(question)
            #expect(weight >= last, "\(factor): \(weight) for \(last)")
            last = weight
        }
        question.arrivals = try Arrivals(requestsPerSecond: rate, dispersion: 1)
        last = try Self.weight(question)
        for dispersion in [1.5, 4, 20] {
            question.arrivals = try Arrivals(requestsPerSecond: rate, dispersion: dispersion)
            let weight = try Self.weight(question)
            #expect(weight >= last, "dispersion \(dispersion): \(weight) for \(last)")
            last = weight
        }
    }

    @Test("a plan that keeps its limits bears what it was asked for, however large", arguments: 0..<8)
    func largestRate(seed: UInt64) throws {
        var question = try RandomOpenProblem(seed: seed)
        let rate = question.arrivals.requestsPerSecond
        question.transfer = try CacheTransfer(
            bandwidth: 1e9, overlap: .chunked, bytes: question.transfer.bytes)
        for factor in [1, 1e3, 1e4] {
            question.arrivals = try Arrivals(requestsPerSecond: factor * rate, dispersion: question.arrivals.dispersion)
            guard let plan = try question.plan() else { continue }
            #expect(plan.largestRate >= factor * rate, "\(factor): \(plan.largestRate / (factor * rate) - 1)")
        }
    }

    @Test("looser limits never take more devices", arguments: 0..<16)
    func limits(seed: UInt64) throws {
        let question = try RandomOpenProblem(seed: seed)
        let base = try Self.weight(question)
        for path in [\ServiceLimits.ttft, \ServiceLimits.tpot, \ServiceLimits.wait] {
            for factor in [1.01, 1.2, 3] {
                var looser = question
                looser.service[keyPath: path]?.time *= factor
                #expect(try Self.weight(looser) <= base, "\(path) \(factor)")
            }
            var none = question
            none.service[keyPath: path] = nil
            // Without a bound on the wait, that on its probability would stand.
            #expect(try Self.weight(none) <= base, "\(path) left out")
        }
        var larger = question
        larger.limits.maximumBatch *= 2
        #expect(try Self.weight(larger) <= base, "max_batch")
        larger.limits = question.limits
        larger.limits.maximumRatio += 3
        #expect(try Self.weight(larger) <= base, "max_ratio")
        larger.limits = question.limits
        larger.limits.microbatches += [4]
        #expect(try Self.weight(larger) <= base, "microbatches")
    }

    @Test(
        "a faster link, and a codec that keeps up with it in chunks, never take more devices nor time; more cached never more prefill",
        arguments: 0..<16)
    func transfer(seed: UInt64) throws {
        let question = try RandomOpenProblem(seed: seed)
        guard let plan = try question.plan() else { return }
        let before = try #require(plan.service.transfer)
        for overlap in CacheTransfer.Overlap.allCases {
            func transfer(_ bandwidth: Double, codec: Bool) throws -> CacheTransfer {
                try CacheTransfer(
                    bandwidth: bandwidth, latency: 10, overlap: overlap,
                    codec: codec ? .init(ratio: 1.33, encode: 3 * bandwidth, decode: 9 * bandwidth) : nil,
                    bytes: question.transfer.bytes, layers: 32)
            }
            var slow = question
            slow.transfer = try transfer(question.transfer.bandwidth, codec: false)
            let base = try #require(try slow.plan())
            #expect(base.weight == plan.weight)
            for (factor, codec) in [(2.0, false), (30, false), (1, true)] where overlap != .none || !codec {
                var other = question
                other.transfer = try transfer(factor * question.transfer.bandwidth, codec: codec)
                let found = try #require(try other.plan())
                #expect(found.weight <= base.weight)
                let (time, was) = (try #require(found.service.transfer), try #require(base.service.transfer))
                #expect(time.mean <= was.mean * (1 + 1e-12))
                #expect(time.percentile(0.99) <= was.percentile(0.99) * (1 + 1e-12))
                #expect(found.largestRate >= base.largestRate * (1 - 2e-5))
            }
            #expect(before.mean > 0)
        }
        var last = try #require(plan.prefill).instances
        for cached in [0.6, 0.9, 1] {
            var other = question
            other.prefill = try PrefillTime(
                perToken: question.prefill.perToken, perPass: question.prefill.perPass, cachedFraction: cached)
            let instances = try #require(try other.plan()?.prefill).instances
            #expect(instances <= last)
            last = instances
        }
    }

    @Test("a budget of one more device never bears less", arguments: 0..<8)
    func budget(seed: UInt64) throws {
        var question = try RandomOpenProblem(seed: seed)
        var last = 0.0
        for devices in [5, 6, 9, 10, 17] {
            question.target = .total(devices: devices)
            let rate = try question.plan()?.largestRate ?? 0
            #expect(rate >= last * (1 - 1e-3), "\(devices): \(rate) for \(last)")
            last = rate
        }
    }
}
