import Foundation
import TestSupport
import Testing

@testable import Sizing

@Suite("Occupancy of an open bundle")
struct OccupancyTests {
    static func curve(_ points: [(Double, Double)]) -> PaceCurve {
        PaceCurve(knots: points.map { PaceCurve.Knot(requests: $0.0, pace: $0.1, busy: .zero) })
    }

    /// The product, state by state, with its tail.
    static func reference(_ curve: PaceCurve, work: Double) -> (
        mean: Double, waiting: Double, pace: Double, p99: Double
    ) {
        let slots = Int(curve.slots)
        var logarithms = [0.0]
        for k in 1...slots { logarithms.append(logarithms[k - 1] + log(work * curve.pace(at: Double(k)) / Double(k))) }
        let largest = logarithms.max() ?? 0
        var weights = logarithms.map { exp($0 - largest) }
        let waiting = weights[slots] / (1 - work / curve.capacity)
        weights[slots] = waiting
        let total = weights.reduce(0, +)
        let made = (1...slots).map { weights[$0] * Double($0) / curve.pace(at: Double($0)) }
        let all = made.reduce(0, +)
        var above = 0.0
        var p99 = 0.0
        for k in (1...slots).reversed() {
            above += made[k - 1] / all
            if above >= 0.01 {
                p99 = Double(k)
                break
            }
        }
        let mean = (1...slots).reduce(0) { $0 + weights[$1] * Double($1) } / total
        let pace = (1...slots).reduce(0) { $0 + made[$1 - 1] * curve.pace(at: Double($1)) } / all
        return (mean, waiting / total, pace, p99)
    }

    @Test("no probability and no share is above one where next to nothing is left of the capacity", arguments: 1...300)
    func atTheEdge(slots: Int) throws {
        let whole = RoleShares(attention: 1, ffn: 1, communication: 1)
        let knots = [(1.0, 7.0), (Double(slots + 1), 11.0)]
        let curve = PaceCurve(knots: knots.map { PaceCurve.Knot(requests: $0.0, pace: $0.1, busy: whole) })
        for work in [curve.capacity.nextDown, curve.capacity * (1 - 3e-16), curve.capacity * (1 - 1e-9)] {
            let found = try #require(Occupancy(curve, work: work, peakedness: 1))
            #expect((0...1).contains(found.waitingProbability))
            #expect((0...curve.slots).contains(found.inService))
            #expect((0...1).contains(found.busy.attention) && (0...1).contains(found.busy.ffn))
        }
    }

    @Test("is the product state by state, for any curve and load, to 1e-5", arguments: 0..<60)
    func againstProduct(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let slots = random.magnitude(1...20_000).rounded()
        var points: [(Double, Double)] = [(1, random.magnitude(1...1000))]
        var k = 1.0
        while k < slots {
            let next = min(slots, max(k + 1, (k * random.magnitude(1.2...20)).rounded()))
            // φ never falls: TPOT grows by no more than k does.
            points.append(
                (next, points[points.count - 1].1 * pow(next / k, Double.random(in: 0...0.9, using: &random))))
            k = next
        }
        let curve = Self.curve(points)
        for share in [0.05, 0.4, 0.8, 0.97, 0.999] {
            let expected = Self.reference(curve, work: share * curve.capacity)
            let found = try #require(Occupancy(curve, work: share * curve.capacity, peakedness: 1))
            #expect(relativeError(found.inService, expected.mean) < 1e-5, "\(slots) \(share)")
            #expect(
                relativeError(found.waitingProbability, expected.waiting) < 3e-4 || expected.waiting < 1e-12,
                "\(slots) \(share) \(found.waitingProbability) \(expected.waiting)")
            #expect(relativeError(found.meanPace, expected.pace) < 1e-5)
            // Between the states next to it.
            let slowest = found.pace(percentile: 0.99)
            #expect(slowest >= curve.pace(at: expected.p99 - 1.5) * 0.999, "\(slots) \(share)")
            #expect(slowest <= curve.pace(at: expected.p99 + 1.5) * 1.001, "\(slots) \(share)")
            // What comes in goes out: E[min(k, S)] = λE[D]·E[TPOT over tokens].
            #expect(relativeError(found.inService, share * curve.capacity * found.meanPace) < 1e-5)
        }
        #expect(Occupancy(curve, work: curve.capacity, peakedness: 1) == nil)
    }

    @Test("one slot is M/M/1: it is busy, and waited for, with probability ρ")
    func oneSlot() throws {
        let curve = Self.curve([(1, 20)])
        for share in [0.1, 0.5, 0.9] {
            let found = try #require(Occupancy(curve, work: share / 20, peakedness: 1))
            #expect(relativeError(found.inService, share) < 1e-12)
            #expect(relativeError(found.waitingProbability, share) < 1e-12)
        }
    }

    @Test(
        "a constant pace is Erlang's system", arguments: [(8, 6.0), (100, 92), (5000, 4900), (100_000, 99_800)])
    func constantPace(slots: Int, load: Double) throws {
        let curve = Self.curve([(1, 50), (Double(slots), 50)])
        let found = try #require(Occupancy(curve, work: load / 50, peakedness: 1))
        #expect(relativeError(found.inService, load) < 1e-5)
        let expected = ErlangC.waitingProbability(servers: slots, load: load)
        #expect(relativeError(found.waitingProbability, expected) < 3e-4, "\(found.waitingProbability) \(expected)")
    }

    @Test(
        "a pace in proportion to k is M/G/1 processor sharing: ρ/(1 − ρ) requests; far from its slots a constant one is M/G/∞"
    )
    func processorSharing() throws {
        let sharing = Self.curve([(1, 10), (4000, 40_000)])
        for share in [0.3, 0.9, 0.97] {
            let found = try #require(Occupancy(sharing, work: share / 10, peakedness: 1))
            #expect(relativeError(found.inService, share / (1 - share)) < 1e-9)
        }
        // Poisson with mean 1000: the 99th percentile of k over tokens is that of k − 1 ~ Poisson, 1 + 1074.
        let free = Self.curve([(1, 30), (40_000, 30 + 39_999e-9)])
        let found = try #require(Occupancy(free, work: 1000 / 30, peakedness: 1))
        #expect(relativeError(found.inService, 1000) < 1e-6)
        let k = (found.pace(percentile: 0.99) - 30) / 1e-9 + 1
        #expect(abs(k - 1075) < 6, "\(k)")
    }

    @Test("millions of states: the window is right, and nothing waits far below the slots")
    func wideStates() throws {
        let curve = Self.curve([(1, 1), (5e7, 5e7)])
        let work = 1 - 1e-6
        let found = try #require(Occupancy(curve, work: work, peakedness: 1))
        #expect(relativeError(found.inService, work / (1 - work)) < 5e-3, "\(found.inService)")
        #expect(found.waitingProbability < 1e-20, "\(found.waitingProbability)")
    }

    @Test("peaked arrivals scatter as many times more")
    func peaked() throws {
        // M/G/∞: variance z·mean, so the distance of the 84th percentile is √z times as long.
        let free = Self.curve([(1, 30), (40_000, 30 + 39_999e-9)])
        func deviation(_ z: Double) throws -> Double {
            let found = try #require(Occupancy(free, work: 4000 / 30, peakedness: z))
            return (found.pace(percentile: 0.8413) - found.pace(percentile: 0.1587)) / 2e-9
        }
        let one = try deviation(1)
        #expect(abs(one - 4000.0.squareRoot()) < 1)
        #expect(abs(try deviation(4) / one - 2) < 0.02)
    }
}
