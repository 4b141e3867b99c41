import Foundation
import Testing

@testable import Simulation
@testable import Sizing

@Suite("Sampling")
struct SamplerTests {
    @Test("logarithm, exponential and quantile agree with the C library")
    func elementaryFunctions() {
        var generator = SplittableGenerator(seed: 3)
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

    @Test("the generator is xoshiro256++ with a SplitMix64 seed")
    func generator() {
        // From the reference C code: splitmix64 from seed 0 begins with these, and xoshiro256++ mixes them so.
        var mixer = SplitMix64(state: 0)
        let words = (0..<4).map { _ in mixer.next() }
        #expect(words[0] == 0xE220_A839_7B1D_CDAF && words[1] == 0x6E78_9E6A_A1B9_65F4)
        var generator = SplittableGenerator(seed: 0)
        let sum = words[0] &+ words[3]
        #expect(generator.next() == ((sum << 23 | sum >> 41) &+ words[0]))
    }

    @Test("child streams depend on their path alone and differ")
    func splitting() {
        let parent = SplittableGenerator(seed: 9)
        var drawn = parent
        _ = drawn.next()
        var one = parent.split(4)
        var same = drawn.split(4)
        #expect(one.next() == same.next())
        let firsts = (0..<1000).map { index -> UInt64 in
            var child = parent.split(index)
            return child.next()
        }
        #expect(Set(firsts).count == 1000)
    }

    @Test("alias tables draw in proportion")
    func alias() {
        let weights = [0, 1, 2.5, 0, 0.01, 7]
        let table = AliasTable(weights: weights)
        var counts = [Double](repeating: 0, count: weights.count)
        var generator = SplittableGenerator(seed: 1)
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
            var generator = SplittableGenerator(seed: 11)
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
