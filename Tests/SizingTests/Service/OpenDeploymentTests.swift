import TestSupport
import Testing

@testable import Sizing

@Suite("Open deployment")
struct OpenDeploymentTests {
    private static func deployment(
        seed: UInt64, bandwidth: Double = 50, codec: Bool = false, cached: Double = 0.2, bundles: Int = 2,
        routing: Routing = .leastLoaded
    ) throws -> OpenDeployment {
        var random = RandomProblem(seed: seed)
        let workload = try random.workload()
        let stages = try random.stages(communicationLoad: .attentionBatch)
        let load = try OpenLoad(workload)
        let bundle = try #require(
            SolvedBundle(
                OpenBundle(
                    attentionInstances: Int(random.generator.magnitude(1...12)),
                    batchSize: Int(random.generator.magnitude(8...128)), load: load
                ) { _ in stages }))
        let time = try PrefillTime(
            perToken: random.generator.magnitude(1...20), perPass: random.generator.magnitude(100...5000),
            perPair: random.generator.magnitude(1e-5...1e-3), cachedFraction: cached)
        let transfer = try CacheTransfer(
            bandwidth: bandwidth, latency: 10, overlap: .chunked,
            codec: codec ? CacheTransfer.Codec(ratio: 1.33, encode: 613, decode: 2182) : nil,
            bytes: CacheBytes(parts: [.init(perToken: 70_000)]))
        return OpenDeployment(
            bundle: bundle, bundles: bundles, routing: routing, prefill: PrefillPool(time, lengths: load.lengths),
            prefillInstances: 3, transfer: TransferStage(transfer, lengths: load.lengths, prefill: time))
    }

    private static func behindPrefill(decode: Double, prefill: Double, rate: Double) throws -> DeploymentService {
        let workload = try Workload(.independent(prefill: .fixed(100), decode: .geometric(mean: decode)))
        let load = try OpenLoad(workload, firstToken: .prefill)
        let stages = StageLatencies(
            attention: LatencyModel(try LatencyLine(alpha: 0.00165, beta: 50)),
            ffn: LatencyModel(try LatencyLine(alpha: 0.4, beta: 30)),
            communication: LatencyModel(try LatencyLine(alpha: 0.022, beta: 20)))
        let bundle = try #require(
            SolvedBundle(OpenBundle(attentionInstances: 1, batchSize: 512, microbatches: 1, load: load) { _ in stages })
        )
        let time = try PrefillTime(perToken: 0, perPass: prefill)
        // Six tenths of their time.
        let instances = Int((rate * prefill / 0.6e6).rounded(.up))
        let deployment = OpenDeployment(
            bundle: bundle, prefill: PrefillPool(time, lengths: load.lengths), prefillInstances: instances)
        return try #require(deployment.service(Arrivals(requestsPerSecond: rate)))
    }

    /// Of the time to first token all is right; what comes to the bundles is not what is taken for it.
    @Test(
        "behind a prefill pool answers shorter than prefills are not said to be right",
        arguments: [
            (500, 1000, 500, true), (20, 500, 40_000, true), (2, 5, 300_000, true), (200, 20_000, 4000, false),
        ] as [(Double, Double, Double, Bool)])
    func trust(decode: Double, prefill: Double, rate: Double, isTrusted: Bool) throws {
        let service = try Self.behindPrefill(decode: decode, prefill: prefill, rate: rate)
        #expect(service.bundle.isTrustworthy)
        #expect(service.isTrustworthy == isTrusted, "\(service.bundle.utilisation)")
    }

    private static func largest(_ deployment: OpenDeployment, _ limits: ServiceLimits = ServiceLimits()) throws
        -> Double
    {
        deployment.largestRate(like: try Arrivals(requestsPerSecond: 1), limits).rate
    }

    @Test("at the largest rate every limit holds, and one is broken a little above", arguments: 0..<10)
    func largestRate(seed: UInt64) throws {
        let deployment = try Self.deployment(seed: seed)
        let one = try Arrivals(requestsPerSecond: 1)
        let most = deployment.largestRate(like: one, ServiceLimits()).rate
        let half = try #require(deployment.service(one.scaled(by: most / 2)))
        let ttft = try #require(half.ttft)
        let limits = ServiceLimits(
            ttft: ServiceLimit(time: 1.3 * ttft.percentile(0.9), percentile: .p90),
            tpot: ServiceLimit(time: 1.1 * half.bundle.tpot(.p99), percentile: .p99),
            wait: ServiceLimit(time: 3 * half.bundle.step, percentile: .p95))
        let (rate, bound) = deployment.largestRate(like: one, limits)
        #expect(rate > most / 2 && rate <= most * 1.001)
        #expect(deployment.bound(one.scaled(by: rate), limits) == nil)
        #expect(deployment.bound(one.scaled(by: rate * 1.001), limits) == bound)
        // From a rate that is known to hold it is the same.
        for share in [1e-3, 0.3, 0.97, 0.9999, 1] {
            let again = deployment.largestRate(like: one, limits, known: share * rate)
            #expect(relativeError(again.rate, rate) < 2e-5 && again.bound == bound, "\(share): \(again)")
        }
        let service = try #require(deployment.service(one.scaled(by: rate), limits))
        #expect(service.goodput <= rate && service.goodput > 0.8 * rate)
        let total = try #require(service.endToEnd)
        let parts =
            try #require(service.ttft).mean + #require(service.transfer).mean + service.bundle.meanWait
            + (deployment.bundle.bundle.load.lengths.meanDecode - 1) * service.bundle.meanTPOT
        #expect(relativeError(total.mean, parts) < 0.01)
    }

    @Test("a faster link, a codec in chunks, more cached and more bundles never bear less", arguments: 0..<10)
    func relations(seed: UInt64) throws {
        let base = try Self.deployment(seed: seed, bandwidth: 20)
        let rate = try Self.largest(base)
        let allowed = rate * (1 - 1e-4)
        #expect(try Self.largest(try Self.deployment(seed: seed, bandwidth: 40)) >= allowed)
        #expect(try Self.largest(try Self.deployment(seed: seed, bandwidth: 20, codec: true)) >= allowed)
        #expect(try Self.largest(try Self.deployment(seed: seed, bandwidth: 20, cached: 0.5)) >= allowed)
        #expect(try Self.largest(try Self.deployment(seed: seed, bandwidth: 20, bundles: 3)) >= allowed)
    }

    @Test("routing: one pool waits least, random most", arguments: 0..<6)
    func routing(seed: UInt64) throws {
        let services = try [Routing.leastLoaded, .roundRobin, .random].map { routing in
            let deployment = try Self.deployment(seed: seed, bundles: 4, routing: routing)
            let arrivals = try Arrivals(requestsPerSecond: 0.9 * 4 * deployment.bundle.capacity)
            return try #require(deployment.bundleService(arrivals))
        }
        #expect(services[0].waitingProbability <= services[1].waitingProbability + 1e-9)
        #expect(services[1].waitingProbability <= services[2].waitingProbability + 1e-9)
        #expect(services[0].meanTPOT <= services[2].meanTPOT * (1 + 1e-6))
    }
}
