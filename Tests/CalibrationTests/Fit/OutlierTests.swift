import Foundation
import Sizing
import TestSupport
import Testing

@testable import Calibration

/// Samples that are errors of measuring do not set the hardware.
@Suite("Outliers") struct OutlierTests {
    /// Three measurements at each load, one of them replaced.
    private static func warmUp(_ latency: Double, fit: LatencyFit = .line) throws -> (StageCalibration, FittedLatency) {
        var samples: [LatencySample] = []
        for load in [256.0, 512, 1024, 2048, 4096] {
            for shift in [-0.3, 0, 0.3] {
                samples.append(try LatencySample(load: load, latency: 100 + 0.083 * load + shift))
            }
        }
        samples[0] = try LatencySample(load: 256, latency: latency)
        return (try StageCalibration(samples), try fit.model(samples))
    }

    @Test("a warm-up is left out of every fit, and named", arguments: [1200.0, 9121], LatencyFit.allCases)
    func leftOut(latency: Double, fit: LatencyFit) throws {
        guard fit != .maximum else { return }
        let (calibration, fitted) = try Self.warmUp(latency, fit: fit)
        #expect(relativeError(calibration.line.alpha.value, 0.083) < 0.01 && calibration.shape == .line)
        #expect(calibration.outliers.map(\.index) == [0])
        for load in [256.0, 2560, 4096] {
            #expect(relativeError(fitted.model.latency(at: load), 100 + 0.083 * load) < 0.01)
        }
        #expect(fitted.range == MeasuredRange(256...4096))
        for warnings in [calibration.warnings, fitted.warnings] {
            let warning = try #require(warnings.first { $0.code == "outlier_left_out" })
            #expect(warning.pointer == "/samples/0" && warning.detail.contains("256"))
            // Where it alone makes the slope negative, it is blamed for that.
            #expect(warning.detail.contains("fall with load") == (latency > 5000))
            #expect(!warnings.contains { $0.code == "negative_slope" })
        }
    }

    @Test(
        "one sample that makes latency fall is the outlier, wherever it stands", arguments: [3, 4, 5, 8], [20.0, 60])
    func fallen(count: Int, latency: Double) throws {
        var samples = try (0...count).map {
            try LatencySample(load: 256 * exp2(Double($0)), latency: 100 + 0.083 * 256 * exp2(Double($0)))
        }
        samples[count] = try LatencySample(load: samples[count].load, latency: latency)
        let calibration = try StageCalibration(samples)
        // Of four samples nobody knows which one is wrong.
        #expect(calibration.outliers.map(\.index) == (count >= 4 ? [count] : []))
        guard count >= 4 else { return }
        #expect(relativeError(calibration.line.alpha.value, 0.083) < 0.01)
        #expect(calibration.warnings[0].code == "outlier_left_out")
        #expect(relativeError(calibration.outliers[0].residual, latency - 100 - 0.083 * samples[count].load) < 0.01)
    }

    @Test("samples that truly fall with load are refused, and no sample is blamed")
    func falling() throws {
        let samples = try (1...8).map { try LatencySample(load: Double($0) * 100, latency: 500 - Double($0) * 10) }
        #expect(try StageCalibration(samples).warnings.contains { $0.code == "negative_slope" })
        #expect(throws: (any Error).self) { try LatencyFit.line.model(samples) }
    }

    @Test("curves are not outliers: roofs, steps, few samples on a steep part", arguments: 0..<10)
    func curves(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let loads = stride(from: 64.0, through: 1280, by: 64).map { $0 }
        for latency: (Double) -> Double in [
            { max(120, 0.25 * $0) }, { max(100, 100 + ($0 - 1150) * 2) }, { 100 + 50 * (Double(Int($0) / 320)) },
            { 100 + 30 * $0.squareRoot() }, { 1e-3 * $0 * $0 },
        ] {
            let samples = try loads.map {
                try LatencySample(load: $0, latency: latency($0) * (1 + 0.004 * generator.normal()))
            }
            let fitted = try LatencyFit.interpolate.model(samples)
            #expect(fitted.warnings.isEmpty)
            for load in loads { #expect(relativeError(fitted.model.latency(at: load), latency(load)) < 0.05) }
        }
    }

    @Test("a line that is far off somewhere is not called a line")
    func poorLine() throws {
        // On a line but for the smallest loads, which matter little to least squares.
        let samples = try [1, 2, 4, 8, 64, 512, 4096, 32_768, 262_144, 2_097_152].map {
            try LatencySample(load: $0, latency: 20 * pow(Double($0), 0.05) + 0.001 * $0)
        }
        let calibration = try StageCalibration(samples)
        #expect(calibration.line.rSquared > 0.999 && calibration.largestRelativeError.value > 0.1)
        #expect(calibration.shape != .line)
        #expect(try LatencyFit.line.model(samples).warnings.contains { $0.code == "poor_line" })
    }

    @Test("two samples give a line without errors")
    func two() throws {
        let samples = try [(1024.0, 185.0), (2048, 270)].map { try LatencySample(load: $0.0, latency: $0.1) }
        let calibration = try StageCalibration(samples)
        #expect(relativeError(calibration.line.alpha.value, 85.0 / 1024) < 1e-12)
        #expect(calibration.line.alpha.standardError == nil && calibration.line.alpha.interval == nil)
        #expect(calibration.line.beta.standardError == nil && calibration.line.covariance == nil)
        #expect(try LatencyFit.line.model(samples).errors == nil)
        #expect(calibration.warnings.map(\.code) == ["few_samples"])
    }

    @Test("use outside the measured loads is told with both numbers; inside, nothing is")
    func range() throws {
        let range = MeasuredRange(8...64)
        let beyond = try #require(range.warning(load: 2560, stage: "The FFN", pointer: "/hardware/ffn"))
        #expect(
            beyond.detail.contains("8 to 64") && beyond.detail.contains("2560") && beyond.detail.contains("40 times"))
        #expect(beyond.code == "outside_measured_range" && beyond.pointer == "/hardware/ffn")
        #expect(try #require(range.warning(load: 4, stage: "The FFN", pointer: "")).detail.contains("below"))
        for load in [8.0, 30, 64] { #expect(range.warning(load: load, stage: "The FFN", pointer: "") == nil) }
    }

    @Test("latencies of one layer are multiplied to those of a step")
    func layers() throws {
        let samples = try [(1.0, 5.0), (2, 7.1), (3, 8.9)].map { try LatencySample(load: $0.0, latency: $0.1) }
        let one = try LatencyFit.line.model(samples)
        let step = try LatencyFit.line.model(samples.map { try LatencySample(load: $0.load, latency: 61 * $0.latency) })
        let repeated = one.repeated(layers: 61)
        for load in [0.0, 1, 100] {
            #expect(relativeError(repeated.model.latency(at: load), step.model.latency(at: load)) < 1e-9)
        }
        #expect(relativeError(try #require(repeated.errors).alpha, try #require(step.errors).alpha) < 1e-9)
        #expect(relativeError(try #require(repeated.errors).covariance, try #require(step.errors).covariance) < 1e-9)
    }

    @Test("the weighted median is that of sorted values", arguments: 0..<20)
    func median(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in [1, 2, 3, 17, 40, 301] {
            // Many ties, and weights that split evenly.
            var values = (0..<count).map { _ in
                (
                    value: Double(Int.random(in: 0...(seed % 2 == 0 ? 5 : 1000), using: &generator)),
                    weight: Double(Int.random(in: 1...3, using: &generator))
                )
            }
            let sorted = values.sorted { $0.value < $1.value }
            let half = values.reduce(0) { $0 + $1.weight } / 2
            var sum = 0.0
            var expected = 0.0
            for (index, value) in sorted.enumerated() {
                sum += value.weight
                if sum >= half {
                    expected =
                        sum == half && index + 1 < count ? (value.value + sorted[index + 1].value) / 2 : value.value
                    break
                }
            }
            #expect(RobustLine.median(&values) == expected)
        }
    }
}
