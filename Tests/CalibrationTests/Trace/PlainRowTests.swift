import SizingNumerics
import TestSupport
import Testing

@testable import Calibration

/// Plain rows are read in one pass where they lie whole in a piece; fed a byte at a time, no row does, and all are read with care.
@Suite("Plain rows of CSV")
struct PlainRowTests {
    /// What a reader of the whole may see: the summary, or the sentence of the refusal.
    private static func outcome(_ bytes: [UInt8], _ options: TraceOptions, pieces: [Int]) -> String {
        do { return "\(try summary(bytes, .csv, options: options, pieces: pieces))" } catch { return "\(error)" }
    }

    private static let lengths = [
        "0", "1", "9", "10", "374", "0044", "8000", "65535", "65536", "123456", "9999999", "10000000", "99999999",
        "1000000000", "1000000001", "12345678901", "", " 5", "5 ", "-1", "+7", "1.0", "1.5", "3e2", "null", "\"12\"",
        "\"1\"\"2\"", "\"1\n2\"", "x", "1x", "/", ":", "1:", "1/", "\u{B2}", "\r", "5\r",
    ]
    private static let notes = [
        "", "a", "2023-11-16 18:15:46.6805900", "\"quoted\"", "\"a,b\"", "\"a\nb\"", "a\"b", "\"", "é", "\u{2}", "\r",
        "a\rb", "12345678", "1234567", "-", "#", "# a note that is long", String(repeating: "z", count: 70),
    ]

    /// A trace mostly of plain rows, the rest chosen to lie beside what is plain.
    private static func trace(_ generator: inout SeededGenerator, rows: Int) -> [UInt8] {
        let delimiter = [",", ";", "\t"].randomElement(using: &generator)!
        var columns = ["isl", "osl"] + ["a", "b", "c"].prefix(Int.random(in: 0...3, using: &generator))
        columns.shuffle(using: &generator)
        let lineEnd = ["\n", "\r\n"].randomElement(using: &generator)!
        var text = columns.joined(separator: delimiter) + lineEnd
        for _ in 0..<rows {
            let isPlain = Int.random(in: 0..<4, using: &generator) > 0
            var fields = columns.map { column in
                if column == "isl" || column == "osl" {
                    isPlain
                        ? String(Int.random(in: 0...99999, using: &generator))
                        : lengths.randomElement(using: &generator)!
                } else {
                    isPlain ? "t\(generator.next() % 1000)" : notes.randomElement(using: &generator)!
                }
            }
            switch Int.random(in: 0..<24, using: &generator) {
            case 0: fields.removeLast()
            case 1: fields.append("1")
            case 2: fields = [" "]
            case 3: fields = []
            default: break
            }
            text += fields.joined(separator: delimiter)
            text +=
                Int.random(in: 0..<12, using: &generator) == 0
                ? ["\r\r\n", "\n\n", "\r", ""].randomElement(using: &generator)! : lineEnd
        }
        return Array(text.utf8)
    }

    @Test("the same as with care, cut at every byte", arguments: 0..<5)
    func cuts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = Self.trace(&generator, rows: 12)
        var options = TraceOptions()
        if seed % 4 == 0 { options.maximumLine = 24 }
        let careful = Self.outcome(bytes, options, pieces: [1])
        for cut in 1...bytes.count {
            let outcome = Self.outcome(bytes, options, pieces: [cut, bytes.count])
            #expect(outcome == careful, "cut at \(cut) of \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("the same as with care over many traces, whole and in pieces", arguments: 0..<10)
    func whole(seed: UInt64) {
        var generator = SeededGenerator(seed: 1000 + seed)
        for _ in 0..<5 {
            let bytes = Self.trace(&generator, rows: 60)
            var options = TraceOptions()
            options.firstTokenFromPrefill = seed % 2 == 1
            let careful = Self.outcome(bytes, options, pieces: [1])
            for pieces in [[1 << 16], [64], [61, 7, 190]] {
                let outcome = Self.outcome(bytes, options, pieces: pieces)
                #expect(outcome == careful, "pieces \(pieces) of \(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    @Test("a plain row is taken as one, up to seven digits")
    func takes() throws {
        let options = TraceOptions()
        let header = try CSVHeader(Array("t,isl,osl".utf8).span, names: NameTable(options: options), options: options)
        var row = PlainRow()
        #expect(header.plainRow(Array("x,12,9999999\nmore".utf8).span, from: 0, into: &row))
        #expect(row.prefill == 12 && row.decode == 9_999_999 && row.next == 13)
        for text in [
            "x,12,99999999\nmore", "\"x\",12,3\nmore and more", "x,12,3", "x,12\nmore and more",
            "x,1,2,3\nmore and more", "Total,12,3\nmore and more", ",12,3\nmore and more",
            "#x,12,3\nmore and more", "# a comment that is long,12,3\nmore and more",
        ] {
            #expect(!header.plainRow(Array(text.utf8).span, from: 0, into: &row), "\(text)")
        }
    }

    @Test("digits of a word: all counts, and bytes beside the digits")
    func digits() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let bytes = (0..<8).map { _ in
                Int.random(in: 0..<4, using: &generator) > 0
                    ? UInt8.random(in: 0x30...0x39, using: &generator) : UInt8.random(in: 0...255, using: &generator)
            }
            let prefix = bytes.prefix { 0x30...0x39 ~= $0 }
            let (count, value) = ByteLanes(bytes.span, at: 0).digits
            #expect(count == prefix.count && value == prefix.reduce(0) { $0 * 10 + Int($1 & 15) }, "\(bytes)")
        }
    }

    @Test("the first of two bytes, at every place and among their neighbours")
    func firstIndex() {
        var generator = SeededGenerator(seed: 6)
        let alphabet: [UInt8] = [0x0A, 0x2C, 0x0B, 0x09, 0x2D, 0x2B, 0x8A, 0xAC, 0, 0xFF, 0x61, 0x61, 0x61]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator)!
            }
            let start = Int.random(in: 0...bytes.count, using: &generator)
            let expected = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x2C } ?? bytes.count
            #expect(
                ByteLanes.firstIndex(of: 0x2C, or: 0x0A, in: bytes.span, from: start) == expected, "\(bytes) \(start)")
        }
    }

    @Test("sums on both sides of P + D = 2¹⁶ are those of plain wide arithmetic")
    func sums() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let total = Int.random(in: 65_530...65_540, using: &generator)
            let d = [1, 2, 3, 32_768, total - 1, Int.random(in: 1..<total, using: &generator)].randomElement(
                using: &generator)!
            let p = total - d
            var sums = RequestSums()
            sums.add(prefill: p, decode: d)
            // S_k term by term would be 65,536 steps: closed forms in wide integers, divided at the end.
            let (wp, pairs) = (WideInteger(p), WideInteger(d * (d - 1) / 2))
            let s1 = WideInteger(p * d) + pairs
            let squares = (pairs * (2 * d - 1)).divided(by: 3)
            let s2 = wp * p * d + pairs * (2 * p) + squares
            let s3 = wp * p * p * d + pairs * 3 * p * p + squares * 3 * p + pairs * (d * (d - 1) / 2)
            #expect(sums[14] == s3 * d)
            for (term, a, b) in [(15, s2, s1), (17, s2, s2), (16, s3, s1), (18, s3, s2), (19, s3, s3)] {
                // a · b with b in two parts that fit.
                let high = b.divided(by: 1 << 40)
                let low = b - high * (1 << 40)
                #expect(sums[term] == a * Int(high.decimal)! * (1 << 40) + a * Int(low.decimal)!, "\(p) \(d) \(term)")
            }
            for (term, i, j) in [(9, 4, 0), (10, 3, 1), (11, 2, 2), (12, 1, 3), (13, 0, 4), (5, 3, 0), (8, 0, 3)] {
                var power = WideInteger(1)
                for _ in 0..<i { power = power * p }
                for _ in 0..<j { power = power * d }
                #expect(sums[term] == power, "\(p) \(d) \(term)")
            }
        }
    }
}
