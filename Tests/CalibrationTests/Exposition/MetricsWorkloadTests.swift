import Sizing
import TestSupport
import Testing
import Text

@testable import Calibration

@Suite("Workloads from metrics") struct MetricsWorkloadTests {
    private static func workload(_ prefill: [Int], _ decode: [Int], firstTokenFromPrefill: Bool = false) throws
        -> MetricsWorkload
    {
        try MetricsWorkload(
            try ExpositionText.read(ExpositionText.vllm(prefill, decode)), firstTokenFromPrefill: firstTokenFromPrefill)
    }

    private static func lengths(_ count: Int, _ seed: UInt64) -> (prefill: [Int], decode: [Int]) {
        var generator = SeededGenerator(seed: seed)
        let prefill = (0..<count).map { _ in generator.geometric(mean: 1300) }
        return (prefill, (0..<count).map { _ in generator.geometric(mean: 211) })
    }

    /// What the sizing makes of the lengths themselves, each with each.
    private static func reference(_ prefill: [Int], _ decode: [Int]) throws -> SlotLoad {
        SlotLoad(
            prefill: .empirical(try EmpiricalLengths(values: prefill.map(Double.init))),
            decode: .empirical(try EmpiricalLengths(values: decode.map(Double.init))))
    }

    @Test("are near the lengths themselves, and their bounds hold them", arguments: 1...4 as ClosedRange<UInt64>)
    func load(seed: UInt64) throws {
        let (prefill, decode) = Self.lengths(2000, seed)
        let truth = try Self.reference(prefill, decode)
        let found = try Self.workload(prefill, decode)
        #expect(found.prefill.mean == Double(prefill.reduce(0, +)) / 2000 && found.requests == 2000)
        #expect(abs(found.load.mean.value / truth.mean - 1) < 0.01)
        #expect(abs(found.load.standardDeviation.value / truth.standardDeviation - 1) < 0.05)
        #expect(found.load.meanBounds?.contains(truth.mean) ?? false)
        #expect(found.load.deviationBounds?.contains(truth.standardDeviation) ?? false)
        #expect(found.workload.slotLoad.mean == found.load.mean.value)
        #expect(found.warnings.map(\.code) == ["lengths_taken_as_independent", "bounded_by_buckets"])
    }

    @Test("have errors as the scatter of scrapes shows them")
    func errors() throws {
        let scrapes = try (1...20 as ClosedRange<UInt64>).map { seed -> (Double, Double) in
            let (prefill, decode) = Self.lengths(300, 100 + seed)
            let load = try Self.workload(prefill, decode).load
            return (load.mean.value, load.standardDeviation.value)
        }
        func scatter(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
        }
        let (prefill, decode) = Self.lengths(300, 7)
        let load = try Self.workload(prefill, decode).load
        // 20 scrapes know a scatter to 16 %.
        let mean = try #require(load.mean.standardError)
        let deviation = try #require(load.standardDeviation.standardError)
        #expect((0.6...1.7).contains(mean / scatter(scrapes.map(\.0))))
        #expect((0.5...2).contains(deviation / scatter(scrapes.map(\.1))))
    }

    @Test("requests whose only token comes from prefill hold no slot")
    func firstToken() throws {
        let found = try Self.workload([10, 10, 10, 10], [1, 1, 1, 101], firstTokenFromPrefill: true)
        #expect(found.neverDecoded == 3 && found.decode.mean == 100)
        #expect(found.warnings.contains { $0.code == "never_decode" && $0.detail.contains("3 of 4") })
        #expect(try Self.workload([10], [5], firstTokenFromPrefill: true).decode.mean == 4)
        #expect(throws: InvalidInput.self) { try Self.workload([10, 10], [1, 1], firstTokenFromPrefill: true) }
    }

    @Test("requests without output are told of, and count as a step")
    func emptyOutputs() throws {
        // The first bucket holds 0 and 1, so that only what the sum lacks is known.
        let found = try Self.workload([10, 10, 10], [0, 0, 3])
        #expect(found.emptyOutputs == 2 && found.decode.mean == 5.0 / 3)
        #expect(found.warnings.contains { $0.code == "empty_outputs" })
    }

    @Test("requests beyond the last bound are told of")
    func beyond() throws {
        let (prefill, decode) = Self.lengths(300, 3)
        let text =
            ExpositionText.histogram("tgi_request_input_length", prefill, bounds: [100, 1000])
            + ExpositionText.histogram("tgi_request_generated_tokens", decode, bounds: [10, 100, 1000, 10_000])
        let found = try MetricsWorkload(try ExpositionText.read(text))
        let warning = try #require(found.warnings.first { $0.code == "beyond_last_bucket" })
        #expect(warning.pointer == "/prefill" && warning.detail.contains("1000 tokens"))
        #expect(abs(found.prefill.mean - Double(prefill.reduce(0, +)) / 300) < 1e-9)
        #expect(found.load.deviationBounds?.contains(try Self.reference(prefill, decode).standardDeviation) ?? false)
    }

    @Test("without a sum the mean is that of the buckets, which is said")
    func noSum() throws {
        let text = ExpositionText.vllm([3, 40], [5, 5]).split(separator: "\n").filter { !$0.contains("_sum") }.joined(
            separator: "\n")
        let found = try MetricsWorkload(try ExpositionText.read(text))
        #expect(abs(found.prefill.mean - (4 + 35.5) / 2) < 1e-9 && found.load.meanBounds == nil)
        #expect(found.warnings.count { $0.code == "mean_from_buckets" } == 2)
    }

    @Test("one request has no errors")
    func single() throws {
        let load = try Self.workload([10], [5]).load
        #expect(
            load.mean.standardError == nil && load.mean.interval == nil && load.standardDeviation.standardError == nil)
        #expect(try Self.workload([10], [5]).errors == nil)
    }

    @Test("the two histograms must count about the same requests")
    func counts() throws {
        let (prefill, decode) = Self.lengths(200, 5)
        #expect(try Self.workload(prefill, Array(decode.dropLast(10))).warnings.contains { $0.code == "counts_differ" })
        #expect(try !Self.workload(prefill, Array(decode.dropLast(2))).warnings.contains { $0.code == "counts_differ" })
    }
}
