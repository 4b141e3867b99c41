import Foundation
import Sizing
import SizingNumerics
import TestSupport
import Testing
import Text

@testable import Calibration

@Suite("Fits of latency")
struct LineFitTests {
    static func samples(
        _ loads: [Double], noise: Double, seed: UInt64, _ latency: (Double) -> Double
    ) throws -> [LatencySample] {
        var generator = SeededGenerator(seed: seed)
        return try loads.map {
            try LatencySample(load: $0, latency: max(0, latency($0) * (1 + noise * generator.normal())))
        }
    }

    static let loads = stride(from: 16.0, through: 2048, by: 64).map { $0 }

    @Test("the line is that of the normal equations, with their errors", arguments: 0..<10)
    func normalEquations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let samples = try (0..<30).map { _ in
            let x = generator.unit() * 1000
            return try LatencySample(
                load: x, latency: 50 + 0.3 * x + 5 * generator.normal(), weight: 0.5 + generator.unit())
        }
        let line = try #require(LineFit(samples.map { ($0.load, $0.latency, $0.weight) }))
        // The plain sums of the textbook.
        var (w, x, y, xx, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for s in samples {
            w += s.weight
            x += s.weight * s.load
            y += s.weight * s.latency
            xx += s.weight * s.load * s.load
            xy += s.weight * s.load * s.latency
        }
        let determinant = w * xx - x * x
        let slope = (w * xy - x * y) / determinant
        let intercept = (xx * y - x * xy) / determinant
        let rest = samples.reduce(0) { $0 + $1.weight * pow($1.latency - intercept - slope * $1.load, 2) } / 28
        #expect(relativeError(line.alpha.value, slope) < 1e-10)
        #expect(relativeError(line.beta.value, intercept) < 1e-10)
        #expect(relativeError(line.alpha.standardError ?? .nan, (rest * w / determinant).squareRoot()) < 1e-9)
        #expect(relativeError(line.beta.standardError ?? .nan, (rest * xx / determinant).squareRoot()) < 1e-9)
        #expect(line.alpha.interval?.contains(slope) == true)
    }

    @Test("samples on a line give it back, with R² 1 and no outliers")
    func exact() throws {
        let calibration = try StageCalibration(Self.samples(Self.loads, noise: 0, seed: 1) { 100 + 0.083 * $0 })
        #expect(relativeError(calibration.line.alpha.value, 0.083) < 1e-12)
        #expect(relativeError(calibration.line.beta.value, 100) < 1e-12)
        #expect(calibration.line.rSquared > 1 - 1e-12 && calibration.outliers.isEmpty && calibration.shape == .line)
        #expect(relativeError(calibration.robust.alpha, 0.083) < 1e-9)
    }

    @Test("95 % intervals of α and β hold the truth in 92 to 98 %")
    func coverage() throws {
        var hits = (0, 0)
        for seed in 0..<400 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed + 1000)
            let points = Self.loads.prefix(12).map {
                (load: $0, latency: 100 + 0.083 * $0 + 3 * generator.normal(), weight: 1.0)
            }
            let line = try #require(LineFit(points))
            if line.alpha.interval?.contains(0.083) == true { hits.0 += 1 }
            if line.beta.interval?.contains(100) == true { hits.1 += 1 }
        }
        #expect(368...392 ~= hits.0 && 368...392 ~= hits.1)
    }

    @Test("noisy lines are lines, rooflines are rooflines, saturation is neither", arguments: 0..<20)
    func shapes(seed: UInt64) throws {
        func shape(_ repeats: Int, _ latency: (Double) -> Double) throws -> StageCalibration.Shape {
            let loads = Self.loads.flatMap { Array(repeating: $0, count: repeats) }
            return try StageCalibration(Self.samples(loads, noise: 0.01, seed: seed, latency)).shape
        }
        for repeats in [1, 3] {
            #expect(try shape(repeats) { 100 + 0.083 * $0 } == .line)
            #expect(try shape(repeats) { max(120, 0.25 * $0) } == .roofline)
            #expect(try shape(repeats) { max(100 + 0.02 * $0, 20 + 0.15 * $0) } == .roofline)
            #expect(try shape(repeats) { 100 + 30 * $0.squareRoot() } == .neither)
        }
    }

    @Test("the knee of a roofline is found")
    func knee() throws {
        let calibration = try StageCalibration(Self.samples(Self.loads, noise: 0.002, seed: 3) { max(120, 0.25 * $0) })
        let knee = try #require(calibration.knee)
        #expect(relativeError(knee.load, 480) < 0.05)
        #expect(relativeError(knee.alphaAfter, 0.25) < 0.02)
        let model = try LatencyFit.maximum.model(calibration.samples).model
        for load in Self.loads { #expect(relativeError(model.latency(at: load), max(120, 0.25 * load)) < 0.03) }
    }

    @Test("a planted outlier is named and moves the robust line by less than 1 %", arguments: 0..<20)
    func outlier(seed: UInt64) throws {
        var samples = try Self.samples(Self.loads, noise: 0.005, seed: seed) { 100 + 0.083 * $0 }
        let clean = try StageCalibration(samples)
        #expect(clean.outliers.isEmpty)
        let place = Int(seed) % samples.count
        samples[place] = try LatencySample(load: samples[place].load, latency: samples[place].latency * 3)
        let spoiled = try StageCalibration(samples)
        #expect(spoiled.outliers.map(\.index) == [place])
        #expect(relativeError(spoiled.robust.alpha, clean.robust.alpha) < 0.01)
        #expect(relativeError(spoiled.robust.beta, clean.robust.beta) < 0.01)
        #expect(spoiled.shape == .line)
    }

    @Test("a negative coefficient is reported, and refused as hardware with what to do")
    func negative() throws {
        let falling = try Self.samples([10, 20, 30, 40, 50], noise: 0, seed: 1) { 100 - $0 }
        let below = try Self.samples([100, 200, 300, 400, 500], noise: 0, seed: 1) { 2 * $0 - 150 }
        #expect(try StageCalibration(falling).line.alpha.value < 0)
        #expect(try StageCalibration(below).line.beta.value < 0)
        #expect { try LatencyFit.line.model(falling) } throws: {
            "\($0)".contains("alpha_us = -") && "\($0)".contains("units")
        }
        #expect { try LatencyFit.line.model(below) } throws: {
            "\($0)".contains("beta_us = -") && "\($0)".contains("interpolate")
        }
        #expect(try LatencyFit.interpolate.model(below).model.latency(at: 300) == 450)
    }

    @Test("a curve passes through the means at each load")
    func curve() throws {
        let samples = try [(1.0, 10.0), (1, 12), (2, 30), (4, 40)].map { try LatencySample(load: $0.0, latency: $0.1) }
        let model = try LatencyFit.interpolate.model(samples).model
        #expect(model.latency(at: 1) == 11 && model.latency(at: 2) == 30 && model.latency(at: 3) == 35)
    }

    @Test("too few samples, and values out of range, are refused")
    func refused() throws {
        let one = try LatencySample(load: 5, latency: 7)
        #expect(throws: InvalidInput.self) { try StageCalibration([]) }
        #expect(throws: InvalidInput.self) { try StageCalibration([one]) }
        #expect(throws: InvalidInput.self) { try StageCalibration([one, one, one]) }
        #expect(throws: InvalidInput.self) { try LatencySample(load: -1, latency: 7) }
        #expect(throws: InvalidInput.self) { try LatencySample(load: .nan, latency: 7) }
        #expect(throws: InvalidInput.self) { try LatencySample(load: 1, latency: 7, weight: 0) }
        #expect(throws: InvalidInput.self) { try LatencySample(batch: 1, context: 2e9, latency: 7) }
        // Extremes stay finite.
        let far = try [(0.0, 0.0), (1e18, 1e12), (5e17, 1e12)].map { try LatencySample(load: $0.0, latency: $0.1) }
        let calibration = try StageCalibration(far)
        #expect(calibration.line.alpha.value.isFinite && calibration.largestRelativeError.value.isFinite)
    }

    @Test("Student's quantile and Fisher's tail agree with the tables")
    func tables() {
        for (freedom, value) in [(2.0, 4.3027), (3, 3.1824), (5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799)] {
            #expect(abs(StudentT.quantile975(degreesOfFreedom: freedom) - value) < 2e-4)
        }
        for (f, a, b, tail) in [
            (4.2565, 2.0, 9.0, 0.05), (3.1026, 5, 10, 0.0602), (161.45, 1, 1, 0.05), (9.9468, 2, 15, 0.0018),
        ] {
            #expect(abs(IncompleteBeta.fisherTail(f, numerator: a, denominator: b) - tail) < 6e-4)
        }
    }

    @Test("extreme samples give finite figures or an error that says so")
    func extremeSamples() throws {
        let tiny = try StageCalibration([
            LatencySample(load: 1, latency: .leastNonzeroMagnitude), LatencySample(load: 2, latency: 1e12),
            LatencySample(load: 3, latency: 1),
        ])
        #expect(tiny.largestRelativeError.value.isFinite)
        #expect(tiny.largestRelativeError.index == 0)
        // The square of the slope's error is beyond double precision.
        for loads in [[1e-151, 2e-151, 3e-151], [1e-152, 2e-152, 3e-152, 4e-152]] {
            do {
                _ = try StageCalibration(
                    loads.enumerated().map { try LatencySample(load: $1, latency: $0 == 1 ? 1e12 : 0) })
                Issue.record("\(loads) has finite figures")
            } catch {
                #expect((error as? InvalidInput)?.field == "samples")
                #expect((error as? InvalidInput)?.rule.contains("so wide a range") == true, "\(error)")
            }
        }
    }

    @Test("MLA attention on H800: R² above .999, the worst residual named")
    func h800() throws {
        let calibration = try StageCalibration(
            try Fixture.numbers("mla-h800.csv").map { row in
                try LatencySample(
                    batch: try #require(row["batch"]), context: try #require(row["context"]),
                    latency: try #require(row["latency_us"]))
            })
        // Over all three batches a line explains .9988: latency depends a little on the batch itself, which is said. At the batch
        // with five contexts it explains .99998.
        #expect(calibration.line.rSquared > 0.998 && calibration.line.rSquared < 0.999)
        #expect(calibration.largestRelativeError.index == 5)
        #expect(calibration.warnings.contains { $0.code == "depends_on_batch" })
        let lines = Dictionary(uniqueKeysWithValues: calibration.batchLines.map { ($0.batch, $0.line.rSquared) })
        #expect(lines.keys.sorted() == [64, 128])
        #expect(lines.values.allSatisfy { $0 > 0.9999 })
        let one = try StageCalibration(calibration.samples.filter { $0.shape?.batch == 128 })
        #expect(one.line.rSquared > 0.999 && one.largestRelativeError.sample.load == 131_072)
    }
}
