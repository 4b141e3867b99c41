import TestSupport
import Testing

@testable import Calibration

@Suite("Bins of lengths")
struct LengthBinsTests {
    @Test("bins are contiguous, nest, and stay narrow", arguments: 0...4)
    func bins(level: Int) {
        var generator = SeededGenerator(seed: 5)
        var lengths = Array(0...5000)
        for _ in 0..<2000 { lengths.append(Int.random(in: 0...1_000_000_000, using: &generator)) }
        for length in lengths {
            let bin = LengthBins.index(of: length, level: level)
            let lower = LengthBins.lower(bin, level: level)
            let upper = LengthBins.upper(bin, level: level)
            #expect(lower <= length && length <= upper)
            #expect(LengthBins.lower(bin + 1, level: level) == upper + 1)
            let middle = LengthBins.middle(bin, level: level)
            #expect(lower <= middle && middle <= upper)
            #expect(upper - lower <= lower >> level)
            if level > 0 {
                let coarse = LengthBins.index(of: length, level: level - 1)
                #expect(LengthBins.index(of: lower, level: level - 1) == coarse)
                #expect(LengthBins.index(of: upper, level: level - 1) == coarse)
            }
        }
        #expect(LengthBins.index(of: 1_000_000_000, level: 4) < LengthBins.count)
    }
}
