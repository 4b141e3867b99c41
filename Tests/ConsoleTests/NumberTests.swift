import Testing

@testable import Console

@Suite struct NumberTests {
    @Test(
        "four significant digits below a thousand, groups above",
        arguments: [
            (0, "0"), (1, "1"), (0.5, "0.5"), (9.5547, "9.555"), (323.489, "323.5"), (999.9, "999.9"),
            (999.96, "1,000"),
            (719_427.998, "719,428"), (-12_345, "-12,345"), (0.00012345, "0.0001235"), (1e20, "1e+20"),
        ] as [(Double, String)])
    func text(value: Double, expected: String) { #expect(Number.text(value) == expected) }

    @Test(
        "in a sentence, thousands and millions are words",
        arguments: [
            (2_406, "2,406"), (9_999.4, "9,999"), (10_223.7, "10.2 thousand"), (719_428, "719 thousand"),
            (999_600, "1 million"), (1_234_000, "1.23 million"), (6.7e11, "670 billion"), (-50_000, "-50 thousand"),
        ] as [(Double, String)])
    func spoken(value: Double, expected: String) { #expect(Number.spoken(value) == expected) }

    @Test(
        "fractions are percentages",
        arguments: [
            (0, "0.0 %"), (0.0632, "6.3 %"), (1, "100 %"), (3, "300 %"), (0.0001, "< 0.1 %"), (-0.0247, "-2.5 %"),
            (0.9996, "100 %"),
        ] as [(Double, String)])
    func percent(value: Double, expected: String) { #expect(Number.percent(value) == expected) }

    @Test(
        "times have the unit that suits them",
        arguments: [
            (323.489, "323.5 µs"), (24_734.6, "24.73 ms"), (1_500_000, "1.5 s"), (300e6, "5 min"), (36_000e6, "10 h"),
            (999.96, "1 ms"),
        ] as [(Double, String)])
    func time(value: Double, expected: String) { #expect(Number.time(microseconds: value) == expected) }

    @Test("what is not defined is a dash") func none() {
        #expect(
            [Number.text(nil), Number.percent(nil), Number.spoken(.nan), Number.time(microseconds: .infinity)]
                .allSatisfy { $0 == "-" })
    }
}
