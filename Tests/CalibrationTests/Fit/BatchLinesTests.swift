import Glibc
import Sizing
import TestSupport
import Testing

@testable import Calibration

@Suite struct BatchLinesTests {
    /// α and β that are linear in ln B, as between measured batches they are taken to be.
    private static func truth(_ batch: Double) -> (alpha: Double, beta: Double) {
        let octaves = log2(batch / 32)
        return (6e-4 - 2e-5 * octaves, 10 + 7 * octaves)
    }

    /// Five contexts at each batch, noise of at most `scatter` microseconds.
    private static func samples(
        _ batches: [Double] = [32, 64, 256], scatter: Double = 0, seed: UInt64 = 1
    ) throws -> [LatencySample] {
        var random = SeededGenerator(seed: seed)
        return try batches.flatMap { batch in
            try [1024.0, 2048, 4096, 8192, 16384].map { context in
                let (alpha, beta) = truth(batch)
                let exact = alpha * batch * context + beta
                return try LatencySample(
                    batch: batch, context: context,
                    latency: exact + scatter * Double.random(in: -1...1, using: &random))
            }
        }
    }

    private static func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        abs(a - b) <= tolerance * abs(b)
    }

    @Test(arguments: [
        (32, 32.0), (64, 64), (256, 256), (128, 128), (45, 45), (1, 32), (31, 32), (257, 256), (4096, 256),
    ])
    func coefficientsFollowTheBatch(size: Int, as batch: Double) throws {
        let lines = try #require(try LatencyFit.line.model(Self.samples()).byBatch)
        let line = try lines.line(batchSize: size).line
        let (alpha, beta) = Self.truth(batch)
        #expect(Self.isClose(line.alpha, alpha, 1e-8) && Self.isClose(line.beta, beta, 1e-6))
    }

    @Test func loadAloneNeedsNoLines() throws {
        let samples = try [32.0, 64, 256].flatMap { batch in
            try [1024.0, 4096, 16384, 32768].map {
                try LatencySample(batch: batch, context: $0, latency: 5e-4 * batch * $0 + 20)
            }
        }
        #expect(try LatencyFit.line.model(samples).byBatch == nil)
        let loads = try Self.samples().map { try LatencySample(load: $0.load, latency: $0.latency) }
        #expect(try LatencyFit.line.model(loads).byBatch == nil)
    }

    @Test func oneBatchNeedsNoLines() throws {
        #expect(try LatencyFit.line.model(Self.samples([64])).byBatch == nil)
    }

    @Test func aMeasuredBatchHasTheErrorsOfItsOwnFit() throws {
        let samples = try Self.samples(scatter: 2)
        let lines = try #require(try LatencyFit.line.model(samples).byBatch)
        let own = samples.filter { $0.shape?.batch == 64 }
        let fit = try #require(LineFit(own.map { (load: $0.load, latency: $0.latency, weight: $0.weight) }))
        let (line, errors) = try lines.line(batchSize: 64)
        #expect(line.alpha == fit.alpha.value && line.beta == fit.beta.value)
        #expect(errors == InputErrors.Line(fit))
    }

    /// Over many noisy profiles the scatter of the interpolated coefficients is what their errors say.
    @Test func errorsBetweenBatchesAreThoseOfManyProfiles() throws {
        var alphas: [Double] = []
        var claimed = 0.0
        for seed in 0..<400 as Range<UInt64> {
            let samples = try Self.samples([64, 256], scatter: 2, seed: seed)
            guard let lines = try LatencyFit.line.model(samples).byBatch else { continue }
            let (line, errors) = try lines.line(batchSize: 128)
            alphas.append(line.alpha)
            claimed += errors.alpha * errors.alpha
        }
        try #require(alphas.count > 300)
        let mean = alphas.reduce(0, +) / Double(alphas.count)
        let variance = alphas.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(alphas.count - 1)
        #expect((0.8...1.25).contains(claimed / Double(alphas.count) / variance))
        #expect(Self.isClose(mean, Self.truth(128).alpha, 1e-3))
    }

    @Test func linesThatCannotBeUsedAreLeftOut() throws {
        func entry(_ batch: Double, _ alpha: Double) throws -> BatchLines.Entry {
            .init(
                batch: batch, line: try LatencyLine(alpha: alpha, beta: 1),
                errors: InputErrors.Line(alpha: 0, beta: 0, covariance: 0))
        }
        #expect(BatchLines([BatchLines.Entry]()) == nil)
        #expect(BatchLines([try entry(64, 1)]) == nil)
        #expect(BatchLines([try entry(0, 1), try entry(64, 1)]) == nil)
        #expect(BatchLines([try entry(64, 1), try entry(64, 2)]) == nil)
        let lines = try #require(BatchLines([try entry(64, 3), try entry(16, 1)]))
        #expect(try lines.line(batchSize: 32).line.alpha == 2)
    }
}
