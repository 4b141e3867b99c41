import TestSupport
import Testing
import Text

@testable import Calibration

@Suite("Merging parts of a trace")
struct MergeTests {
    @Test("parts of any split, merged, are the whole", arguments: 0..<12)
    func split(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let family = SyntheticTrace.allCases[Int(seed % 4)]
        var rows = (0..<Int.random(in: 2...2000, using: &generator)).map { _ -> String in
            let request = family.request(&generator)
            return "\(request.prefill),\(request.decode)\n"
        }
        for _ in 0..<min(rows.count / 3, 9) {
            rows[Int.random(in: 0..<rows.count, using: &generator)] = ["x,3\n", "1,-2\n", "7\n", "\n", "4,0\n"]
                .randomElement(
                    using: &generator)!
        }
        let header = "input_length,output_length\n"
        guard let whole = try? summary(header + rows.joined(), .csv) else { return }
        let cut = Int.random(in: 1..<rows.count, using: &generator)
        guard let first = try? summary(header + rows[..<cut].joined(), .csv),
            let second = try? summary(header + rows[cut...].joined(), .csv)
        else { return }
        var merged = first
        try merged.merge(second)
        #expect(merged == whole)
        #expect(try TraceStatistics(merged) == TraceStatistics(whole))
    }

    @Test("histograms of many cells coarsen to the same whatever the parts", arguments: 0..<4)
    func coarse(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var whole = HistogramCounter()
        var parts = (0..<4).map { _ in HistogramCounter() }
        for _ in 0..<40_000 {
            let prefill = Int(pow2(generator.unit() * 29))
            let decode = Int(pow2(generator.unit() * 29))
            whole.add(prefill: prefill, decode: decode)
            parts[min(3, Int(generator.unit() * generator.unit() * 4))].add(prefill: prefill, decode: decode)
        }
        let expected = JointHistogram(whole)
        #expect(expected.cells.count <= JointHistogram.maximumCells && expected.level < 4)
        var merged = JointHistogram(parts[0])
        for part in parts.dropFirst() { merged = try merged.merged(with: JointHistogram(part)) }
        #expect(merged == expected)
        let sent = try JointHistogram(
            level: merged.level, prefill: merged.cells.map(\.prefill), decode: merged.cells.map(\.decode),
            counts: merged.cells.map(\.count))
        #expect(sent == merged)
    }

    private func pow2(_ x: Double) -> Double {
        let whole = x.rounded(.down)
        return Double(sign: .plus, exponent: Int(whole), significand: 1) * (1 + (x - whole))
    }

    @Test("parts read under different assumptions are not merged")
    func assumptions() throws {
        var first = try summary("prompt_tokens,output_tokens\n1,2\n", .csv)
        let second = try summary(
            "prompt_tokens,output_tokens\n1,2\n", .csv, options: TraceOptions(firstTokenFromPrefill: true))
        #expect(throws: InvalidInput.self) { try first.merge(second) }
    }
}
