import Foundation
import SizingNumerics
import Testing

@testable import Simulation
@testable import Sizing

@Suite("Sampling")
struct SamplerTests {
    @Test("logarithm, exponential and quantile agree with the C library")
    func elementaryFunctions() {
        var generator = StreamKey(seed: 3).generator
        for _ in 0..<20_000 {
            let x = Foundation.exp(40 * (generator.unit() - 0.5))
            #expect(abs(PortableMath.log(x) - Foundation.log(x)) <= 4e-15 * max(1, abs(Foundation.log(x))))
            let y = 1400 * (generator.unit() - 0.5)
            #expect(abs(PortableMath.exp(y) / Foundation.exp(y) - 1) < 1e-13)
            let p = generator.unit() - 0x1p-54
            let z = PortableMath.normalQuantile(p)
            #expect(abs(z - NormalDistribution.quantile(p)) < 1e-7)
        }
        #expect(PortableMath.log(1) == 0)
        for x in [-3, -0.5, 0, 1, 4] as [Double] {
            #expect(abs(PortableMath.normalCumulative(x) - NormalDistribution.cumulative(x)) < 1e-10)
        }
    }

    @Test("the table's logarithm agrees with the C library, close to 1 as well")
    func logarithmTable() {
        let table = LogarithmTable()
        var generator = StreamKey(seed: 4).generator
        for index in 0..<40_000 {
            let u = generator.unit()
            let x = index % 2 == 0 ? u : 1 - u * 0x1p-20
            #expect(abs(table.log(x) - Foundation.log(x)) <= 1e-15 * max(1, abs(Foundation.log(x))))
            #expect(table.log(x) <= 0)
        }
        #expect(table.log(1) == 0)
        #expect(abs(table.log(1 - 0x1p-53) / -0x1p-53 - 1) < 1e-9)
        #expect(abs(table.log(0x1p-53) / (-53 * Foundation.log(2)) - 1) < 1e-15)
    }

    @Test("the generator is xoroshiro128++ with a SplitMix64 seed")
    func generator() {
        // From the reference C code: splitmix64 from seed 0 begins with these, and xoroshiro128++ mixes them so.
        var mixer = SplitMix64(state: 0)
        let words = (0..<2).map { _ in mixer.next() }
        #expect(words == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4])
        var generator = Xoroshiro128(seed: 0)
        func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }
        var (s0, s1) = (words[0], words[1])
        for _ in 0..<100 {
            #expect(generator.next() == rotated(s0 &+ s1, 17) &+ s0)
            s1 ^= s0
            (s0, s1) = (rotated(s0, 49) ^ s1 ^ s1 << 21, rotated(s1, 28))
        }
    }

    @Test("streams depend on their path alone and differ")
    func splitting() {
        let key = StreamKey(seed: 9)
        #expect(key.child(4) == StreamKey(seed: 9).child(4))
        let firsts = (0..<50).flatMap { worker in
            (0..<50).map { slot -> UInt64 in
                var generator = key.child(worker).child(slot).generator
                return generator.next()
            }
        }
        #expect(Set(firsts).count == 2500)
    }

    @Test("alias tables draw in proportion")
    func alias() {
        let weights = [0, 1, 2.5, 0, 0.01, 7]
        let table = AliasTable(weights: weights)
        var counts = [Double](repeating: 0, count: weights.count)
        var generator = StreamKey(seed: 1).generator
        let n = 200_000.0
        for _ in 0..<Int(n) { counts[table.draw(&generator)] += 1 }
        let total = weights.reduce(0, +)
        for (count, weight) in zip(counts, weights) {
            let expected = n * weight / total
            #expect(abs(count - expected) <= 5 * expected.squareRoot())
        }
    }

    @Test("requests have the moments of their workload, and in progress the moments of the slot load")
    func moments() throws {
        for (name, workload) in try Cases.workloads() {
            let sampler = try RequestSampler(workload)
            var generator = StreamKey(seed: 11).generator
            let n = 60_000
            var steps = 0.0
            var stepsSquared = 0.0
            for _ in 0..<n {
                let request = sampler.draw(&generator)
                #expect(request.decode >= 1 && request.prefill >= 0)
                steps += Double(request.decode)
                stepsSquared += Double(request.decode * request.decode)
            }
            let mean = steps / Double(n)
            let error = ((stepsSquared / Double(n) - mean * mean) / Double(n)).squareRoot()
            #expect(abs(mean - sampler.meanDecode) <= 5 * error + 1e-9, "\(name)")
            var load = 0.0
            var squared = 0.0
            for _ in 0..<n {
                let (request, age) = sampler.drawInProgress(&generator)
                #expect(0..<request.decode ~= age)
                let value = Double(request.prefill + age)
                load += value
                squared += value * value
            }
            let average = load / Double(n)
            let spread = (squared / Double(n) - average * average).squareRoot()
            let slot = workload.slotLoad
            #expect(abs(average - slot.mean) <= 5 * spread / Double(n).squareRoot() + 2e-3 * slot.mean, "\(name)")
            #expect(abs(spread - slot.standardDeviation) <= 0.08 * slot.standardDeviation + 1e-9, "\(name)")
        }
    }
}
