import TestSupport
import Testing

@testable import Calibration

/// Lines that are written alike are read by their pattern where they lie whole in a piece; fed a byte at a time, all
/// are read with care.
@Suite("JSON lines by their pattern") struct JSONPatternTests {
    private static func outcome(_ bytes: [UInt8], pieces: [Int], maximumLine: Int = 1 << 20) -> String {
        var options = TraceOptions()
        options.maximumLine = maximumLine
        do { return "\(try summary(bytes, .jsonLines, options: options, pieces: pieces))" } catch { return "\(error)" }
    }

    /// What stands in place of a length or of another value now and then.
    private static let oddLengths = [
        "0", "0044", "12345678", "9999999", "1.5", "1e2", "\"12\"", "null", "-1", "", "x", "[1]", "{\"value\": 3}",
        "12 ",
        "1 2", "7:", "7\"", "true",
    ]
    private static let oddValues = [
        "null", "\"\"", "\"a\\\"b\"", "\"a\\\\\"", "[[1], 2]", "[\"1\", \"2\"]", "[", "]", "[1, 2}", "{}",
        "{\"a\": [1]}",
        "\"é\"", "é", "nul", "\"tab\u{9}\"", "\"2023-11-16T18:15:46Z\"", "1.7e9", "-5", "a:b", "1}",
    ]

    /// How rows of one trace are written: keys with what makes their values.
    private static func row(
        _ layout: Int, _ number: Int, _ blank: String, _ generator: inout SeededGenerator
    ) -> String {
        let isOdd = Int.random(in: 0..<8, using: &generator) == 0
        func length() -> String {
            isOdd && Bool.random(using: &generator)
                ? oddLengths.randomElement(using: &generator)! : String(Int.random(in: 0...99_999, using: &generator))
        }
        func value(_ usual: String) -> String {
            isOdd && Bool.random(using: &generator) ? oddValues.randomElement(using: &generator)! : usual
        }
        let start = Int.random(in: 0..<40, using: &generator)
        let ids = (start..<(start + 5)).map { "\($0)" }.joined(separator: ",\(blank)")
        let members =
            switch layout {
            case 0:
                [
                    "\"timestamp\":\(blank)\(value("\(number * 30)"))", "\"input_length\":\(blank)\(length())",
                    "\"output_length\":\(blank)\(length())", "\"hash_ids\":\(blank)\(value("[\(ids)]"))",
                ]
            case 1:
                [
                    "\"id\":\(blank)\(value("\"r\(number)\""))",
                    "\"usage\":\(blank){\"prompt_tokens\":\(blank)\(length())",
                    "\"completion_tokens\":\(length())}",
                    "\"status\":\(blank)\(value(isOdd ? "\"failed\"" : "\"ok\""))",
                ]
            case 2:
                [
                    "\"created_at\":\(blank)\(value("\"2024-05-01 10:00:\(10 + number % 50).\(100 + number % 900)\""))",
                    "\"prompt_tokens\":\(blank)\"\(length())\"", "\"completion_tokens\":\(blank)\(length())",
                    "\"note\":\(blank)\(value("\"n\""))", "\"session_id\":\(blank)\(value("\"s\(number % 7)\""))",
                ]
            default:
                [
                    "\"prompt_tokens\":\(length())", "\"input_tokens\":\(length())", "\"output_tokens\":\(length())",
                    "\"data\":\(value("[1,\(blank)2]"))",
                ]
            }
        return "{" + members.joined(separator: ",\(blank)") + "}"
    }

    private static func trace(_ generator: inout SeededGenerator, rows: Int) -> [UInt8] {
        let blank = ["", " "].randomElement(using: &generator)!
        let lineEnd = ["\n", "\r\n"].randomElement(using: &generator)!
        let layouts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in Int.random(in: 0..<4, using: &generator)
        }
        var text = ""
        for number in 0..<rows {
            text += row(layouts.randomElement(using: &generator)!, number, blank, &generator)
            text +=
                Int.random(in: 0..<12, using: &generator) == 0
                ? ["\n\n", "\r\r\n", " \n", "x\n", ""].randomElement(using: &generator)! : lineEnd
        }
        return Array(text.utf8)
    }

    @Test("the same as with care over many traces, whole and in pieces", arguments: 0..<20)
    func whole(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            let bytes = Self.trace(&generator, rows: 60)
            let maximumLine = seed % 5 == 0 ? 90 : 1 << 20
            let careful = Self.outcome(bytes, pieces: [1], maximumLine: maximumLine)
            for pieces in [[1 << 16], [300], [611, 70, 190]] {
                let outcome = Self.outcome(bytes, pieces: pieces, maximumLine: maximumLine)
                #expect(outcome == careful, "pieces \(pieces) of \(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    @Test("a line is taken by the pattern of the one before, where only its values differ")
    func takes() throws {
        let first = Array(#"{"t": 1, "input_length": 12, "output_length": 7, "hash_ids": [1, 2], "n": "a"}"#.utf8)
        var row = JSONRow(names: NameTable(options: TraceOptions()), options: TraceOptions())
        var fields = RowFields()
        let isObject = row.read(first.span, into: &fields)
        #expect(isObject)
        let learned = JSONPattern(first.span, fields)
        let pattern = try #require(learned)
        var plain = PlainRow()
        for text in [
            #"{"t": -2.5e3, "input_length": 9999999, "output_length": 0, "hash_ids": [], "n": ""}"#,
            #"{"t": null, "input_length": 1, "output_length": 23, "hash_ids": [7, 8, 9, 10, 11], "n": "bc"}"#,
        ] {
            let bytes = Array("\(text)\nand more of the next line".utf8)
            let isTaken = pattern.read(bytes.span, from: 0, into: &plain)
            #expect(isTaken, "\(text)")
            #expect(plain.next == text.utf8.count + 1)
        }
        #expect(plain.prefill == 1 && plain.decode == 23 && plain.fields.range(.hashIDs).count == 17)
        for text in [
            #"{"t": 1, "input_length": 12345678, "output_length": 7, "hash_ids": [1], "n": "a"}"#,
            #"{"t": 1, "input_length":12, "output_length": 7, "hash_ids": [1], "n": "a"}"#,
            #"{"t": 1, "input_length": 12, "output_length": 7, "hash_ids": [[1], 2], "n": "a"}"#,
            #"{"t": 1, "input_length": 12, "output_length": 7, "hash_ids": [1], "n": "a\"b"}"#,
            #"{"t": 1, "input_length": 12, "output_length": 7, "hash_ids": [1], "n": "a", "m": 2}"#,
        ] {
            let bytes = Array("\(text)\nand more of the next line".utf8)
            let isTaken = pattern.read(bytes.span, from: 0, into: &plain)
            #expect(!isTaken, "\(text)")
        }
    }

    @Test("blocks are read with the line where nothing but lengths and an arrival is beside them")
    func blocks() throws {
        for (text, isDetailed) in [
            (#"{"timestamp": 1, "input_length": 12, "output_length": 7, "hash_ids": [1, 2]}"#, false),
            (#"{"timestamp": 1, "input_length": 12, "output_length": 7, "hash_ids": 12}"#, true),
            (#"{"timestamp": 1, "input_length": 12, "output_length": 7, "hash_ids": [1, 2], "session_id": 3}"#, true),
        ] {
            let bytes = Array("\(text)\nand more of the next line".utf8)
            var row = JSONRow(names: NameTable(options: TraceOptions()), options: TraceOptions())
            var fields = RowFields()
            let line = bytes.span.extracting(0..<text.utf8.count)
            let isObject = row.read(line, into: &fields)
            let learned = JSONPattern(line, fields)
            let pattern = try #require(learned)
            #expect(isObject && pattern.isDetailed == isDetailed)
            var plain = PlainRow()
            let isTaken = pattern.read(bytes.span, from: 0, into: &plain)
            #expect(isTaken)
            #expect(plain.blocks.count == (isDetailed ? 0 : 2) && plain.fields.has(.hashIDs) == isDetailed)
        }
    }

    @Test("rows within rows, lengths twice and columns have no pattern")
    func none() {
        for text in [
            #"{"data": [{"input_length": 1, "output_length": 2}]}"#,
            #"{"prompt_tokens": 1, "input_tokens": 2, "osl": 3}"#,
            #"{"input_length": 1}"#,
        ] {
            var row = JSONRow(names: NameTable(options: TraceOptions()), options: TraceOptions())
            var fields = RowFields()
            let bytes = Array(text.utf8)
            let isObject = row.read(bytes.span, into: &fields)
            let hasPattern = JSONPattern(bytes.span, fields) != nil
            #expect(isObject && !hasPattern, "\(text)")
        }
    }
}
