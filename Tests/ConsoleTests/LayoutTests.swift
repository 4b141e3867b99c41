import Testing

@testable import Console

@Suite struct LayoutTests {
    @Test("optional columns go first, from the right; then the rest goes into several tables")
    func table() {
        var table = TextTable([
            .init("name", left: true), .init("a"), .init("b", optional: true), .init("c", optional: true),
        ])
        table.add(["first", "1", "22", "333"])
        table.add(["second", "4444"])
        #expect(table.lines(width: 80) == ["name       a   b    c", "first      1  22  333", "second  4444"])
        #expect(table.lines(width: 17) == ["name       a   b", "first      1  22", "second  4444"])
        #expect(table.lines(width: 14, indent: 2) == ["  name       a", "  first      1", "  second  4444"])
        var wide = TextTable([.init("", left: true), .init("one"), .init("two"), .init("three")])
        wide.add(["x", "1", "2", "3"])
        #expect(wide.lines(width: 11) == ["   one  two", "x    1    2", "", "   three", "x      3"])
    }

    @Test("columns without a value are not shown") func empty() {
        var table = TextTable([.init("a"), .init("b"), .init("c")])
        table.add(["1", "", "3"])
        #expect(table.lines(width: 80) == ["a  c", "1  3"])
        #expect(TextTable([.init("a")]).isEmpty)
    }

    @Test("sparklines: the highest of what a character stands for, in eighths; spaces for what is not known")
    func sparkline() {
        #expect(Bars.sparkline([0, 1, 2, 4, 8, nil], most: 8, width: 6) == "▁▂▃▅█ ")
        #expect(Bars.sparkline([1, 8, 2, 3], most: 8, width: 2) == "█▄")
        #expect(Bars.sparkline([0, 0], most: 0, width: 5) == "▁▁")
        #expect(Bars.sparkline([], most: 1, width: 5).isEmpty)
    }

    @Test(
        "bars, to an eighth",
        arguments: [
            (0, ""), (1, "████"), (0.5, "██"), (0.53125, "██▏"), (2, "████"), (-1, ""), (.nan, ""),
        ] as [(Double, String)])
    func bar(fraction: Double, expected: String) { #expect(Bars.bar(fraction, width: 4) == expected) }

    @Test("text breaks at spaces; a mark stands before its first line") func paragraph() {
        #expect(Paragraph.lines("one two three", width: 7) == ["one two", "three"])
        #expect(Paragraph.lines("unbreakable", width: 4) == ["unbreakable"])
        #expect(
            Paragraph.lines("some words that do not fit", behind: "- ", width: 22) == [
                "- some words that do", "  not fit",
            ])
        #expect(Paragraph.lines("", width: 4).isEmpty)
    }

    @Test(
        "width: COLUMNS, then the terminal, then 80; within bounds",
        arguments: [
            (nil, nil, 80), ("200", 100, 200), (nil, 100, 100), ("x", nil, 80), ("0", 0, 80), ("5", nil, 40),
            ("99999", nil, 400),
        ] as [(String?, Int?, Int)])
    func width(columns: String?, reported: Int?, expected: Int) {
        #expect(Terminal(columns: columns, reported: reported, term: nil, isPlain: false).width == expected)
    }

    @Test("a plain terminal gets ASCII, a character for a character") func plain() {
        let plain = Terminal(columns: nil, reported: nil, term: "dumb", isPlain: false)
        #expect(plain.isPlain && plain.shown("▁█▌ 3 µs ± 漢") == "_## 3 us ~ ?")
        #expect(Terminal().shown("µ") == "µ")
    }
}
