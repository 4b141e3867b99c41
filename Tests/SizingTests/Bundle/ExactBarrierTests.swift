import Foundation
import SizingNumerics
import TestSupport
import Testing

@testable import Sizing

@Suite("Barrier with the loads' own distribution")
struct ExactBarrierTests {
    /// Lengths short enough for the distribution of a sum to be worked out by plain convolution.
    private static func workloads() throws -> [(name: String, workload: Workload)] {
        [
            ("geometric", try Workload(.independent(prefill: .fixed(20), decode: .geometric(mean: 12)))),
            (
                "empirical",
                try Workload(
                    .independent(
                        prefill: .empirical(EmpiricalLengths(values: [0, 15.5], weights: [3, 1])),
                        decode: .empirical(EmpiricalLengths(values: [2, 9, 90], weights: [8, 4, 1]))))
            ),
            (
                "uniform",
                try Workload(
                    .independent(
                        prefill: .uniform(minimum: 3, maximum: 40), decode: .uniform(minimum: 1, maximum: 30)))
            ),
            (
                "trace",
                try Workload(
                    .trace(RequestTrace(prefill: [300, 10, 50], decode: [3, 60, 20], weights: [2, 1, 1])))
            ),
            (
                "lognormal",
                try Workload(
                    .independent(
                        prefill: .lognormal(mean: 60, standardDeviation: 50),
                        decode: .lognormal(mean: 40, standardDeviation: 50)))
            ),
        ]
    }

    /// P(load = k), k = 0 …, by the definition: Σ over requests and their ages.
    private func slotLoad(_ workload: Workload) -> [Double] {
        let size = 6000
        func lengths(_ distribution: LengthDistribution, lowest: Double) -> [Double] {
            var masses = [Double](repeating: 0, count: size)
            func add(_ value: Double, _ mass: Double) {
                let value = max(lowest, value)
                let floor = Int(value)
                let fraction = value - Double(floor)
                masses[floor] += mass * (1 - fraction)
                if fraction > 0 { masses[floor + 1] += mass * fraction }
            }
            switch distribution.shape {
            case .fixed(let value): add(value, 1)
            case .geometric(let mean):
                for k in 1..<2000 { add(Double(k), pow(1 - 1 / mean, Double(k - 1)) / mean) }
            case .uniform(let minimum, let maximum):
                for k in minimum...maximum { add(Double(k), 1 / Double(maximum - minimum + 1)) }
            case .empirical(let lengths):
                let total = lengths.values.indices.reduce(0) { $0 + lengths.weight(at: $1) }
                for (index, value) in lengths.values.enumerated() { add(value, lengths.weight(at: index) / total) }
            case .lognormal(let mean, let deviation):
                let parameters = LognormalParameters(mean: mean, standardDeviation: deviation)
                let n = 40_000
                for index in 0..<n {
                    let z = NormalDistribution.quantile((Double(index) + 0.5) / Double(n))
                    add(min(2900, exp(parameters.location + parameters.scale * z)), 1 / Double(n))
                }
            }
            return masses
        }
        var load = [Double](repeating: 0, count: size)
        switch workload.requests {
        case .independent(let prefill, let decode):
            let p = lengths(prefill, lowest: 0)
            let d = lengths(decode, lowest: 1)
            var beyond = 1.0
            var age = [Double](repeating: 0, count: size)
            for j in 0..<size {
                beyond -= d[j]
                age[j] = max(0, beyond)
            }
            let mean = age.reduce(0, +)
            for (x, mass) in p.enumerated() where mass > 1e-12 {
                for (j, more) in age.enumerated() where more > 1e-12 && x + j < size {
                    load[x + j] += mass * more / mean
                }
            }
        case .trace(let trace):
            var steps = 0.0
            for index in 0..<trace.count {
                for j in 0..<trace.decode[index] { load[trace.prefill[index] + j] += trace.weight(at: index) }
                steps += trace.weight(at: index) * Double(trace.decode[index])
            }
            load = load.map { $0 / steps }
        case .moments: break
        }
        return load
    }

    /// E[largest of r sums of `slots` loads], by convolution.
    private func expectedMaxima(_ load: [Double], slots: Int, ratios: [Int]) -> [Double] {
        var sum = [1.0]
        let support = load.enumerated().filter { $0.element > 1e-13 }
        for _ in 0..<slots {
            var next = [Double](repeating: 0, count: sum.count + (support.last?.offset ?? 0))
            for (x, mass) in sum.enumerated() where mass > 1e-14 {
                for (y, more) in support { next[x + y] += mass * more }
            }
            sum = next
        }
        let total = sum.reduce(0, +)
        return ratios.map { ratio in
            var cumulative = 0.0
            var expectation = 0.0
            for mass in sum {
                cumulative += mass / total
                expectation += max(0, 1 - pow(min(1, cumulative), Double(ratio)))
            }
            return expectation
        }
    }

    @Test("E[max T] is that of the convolved distribution", arguments: [1, 2, 5], [1, 0.7])
    func convolution(batchSize: Int, occupancy: Double) throws {
        let ratios = [1, 2, 5, 20]
        for (name, workload) in try Self.workloads() {
            let stages = StageLatencies(
                attention: LatencyModel(try LatencyLine(alpha: 1, beta: 0)), ffn: LatencyModel(.zero))
            let parameters = try BundleParameters(
                slotLoad: workload.slotLoad, stages: stages, batchSize: batchSize, occupancy: occupancy)
            let cycle = ExactBarrierCycle(parameters, workload: workload)
            #expect(cycle.isFromDistribution)
            var load = slotLoad(workload).map { $0 * occupancy }
            load[0] += 1 - occupancy
            let expected = expectedMaxima(load, slots: batchSize, ratios: ratios)
            for (ratio, value) in zip(ratios, expected) {
                let found = cycle.duration(ratio: Double(ratio))
                // A single slot's distribution has atoms, which the quantile grid blurs by a twelfth of a deviation.
                #expect(
                    relativeError(found, value) < (batchSize == 1 ? 0.02 : 0.015),
                    "\(name), r = \(ratio), ρ = \(occupancy)")
            }
        }
    }

    @Test("with one instance and no floor the mean is kept", arguments: [1, 4, 64, 256, 5000])
    func mean(batchSize: Int) throws {
        for (name, workload) in try Self.workloads() {
            let stages = StageLatencies(
                attention: LatencyModel(try LatencyLine(alpha: 1, beta: 0)), ffn: LatencyModel(.zero))
            let parameters = try BundleParameters(
                slotLoad: workload.slotLoad, stages: stages, batchSize: batchSize)
            for model in [
                ExactBarrierCycle(parameters, workload: workload), ExactBarrierCycle(thirdMoment: parameters),
            ] {
                #expect(relativeError(model.duration(ratio: 1), parameters.meanLoad) < 1e-9, "\(name)")
            }
        }
    }

    @Test("without skewness the third moment changes nothing", arguments: [1.0, 3, 20, 500])
    func gaussian(ratio: Double) throws {
        let load = try SlotLoad(mean: 599, standardDeviation: 400)
        let parameters = try BundleParameters(slotLoad: load, stages: BaseCase.stages(), batchSize: 256)
        let one = GaussianBarrierCycle(parameters).duration(ratio: ratio)
        let other = ExactBarrierCycle(thirdMoment: parameters).duration(ratio: ratio)
        #expect(relativeError(one, other) < 2e-4)
    }

    @Test("the transform agrees with its definition, and the inverse undoes it")
    func transform() {
        var generator = SeededGenerator(seed: 4)
        for count in [1, 2, 8, 64] {
            let real = (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
            let imaginary = (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
            var (re, im) = (real, imaginary)
            FourierTransform.transform(real: &re, imaginary: &im)
            for k in 0..<count {
                var sum = (0.0, 0.0)
                for j in 0..<count {
                    let angle = -2 * Double.pi * Double(j * k) / Double(count)
                    sum.0 += real[j] * cos(angle) - imaginary[j] * sin(angle)
                    sum.1 += real[j] * sin(angle) + imaginary[j] * cos(angle)
                }
                #expect(abs(re[k] - sum.0) < 1e-12 && abs(im[k] - sum.1) < 1e-12)
            }
            FourierTransform.transform(real: &im, imaginary: &re)
            for j in 0..<count {
                #expect(abs(re[j] / Double(count) - real[j]) < 1e-13)
                #expect(abs(im[j] / Double(count) - imaginary[j]) < 1e-13)
            }
        }
    }

    @Test("automatic keeps the normal distribution for the base case and leaves it where skewness tells")
    func choice() throws {
        let base = try BaseCase.problem()
        #expect(base.barrier is GaussianBarrierCycle)
        let skewed = try SizingProblem(
            workload: Workload(
                .independent(prefill: .fixed(100), decode: .lognormal(mean: 500, standardDeviation: 1500))),
            stages: BaseCase.stages(), batchSize: 64)
        #expect(skewed.barrier is ExactBarrierCycle)
        for method in [BarrierMethod.gaussian, .exact] {
            let problem = try SizingProblem(
                workload: base.workload, stages: base.stages, batchSize: 256, barrierMethod: method)
            #expect((problem.barrier is GaussianBarrierCycle) == (method == .gaussian))
        }
    }

    @Test("the cycle does not fall as the ratio grows, whatever the workload and microbatches", arguments: 0..<60)
    func monotony(seed: UInt64) throws {
        var random = RandomProblem(seed: seed)
        let base = try random.problem(microbatches: [nil, 1, 2, 3, 8][Int(seed % 5)])
        let model = ExactBarrierCycle(base.parameters, workload: base.workload)
        var previous = 0.0
        for ratio in 1...200 {
            let duration = model.duration(ratio: Double(ratio))
            #expect(duration >= previous * (1 - 1e-9), "r = \(ratio)")
            previous = duration
        }
    }
}
