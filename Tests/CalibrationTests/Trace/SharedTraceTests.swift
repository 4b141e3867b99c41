import Foundation
import TestSupport
import Testing

@testable import Calibration

@Suite("Public traces", .enabled(if: SharedData.isPresent, "../shared is absent"))
struct SharedTraceTests {
    /// θ and ν² by exact rational arithmetic over whole numbers, from a reader of its own.
    static func reference(_ requests: [(Int, Int)]) -> (mean: Double, variance: Double) {
        var steps: Int128 = 0
        var first: Int128 = 0
        var second: Int128 = 0
        for (p, d) in requests {
            let p = Int128(p)
            let d = Int128(d)
            steps += d
            first += p * d + d * (d - 1) / 2
            second += d * p * p + p * d * (d - 1) + d * (d - 1) * (2 * d - 1) / 6
        }
        return (
            Double(first) / Double(steps), Double(second * steps - first * first) / (Double(steps) * Double(steps))
        )
    }

    static func azure() throws -> [(Int, Int)] {
        String(decoding: try SharedData.bytes("azure2023_conv.csv"), as: UTF8.self).split(whereSeparator: \.isNewline)
            .dropFirst()
            .map { line in
                let fields = line.split(separator: ",")
                return (Int(fields[1]) ?? -1, max(1, Int(fields[2]) ?? -1))
            }
    }

    @Test("Azure 2023 conversation: θ 1226.479, ν² 508,197")
    func azureTrace() throws {
        let bytes = try SharedData.bytes("azure2023_conv.csv")
        let statistics = try TraceStatistics(summary(bytes, .csv))
        let expected = Self.reference(try Self.azure())
        #expect(statistics.requests == 19366)
        #expect(relativeError(statistics.loadMean.value, expected.mean) < 1e-9)
        #expect(relativeError(pow(statistics.loadStandardDeviation.value, 2), expected.variance) < 1e-9)
        #expect(abs(statistics.loadMean.value - 1226.479) < 5e-4)
        #expect(abs(pow(statistics.loadStandardDeviation.value, 2) - 508_197) < 0.5)
        #expect(abs(statistics.correlation.value + 0.112) < 5e-4)
    }

    @Test("Mooncake synthetic: θ 7291.44, ν² 1.32976e8")
    func mooncake() throws {
        let bytes = try SharedData.inflated("mooncake_synthetic.jsonl.gz")
        let statistics = try TraceStatistics(summary(bytes, .jsonLines))
        let requests = try String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line -> (Int, Int) in
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (row?["input_length"] as? Int ?? -1, max(1, row?["output_length"] as? Int ?? -1))
        }
        let expected = Self.reference(requests)
        #expect(statistics.requests == 3993)
        #expect(relativeError(statistics.loadMean.value, expected.mean) < 1e-9)
        #expect(relativeError(pow(statistics.loadStandardDeviation.value, 2), expected.variance) < 1e-9)
        #expect(abs(statistics.loadMean.value - 7291.44) < 5e-3)
        #expect(abs(pow(statistics.loadStandardDeviation.value, 2) - 1.32976e8) < 500)
    }

    @Test("Azure split anywhere and merged is the whole", arguments: [1, 2, 977, 9_683, 19_365])
    func split(cut: Int) throws {
        let lines = String(decoding: try SharedData.bytes("azure2023_conv.csv"), as: UTF8.self).split(
            whereSeparator: \.isNewline)
        let whole = try summary(lines.joined(separator: "\n"), .csv)
        var merged = try summary(lines[...cut].joined(separator: "\n"), .csv)
        try merged.merge(summary(([lines[0]] + lines[(cut + 1)...]).joined(separator: "\n"), .csv))
        #expect(merged == whole)
        #expect(try TraceStatistics(merged) == TraceStatistics(whole))
    }
}
