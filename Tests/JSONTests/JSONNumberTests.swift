import JSON
import TestSupport
import Testing

@Suite struct JSONNumberTests {
    /// Every spelling of a number reads as the nearest double, as the standard library has it.
    @Test func readsTheNearestDouble() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let digits = Int.random(in: 1...25, using: &generator)
            var text = Bool.random(using: &generator) ? "-" : ""
            text += String(Int.random(in: 1...9, using: &generator))
            for _ in 1..<digits { text += String(Int.random(in: 0...9, using: &generator)) }
            if Bool.random(using: &generator) {
                text += "."
                for _ in 0..<Int.random(in: 1...25, using: &generator) {
                    text += String(Int.random(in: 0...9, using: &generator))
                }
            }
            if Bool.random(using: &generator) { text += "e\(Int.random(in: -330...250, using: &generator))" }
            let number = try JSONDocument(parsing: text).root.number
            #expect(number == Double(text), "\(text)")
        }
    }

    @Test(arguments: [
        ("0.00165", 0.00165), ("-0", 0), ("0.1", 0.1), ("9007199254740993", 9_007_199_254_740_992), ("1e22", 1e22),
        ("1e23", 1e23), ("4.9e-324", .leastNonzeroMagnitude), ("2e-324", 0),
        ("1.7976931348623157e308", .greatestFiniteMagnitude),
        ("0.000000000000000000000000000001", 1e-30), ("100000000000000000000000000000000", 1e32),
        ("18446744073709551616", 18_446_744_073_709_551_616),
    ])
    func readsKnownValues(_ text: String, _ value: Double) throws {
        #expect(try JSONDocument(parsing: text).root.number == value)
    }

    @Test(
        arguments: [
            ("7", 7), ("-7", -7), ("7.0", 7), ("7e2", 700), ("9007199254740991", 9_007_199_254_740_991),
            ("9007199254740992", nil),
            ("9007199254740993", nil), ("1e300", nil), ("0.5", nil), ("\"7\"", nil), ("123456789012345678901234", nil),
        ] as [(String, Int?)])
    func wholeNumbersAreExact(_ text: String, _ value: Int?) throws {
        #expect(try JSONDocument(parsing: text).root.integer == value)
    }

    /// What is written reads back as the same bits, from all over the range of a double.
    @Test func writesWhatReadsBack() throws {
        var generator = SeededGenerator(seed: 2)
        var count = 0
        while count < 20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            count += 1
            let text = try Self.text(number)
            #expect(try JSONDocument(parsing: text).root.number == number)
        }
    }

    @Test(arguments: [
        (0.1, "0.1"), (1, "1"), (-1, "-1"), (-0.0, "0"), (719_428.0, "719428"), (1e-5, "1e-05"), (1e16, "1e+16"),
        (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992"), (0.06328, "0.06328"),
        (1.5e300, "1.5e+300"), (123_456_789.125, "123456789.125"), (.leastNonzeroMagnitude, "5e-324"),
    ])
    func writesTheShortestText(_ number: Double, _ text: String) throws {
        #expect(try Self.text(number) == text)
    }

    @Test(arguments: [0, 9, 10, -10, 123_456, Int.max, Int.min])
    func writesIntegers(_ value: Int) throws {
        var writer = JSONWriter()
        writer.value(value)
        #expect(String(decoding: try writer.finish(), as: UTF8.self) == String(value))
    }

    private static func text(_ number: Double) throws -> String {
        var writer = JSONWriter()
        writer.value(number)
        return String(decoding: try writer.finish(), as: UTF8.self)
    }
}
