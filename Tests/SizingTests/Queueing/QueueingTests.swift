import Foundation
import TestSupport
import Testing

@testable import Sizing

@Suite("Queueing")
struct QueueingTests {
    /// Erlang B by the recursion from one server up, and C from it.
    static func reference(servers: Int, load: Double) -> Double {
        var blocked = 1.0
        for c in 1...servers { blocked = load * blocked / (Double(c) + load * blocked) }
        let share = load / Double(servers)
        return blocked / (1 - share * (1 - blocked))
    }

    @Test("Erlang C is that of the recursion in servers, to 1e5 of them")
    func erlang() {
        for (servers, load) in [(1, 0.3), (2, 1.9), (10, 8.0), (100, 95), (1000, 990), (100_000, 99_900), (100_000, 5)]
        {
            let expected = Self.reference(servers: servers, load: load)
            let found = ErlangC.waitingProbability(servers: servers, load: load)
            #expect(relativeError(found, expected) < 1e-9 || abs(found - expected) < 1e-290, "\(servers) \(load)")
        }
        #expect(abs(ErlangC.waitingProbability(servers: 10, load: 8) - 0.4092) < 1e-4)
        #expect(ErlangC.waitingProbability(servers: 3, load: 3) == 1)
        #expect(ErlangC.waitingProbability(servers: 3, load: 0) == 0)
    }

    @Test(
        "one server: M/M/1 waits ρ/(1 − ρ) services, M/D/1 half of it, M/G/1 by Pollaczek and Khinchine",
        arguments: [0.1, 0.5, 0.8, 0.95])
    func single(share: Double) throws {
        for scatter in [0.0, 0.25, 1, 4] {
            let wait = try #require(
                WaitingTime.single(
                    rate: share / 200, service: ServiceTime(mean: 200, squaredVariation: scatter)))
            // λE[S²]/(2(1 − ρ)).
            let expected = share / 200 * 200 * 200 * (1 + scatter) / (2 * (1 - share))
            #expect(relativeError(wait.mean, expected) < 1e-12)
            #expect(relativeError(wait.probability, share) < 1e-12)
        }
        let exponential = try #require(
            WaitingTime.single(rate: share / 200, service: ServiceTime(mean: 200, squaredVariation: 1)))
        // P(W > t) = ρ e^(−(1 − ρ)t/E[S]) is exact there.
        #expect(relativeError(exponential.tail(300), share * exp(-(1 - share) * 1.5)) < 1e-12)
        #expect(WaitingTime.single(rate: 0.006, service: ServiceTime(mean: 200, squaredVariation: 1)) == nil)
    }

    @Test("a percentile is where the distribution of wait and service reaches it", arguments: 0..<20)
    func percentiles(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let values = WeightedValues(
            (0..<50).map { _ in (value: random.magnitude(1...1000), weight: random.magnitude(0.1...10)) })
        let sum = DelayedValues(
            values,
            after: WaitingTime(
                probability: Double.random(in: 0.05...0.95, using: &random),
                meanWhereWaiting: random.magnitude(1...5000)))
        for p in [0.1, 0.5, 0.9, 0.99] {
            let x = sum.percentile(p)
            #expect(sum.share(within: x * (1 + 1e-9)) >= p - 1e-9)
            #expect(sum.share(within: x * (1 - 1e-6)) <= p + 1e-9)
        }
    }

    /// Mean of the time from arrival to the end of service, and its 90th percentile, in a pool with one queue.
    static func simulate(
        servers: Int, rate: Double, dispersion: Int, requests: Int, seed: UInt64, service: (Double) -> Double
    ) -> (mean: Double, p90: Double) {
        var random = SeededGenerator(seed: seed)
        var free = [Double](repeating: 0, count: servers)
        var now = 0.0
        var times: [Double] = []
        times.reserveCapacity(requests)
        for number in 0..<requests {
            // Gamma gaps of a squared variation of 2 are half the square of a normal: shape 1/2.
            let one = Double.random(in: 1e-12...1, using: &random)
            let other = Double.random(in: 0...1, using: &random)
            let normal = (-2 * log(one)).squareRoot() * cos(2 * .pi * other)
            now += (dispersion == 2 ? normal * normal : -log(one)) / rate
            var first = 0
            for index in 1..<max(1, servers) where free[index] < free[first] { first = index }
            let start = max(now, free[first])
            free[first] = start + service(Double.random(in: 1e-12..<1, using: &random))
            if number > requests / 10 { times.append(free[first] - now) }
        }
        times.sort()
        return (times.reduce(0, +) / Double(times.count), times[times.count * 9 / 10])
    }

    @Test(
        "time to first token is the simulated one to 85 % of the pool: mean within 5 %, p90 within 10 %",
        arguments: [
            (1, 0.5, 1), (1, 0.85, 1), (4, 0.7, 1), (16, 0.85, 1), (1, 0.3, 2), (1, 0.7, 2), (2, 0.6, 2), (4, 0.85, 2),
            (16, 0.8, 2),
        ])
    func timeToFirstToken(servers: Int, share: Double, dispersion: Int) throws {
        // Prompts of 200 to 3800 tokens, evenly; t = 2000 + 5u + 0.002 u²/2.
        let lengths = try RequestLengths(
            Workload(
                .independent(prefill: .uniform(minimum: 200, maximum: 3800), decode: .geometric(mean: 100))))
        let time = try PrefillTime(perToken: 5, perPass: 2000, perPair: 0.002)
        let pool = PrefillPool(time, lengths: lengths)
        let rate = share * pool.capacity(instances: servers)
        let arrivals = try Arrivals(requestsPerSecond: rate, dispersion: Double(dispersion))
        let found = try #require(pool.timeToFirstToken(arrivals, instances: servers))
        let simulated = Self.simulate(
            servers: servers, rate: arrivals.rate, dispersion: dispersion, requests: 60_000, seed: 7
        ) { u in time.time(tokens: 200 + 3600 * u) }
        #expect(relativeError(found.mean, simulated.mean) < 0.05, "\(found.mean) \(simulated.mean)")
        #expect(relativeError(found.percentile(0.9), simulated.p90) < 0.1, "\(found.percentile(0.9)) \(simulated.p90)")
    }

    @Test("renewals: σ of Erlang gaps and of D/M/1, and Poisson in between", arguments: [0.1, 0.5, 0.9, 0.999])
    func root(share: Double) throws {
        #expect(WaitingTime.root(share: share, dispersion: 1) == share)
        for dispersion in [0.01, 0.25, 0.5, 1.0001, 2, 10, 1e4] {
            let root = WaitingTime.root(share: share, dispersion: dispersion)
            #expect(root > 0 && root < 1)
            #expect(abs(root - pow(1 + (1 - root) * dispersion / share, -1 / dispersion)) < 1e-9)
            #expect(dispersion < 1 ? root < share : root > share)
        }
        // E₂/M/1: the root of σ(1 + (1 − σ)/(2ρ))² = 1 but 1 is (1 + 4ρ − √(1 + 8ρ))/2.
        let erlang = (1 + 4 * share - (1 + 8 * share).squareRoot()) / 2
        #expect(relativeError(WaitingTime.root(share: share, dispersion: 0.5), erlang) < 1e-9)
    }

    @Test("the wait grows with load and dispersion, whatever they are", arguments: [1, 2, 7, 300])
    func wait(servers: Int) throws {
        let service = ServiceTime(mean: 20, squaredVariation: 0.5)
        var before = [Double](repeating: 0, count: 9)
        for share in [1e-9, 1e-3, 0.2, 0.5, 0.8, 0.95, 0.999, 1 - 1e-9] {
            var last = 0.0
            for (index, dispersion) in [0.01, 0.3, 0.99, 1, 1.01, 2, 5, 100, 1e4].enumerated() {
                let wait = try #require(
                    WaitingTime.pool(
                        servers: servers, rate: share * Double(servers) / 20, service: service, dispersion: dispersion))
                #expect(wait.probability >= 0 && wait.probability <= 1 && wait.mean.isFinite)
                #expect(wait.mean >= before[index] && wait.mean >= last * (1 - 1e-3), "\(share) \(dispersion)")
                before[index] = wait.mean
                last = wait.mean
            }
        }
    }

    @Test("points of a law have its mean and variance")
    func points() throws {
        let laws: [LengthDistribution] = [
            try .fixed(700), try .geometric(mean: 500), try .geometric(mean: 20),
            try .uniform(minimum: 3, maximum: 900),
            try .lognormal(mean: 1155, standardDeviation: 1109), try .lognormal(mean: 300, standardDeviation: 900),
            try .empirical(EmpiricalLengths(values: [1, 5, 900, 40_000], weights: [3, 1, 2, 0.5])),
        ]
        for law in laws {
            let points = law.points(atLeast: 0)
            let moments = law.moments
            #expect(relativeError(points.mean, moments.mean) < 2e-3)
            let service = ServiceTime(points)
            let variance = service.squaredVariation * service.mean * service.mean
            #expect(abs(variance - moments.variance) <= 0.01 * moments.variance + 0.5)
        }
    }
}
