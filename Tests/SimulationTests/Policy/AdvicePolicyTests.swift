import Synchronization
import Testing

@testable import Simulation

@Suite("Advice as a policy")
struct AdvicePolicyTests {
    private func observation(_ time: Double, rate: Double, wanted: Int) -> PoolObservation {
        var window = ReplayWindow()
        for index in 0..<Int(rate * 60) {
            window.add(prompt: 100, cached: 20, decode: 50, at: Double(index) / rate * 1e6)
        }
        let sizes = PoolSizes(prefill: 1, decode: wanted)
        return PoolObservation(
            time: time, interval: 60, wanted: sizes, ready: sizes, window: window, slotUtilisation: 0.5,
            cacheUtilisation: nil, prefillUtilisation: 0, waiting: 0, waitingForPrefill: 0)
    }

    @Test("it grows at once, and shrinks to the most of its window, by more than the hysteresis or not")
    func hysteresis() {
        var policy = AdvicePolicy(period: 60, window: 120, hysteresis: 0.2) { demand in
            PoolSizes(prefill: 1, decode: Int(demand.rate.rounded()))
        }
        var wanted = 10
        var seen: [Int] = []
        for (index, rate) in [10.0, 30, 30, 28, 28, 10, 10, 10].enumerated() {
            #expect(policy.next == Double(index + 1) * 60)
            wanted = policy.sizes(observation(Double(index + 1) * 60, rate: rate, wanted: wanted)).decode
            seen.append(wanted)
        }
        // Rates over two minutes: 10, 20, 30, 29, 28, 19, 10, 10.
        #expect(seen == [10, 20, 30, 30, 30, 30, 19, 10])
    }

    @Test("what waits is planned for on top, to be done within a window")
    func backlog() {
        var policy = AdvicePolicy(period: 60, window: 120) { demand in
            PoolSizes(prefill: 1, decode: Int(demand.rate.rounded()))
        }
        var seen = observation(60, rate: 10, wanted: 1)
        seen.waiting = 600
        #expect(policy.sizes(seen).decode == 15)
    }

    @Test("between two plans it grows by the last period's rate and by what waits, and never shrinks")
    func looks() {
        var policy = AdvicePolicy(period: 240, window: 480, hysteresis: 0.1, looksPerPeriod: 4) { demand in
            PoolSizes(prefill: 1, decode: Int(demand.rate.rounded()))
        }
        var wanted = 20
        var asked: [Int] = []
        let rates = [10.0, 10, 10, 10, 10, 30, 50, 5, 5, 5]
        let waiting = [0, 0, 0, 0, 0, 0, 0, 0, 0, 24_000]
        for (index, rate) in rates.enumerated() {
            #expect(policy.next == Double(index + 1) * 60)
            var seen = observation(Double(index + 1) * 60, rate: rate, wanted: wanted)
            seen.waiting = waiting[index]
            wanted = policy.sizes(seen).decode
            asked.append(wanted)
        }
        // Nothing before the first plan, which shrinks; the last periods' rates are 10, 15 and 25, then a plan for what climbs. What waits
        // is to be done in 240 s.
        #expect(asked[..<7] == [20, 20, 20, 10, 10, 15, 25])
        #expect(asked[7] >= 24 && asked[8] == asked[7] && asked[9] > 100, "\(asked)")
    }

    @Test("a rate that climbs from look to look is no dispersion")
    func dispersion() {
        var seen: [Double] = []
        let found = Found()
        var policy = AdvicePolicy(period: 60, window: 300) { demand in
            found.add(demand.dispersion)
            return nil
        }
        for index in 1...5 {
            _ = policy.sizes(observation(Double(index) * 60, rate: Double(10 * index), wanted: 1))
        }
        seen = found.values
        // Evenly spaced arrivals have none at all.
        #expect(seen.allSatisfy { $0 < 0.1 }, "\(seen)")
    }

    private final class Found: Sendable {
        private let list = Mutex<[Double]>([])
        var values: [Double] { list.withLock { $0 } }
        func add(_ value: Double) { list.withLock { $0.append(value) } }
    }

    @Test("a demand is what the window's requests come to")
    func demand() throws {
        let demand = try #require(AdviceDemand(observation(60, rate: 2, wanted: 1).window, seconds: 60))
        #expect((demand.rate, demand.prefill, demand.uncached, demand.decode) == (2, 100, 80, 50))
        // θ = P + (D − 1)/2, ν² = (D² − 1)/12.
        #expect(abs(demand.slotMean - 124.5) < 1e-9)
        #expect(abs(demand.slotDeviation - ((2500.0 - 1) / 12).squareRoot()) < 1e-6)
        #expect(demand.uncachedVariation == 0)
        #expect(AdviceDemand(ReplayWindow(), seconds: 60) == nil)
    }

    @Test("a demand tells how much the prompts scatter beside what is cached")
    func scatter() throws {
        var window = ReplayWindow()
        for (prompt, cached) in [(100, 0), (400, 100), (500, 0)] {
            window.add(prompt: prompt, cached: cached, decode: 10, at: 0)
        }
        let demand = try #require(AdviceDemand(window, seconds: 1))
        // 100, 300 and 500 tokens: variance 80,000/3.
        #expect(demand.uncached == 300)
        #expect(abs(demand.uncachedVariation - (80_000.0 / 3).squareRoot() / 300) < 1e-12)
    }

    @Test("the yardstick has each window's plan ready when it begins")
    func oracle() {
        var arrivals = (0..<100).map { Double($0) }
        arrivals += (0..<200).map { 100 + Double($0) / 2 }
        let columns = ReplayColumns(
            arrival: arrivals, prefill: [Int32](repeating: 10, count: 300), decode: [Int32](repeating: 5, count: 300))
        let plan = OraclePlan.schedule(
            columns, window: 100, startDelay: 30, bounds: PoolBounds(prefill: 0...0, decode: 1...9),
            sizes: PoolSizes(prefill: 0, decode: 5)
        ) { demand in
            PoolSizes(prefill: 0, decode: Int((demand.rate * 3).rounded()))
        }
        #expect(plan.first.decode == 3)
        #expect(plan.steps.map(\.time) == [70])
        #expect(plan.steps.map(\.sizes.decode) == [6])
    }

    @Test(
        "a last window that is shorter is planned at its own rate, unless too little of it is there",
        arguments: [
            (40.0, 2), (5, 1),
        ])
    func oraclesLastWindow(length: Double, decode: Int) {
        let count = 100 + Int(length * 2)
        let arrivals = (0..<100).map { Double($0) } + (100..<count).map { 100 + Double($0 - 100) / 2 }
        let columns = ReplayColumns(
            arrival: arrivals, prefill: [Int32](repeating: 10, count: count),
            decode: [Int32](repeating: 5, count: count))
        let plan = OraclePlan.schedule(
            columns, window: 100, startDelay: 30, bounds: PoolBounds(prefill: 0...0, decode: 1...9),
            sizes: PoolSizes(prefill: 0, decode: 5)
        ) { demand in
            PoolSizes(prefill: 0, decode: max(1, Int(demand.rate.rounded())))
        }
        #expect(plan.first.decode == 1)
        #expect((plan.steps.last?.sizes ?? plan.first).decode == decode)
    }
}
