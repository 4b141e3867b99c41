import Foundation
import Sizing
import TestSupport
import Testing
import Text

@testable import Calibration

@Suite("Reading traces")
struct TraceParserTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let format: TraceFormat
        let text: String
        /// Requests that come out, by their sums.
        let requests: [(Int, Int)]
        var skipped: [SkippedRows.Reason: [Int]] = [:]
        var options = TraceOptions()
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "Azure", format: .csv,
            text:
                "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6,374,44\n2023-11-16 18:15:50.9,396,0\n",
            requests: [(374, 44)]),
        Case(
            name: "CRLF, no last line end, blank lines", format: .csv,
            text: "prompt_tokens,output_tokens\r\n1,2\r\n\r\n3,4",
            requests: [(1, 2), (3, 4)]),
        Case(
            name: "quotes, commas and line ends in them", format: .csv,
            text: "\"Request tokens\",note,\"Response tokens\"\n\"1\",\"a, \"\"b\"\"\nc\",2\n3,\"\",\"4\"\nx,,4\n",
            requests: [(1, 2), (3, 4)], skipped: [.notANumber: [5]]),
        Case(
            name: "semicolons and blanks", format: .csv, text: "num_prefill_tokens ; num_decode_tokens\n 1 ; 2\n",
            requests: [(1, 2)]),
        Case(name: "tabs and a byte order mark", format: .csv, text: "\u{FEFF}ISL\tOSL\n1\t2\n", requests: [(1, 2)]),
        Case(
            name: "named columns", format: .csv, text: "prompt_tokens,a,b\n9,1,2\n", requests: [(1, 2)],
            options: TraceOptions(prefillColumn: "a", decodeColumn: "b")),
        Case(
            name: "a better name wins wherever it stands", format: .csv,
            text: "input_len,output_len,prompt_tokens\n9,2,1\n",
            requests: [(1, 2)]),
        Case(
            name: "numbers in other clothes", format: .csv, text: "isl,osl\n374.0,4.4e1\n+1,2.00\n1e3,30E-1\n",
            requests: [(374, 44), (1, 2), (1000, 3)]),
        Case(
            name: "rows that cannot be used", format: .csv,
            text: "isl,osl\n1,1\n1,NaN\n-1,2\n1.5,2\n1,\n1\n1,2,3\n1,1000000001\n1,inf\n1,null\n1,\"2\"x\n"
                + String(repeating: "1,1\n", count: 10),
            requests: Array(repeating: (1, 1), count: 11),
            skipped: [
                .notANumber: [3, 10], .negative: [4], .fractional: [5], .missing: [6, 11], .malformed: [7, 8, 12],
                .tooLarge: [9],
            ]),
        Case(
            name: "Mooncake", format: .jsonLines,
            text: "{\"timestamp\": 0, \"input_length\": 40160, \"output_length\": 6, \"hash_ids\": [0, 1, 2]}\n"
                + "{\"hash_ids\": [[],{\"input_length\":3}], \"input_length\": 2, \"output_length\": 3}\n",
            requests: [(40160, 6), (2, 3)]),
        Case(
            name: "NDJSON rows that cannot be used", format: .jsonLines,
            text: "{\"isl\":1,\"osl\":2}\n\n{\"isl\":1}\n[1,2]\n{\"isl\":\"x\",\"osl\":2}\n{\"isl\":1,\"osl\":2}x\n"
                + "{\"isl\":1,\"osl\":2,\"osl\":3}\n{\"isl\":1,\"osl\":null}\n{\"isl\":-3,\"osl\":2}\n"
                + "{\"a\":[1,{2],\"isl\":1,\"osl\":2}\n{\"isl\":1,\"osl\":2.5}\n{\"isl\":1 \"osl\":2}\n"
                + String(repeating: "{\"isl\":1,\"osl\":2}\n", count: 12),
            requests: Array(repeating: (1, 2), count: 13),
            skipped: [
                .missing: [3, 8], .malformed: [4, 6, 10, 12], .notANumber: [5], .duplicate: [7], .negative: [9],
                .fractional: [11],
            ]),
        Case(
            name: "strings with what looks like structure", format: .jsonLines,
            text: "{\"p\":\"},{\\\"\\\\\",\"isl\":1,\"osl\":2,\"x\":{\"y\":\"]\"}}\n", requests: [(1, 2)]),
        Case(
            name: "rows of a JSON array", format: .jsonRows,
            text:
                " [ {\"prompt_tokens\": 1, \"completion_tokens\": 2},\n{\"prompt_tokens\": 3, \"completion_tokens\": 4}, 5] \n",
            requests: [(1, 2), (3, 4)], skipped: [.malformed: [3]]),
        Case(
            name: "first token from prefill", format: .csv, text: "isl,osl\n1,1\n1,2\n1,10\n1,0\n",
            requests: [(1, 1), (1, 9)], options: TraceOptions(firstTokenFromPrefill: true)),
    ]

    @Test("by any split, the same requests and the same skipped rows", arguments: cases)
    func reads(example: Case) throws {
        var expected = RequestSums()
        for (prefill, decode) in example.requests { expected.add(prefill: prefill, decode: decode) }
        let whole = try summary(example.text, example.format, options: example.options)
        #expect(whole.sums == expected)
        let tallies = Dictionary(uniqueKeysWithValues: whole.skipped.tallies.map { ($0.reason, $0.lines) })
        #expect(tallies == example.skipped)
        var generator = SeededGenerator(seed: 3)
        for pieces in [[1], [2], [3], [7, 1], [64]]
            + (0..<10).map({ _ in (0..<5).map { _ in Int.random(in: 1...40, using: &generator) } })
        {
            let isSame = try summary(example.text, example.format, options: example.options, pieces: pieces) == whole
            #expect(isSame, "pieces \(pieces)")
        }
    }

    static let refused: [(String, TraceFormat, String, String)] = [
        ("nothing", .csv, "", "empty"), ("no rows", .csv, "isl,osl\n", "no rows"),
        ("no header", .csv, "374,44\n1,2\n", "header is missing"),
        ("wrong columns", .csv, "a,osl\n1,2\n", "\"a\", \"osl\""),
        ("only a prefill", .csv, "isl,b\n1,2\n", "decode_column"),
        ("the same twice", .csv, "isl,osl,isl\n1,2,3\n", "twice"),
        ("a quote left open", .csv, "isl,osl\n1,\"2\n3,4\n", "quotes"),
        ("binary", .csv, "\u{1}\u{2}\u{3}isl,osl\n", "not text"),
        ("binary lines", .jsonLines, "\u{0}\u{2}\n", "not text"),
        ("mostly bad", .csv, "isl,osl\n1,2\n1,x\n1,y\n", "more than half"),
        ("all bad", .csv, "isl,osl\n1,x\n", "None of the 1 rows"),
        ("no array", .jsonRows, "{\"isl\":1}", "JSON array"),
        ("an open array", .jsonRows, "[{\"isl\":1,\"osl\":2}", "not closed"),
        ("text behind an array", .jsonRows, "[{\"isl\":1,\"osl\":2}] x", "JSON array"),
        ("an empty array", .jsonRows, "[ ]", "no rows"),
        ("no JSON", .jsonLines, "isl,osl\n1,2\n", "None of the 2 rows"),
    ]

    @Test("a body that is not a trace is refused with its reason, however it is cut", arguments: refused)
    func refuses(name: String, format: TraceFormat, text: String, words: String) throws {
        for pieces in [[1 << 16], [1], [3]] {
            do {
                _ = try summary(text, format, pieces: pieces)
                Issue.record("accepted")
            } catch let error as InvalidInput {
                #expect(error.description.contains(words), "\(error)")
            }
        }
    }

    @Test("gzip that was not declared is named")
    func gzip() {
        #expect { try summary([0x1F, 0x8B, 8, 0, 0, 0x0A], .csv) } throws: {
            "\($0)".contains("Content-Encoding: gzip")
        }
    }

    @Test("a line of 10 MB is refused as soon as it is too long", arguments: TraceFormat.allCases)
    func longLine(format: TraceFormat) throws {
        let start =
            format == .csv
            ? "isl,osl\n1,2\n" : format == .jsonRows ? "[{\"isl\":1,\"osl\":2}," : "{\"isl\":1,\"osl\":2}\n"
        var parser = TraceParser(format: format)
        try parser.feed(Array(start.utf8).span)
        let chunk = [UInt8](repeating: UInt8(ascii: "1"), count: 1 << 16)
        var fed = 0
        var error: InvalidInput?
        do {
            while fed < 10_000_000 {
                try parser.feed(chunk.span)
                fed += chunk.count
            }
        } catch let failure { error = failure }
        #expect(fed <= 1 << 20)
        #expect(error?.description.contains("longer than 1048576 bytes") == true)
    }

    @Test("a hopeless trace is given up early")
    func hopeless() throws {
        var parser = TraceParser(format: .csv)
        try parser.feed(Array("isl,osl\n".utf8).span)
        let row = Array("a,b\n".utf8)
        #expect(throws: InvalidInput.self) { for _ in 0...1000 { try parser.feed(row.span) } }
        #expect(parser.rowCount == 1000)
    }

    @Test("random bytes are an answer or an error", arguments: 0..<200)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("islo,osl\n\"{}[]:1234567890.eE+- \t\r\\nul;".utf8) + [0, 0xC3, 0xFF]
        let head = ["isl,osl\n", "{\"isl\":1,\"osl\":2}\n", "[{\"isl\":1,\"osl\":2},"][Int(seed % 3)]
        let tail = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator)!
        }
        let bytes = Array(head.utf8) + tail
        let format = TraceFormat.allCases[Int(seed % 3)]
        let whole = Result { try summary(bytes, format) }
        let pieces = Result { try summary(bytes, format, pieces: [1, 5, 2]) }
        switch (whole, pieces) {
        case (.success(let a), .success(let b)):
            let isSame = a == b
            #expect(isSame)
        case (.failure, .failure): break
        default: Issue.record("the split decided")
        }
    }
}
