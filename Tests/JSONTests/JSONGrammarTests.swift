import JSON
import Testing

/// The grammar of RFC 8259, case by case.
@Suite struct JSONGrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "0.5", "1e3", "1E+3", "1e-3", "-1.25e-2", "\"\"", "\"a\"",
        "[]", "{}", " [ ] ", "\t{\r\n}", "[1,2]", "[[],[[]]]", "{\"a\":{\"b\":[null]}}", "\"\\u0041\\n\\/\"", "\"é\"",
        "\"\\uD83D\\uDE00\"", "\"😀\"", "{\"\":0}", "1e-400", "0e999", "123456789012345678901234567890",
        "\"\u{7F}\"", "{\"a\":1,\"A\":2}",
    ])
    func accepts(_ text: String) {
        #expect(throws: Never.self) { try JSONDocument(parsing: text) }
    }

    @Test(arguments: [
        ("", JSONError.Reason.empty), ("  ", .empty), ("[", .truncated), ("{\"a\"", .truncated),
        ("{\"a\":", .truncated),
        ("\"abc", .truncated), ("\"\\", .truncated), ("\"\\u12", .truncated), ("\"\\uD83D", .truncated),
        ("tru", .truncated),
        ("-", .truncated), ("1.", .truncated), ("1e", .truncated), ("1e+", .truncated), ("[1", .truncated),
        ("[1,", .truncated), ("{\"a\":1", .truncated), ("{\"a\":1,", .truncated), ("{", .truncated),
        ("[1,]", .unexpected(byte: 0x5D, expected: "a value")), ("[,1]", .unexpected(byte: 0x2C, expected: "a value")),
        ("{\"a\":1,}", .unexpected(byte: 0x7D, expected: "a member name")),
        ("{a:1}", .unexpected(byte: 0x61, expected: "a member name")),
        ("{'a':1}", .unexpected(byte: 0x27, expected: "a member name")),
        ("{\"a\" 1}", .unexpected(byte: 0x31, expected: "':'")),
        ("[1 2]", .unexpected(byte: 0x32, expected: "',' or ']'")),
        ("[1}", .unexpected(byte: 0x7D, expected: "',' or ']'")),
        ("{\"a\":1]", .unexpected(byte: 0x5D, expected: "',' or '}'")),
        ("/* */ 1", .unexpected(byte: 0x2F, expected: "a value")), ("]", .unexpected(byte: 0x5D, expected: "a value")),
        ("1 1", .trailing(byte: 0x31)), ("{}{}", .trailing(byte: 0x7B)), ("[]]", .trailing(byte: 0x5D)),
        ("1x", .trailing(byte: 0x78)), ("0x10", .trailing(byte: 0x78)), ("1.5.2", .trailing(byte: 0x2E)),
        ("True", .unexpected(byte: 0x54, expected: "a value")), ("trux", .literal), ("nulL", .literal),
        ("NaN", .literal),
        ("Infinity", .literal), ("-Infinity", .number("no digit behind the minus sign")),
        ("01", .number("a leading zero")), ("-01", .number("a leading zero")), ("00", .number("a leading zero")),
        ("+1", .number("a plus sign")), (".5", .number("no digit before the point")),
        ("[1.]", .number("no digit behind the point")), ("[1.e3]", .number("no digit behind the point")),
        ("[1e]", .number("no digit in the exponent")), ("[1e-]", .number("no digit in the exponent")),
        ("[- 1]", .number("no digit behind the minus sign")), ("1e999", .numberOutOfRange),
        ("-1e309", .numberOutOfRange),
        ("1e99999999999999999999", .numberOutOfRange), ("\"\n\"", .controlCharacter(0x0A)),
        ("\"\u{0}\"", .controlCharacter(0)),
        ("\"\\n\t\"", .controlCharacter(9)), ("\"\\x\"", .escape), ("\"\\u00g0\"", .escape), ("\"\\U0041\"", .escape),
        ("\"\\uDE00\"", .loneSurrogate), ("\"\\uD83D\"", .truncated), ("\"\\uD83D      \"", .loneSurrogate),
        ("\"\\uD83D\\u0041\"", .loneSurrogate), ("\"\\uD83D\\uD83D\"", .loneSurrogate),
        ("\u{FEFF}1", .byteOrderMark), ("{\"a\":1,\"a\":1}", .duplicateKey("a")),
        ("{\"a\":1,\"\\u0061\":1}", .duplicateKey("a")), ("{\"\":1,\"\":1}", .duplicateKey("")),
        ("{\"b\":[{\"x\":0,\"y\":[],\"x\":{}}]}", .duplicateKey("x")),
    ])
    func refuses(_ text: String, _ reason: JSONError.Reason) {
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: text) }
        #expect(error?.reason == reason)
    }

    /// Ill-formed UTF-8 (RFC 3629, section 4): stray and missing continuation, overlong forms, surrogates, too large.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x41], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82, 0x22],
        ] as [[UInt8]])
    func refusesIllFormedUTF8(_ bytes: [UInt8]) {
        for prefix in ["\"a", "\"\\n"] {
            let text = Array(prefix.utf8) + bytes + Array("\"  ".utf8)
            let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: text) }
            #expect(error?.reason == .utf8)
        }
    }

    @Test func keepsEveryScalarRange() throws {
        let text = "\"\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}\""
        #expect(try JSONDocument(parsing: text).root.string == String(text.dropFirst().dropLast()))
    }

    @Test func nestingIsBoundedWithoutRecursion() throws {
        let fits = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSONDocument(parsing: fits) }
        for opening in ["[", "{\"a\":"] {
            let bomb = String(repeating: opening, count: 200_000)
            let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: bomb) }
            #expect(error?.reason == .tooDeep(limit: 64))
            #expect(error?.offset == 64 * opening.utf8.count)
        }
    }

    /// A text cut anywhere is an error, never a crash and never another value.
    @Test func everyPrefixIsAnError() throws {
        let text = Array("{\"a\":[1.5e-3,\"x\\u00e9\\uD83D\\uDE00é\",true,null],\"b\":{\"c\":false,\"d\":\"\"}}".utf8)
        #expect(throws: Never.self) { try JSONDocument(parsing: text) }
        for length in 0..<text.count {
            let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text[..<length])) }
            #expect(error?.reason == (length == 0 ? .empty : .truncated), "\(length) bytes")
        }
    }

    @Test func limitsHold() {
        let long = String(repeating: "1", count: 1001)
        let number = #expect(throws: JSONError.self) { try JSONDocument(parsing: long) }
        #expect(number?.reason == .numberTooLong(limit: 1000))
        let document = #expect(throws: JSONError.self) {
            try JSONDocument(parsing: "[1,2,3]", limits: JSONLimits(documentLength: 6))
        }
        #expect(document?.reason == .tooLong(limit: 6))
    }

    @Test func manyNamesAreComparedToo() {
        var members = (0..<5_000).map { "\"name\($0)\":\($0)" }
        #expect(throws: Never.self) { try JSONDocument(parsing: "{" + members.joined(separator: ",") + "}") }
        members.append("\"name\\u0034\":0")
        let error = #expect(throws: JSONError.self) {
            try JSONDocument(parsing: "{" + members.joined(separator: ",") + "}")
        }
        #expect(error?.reason == .duplicateKey("name4"))
    }
}
