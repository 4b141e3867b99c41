import Testing
import Text

@testable import Calibration

@Suite("Lines of a metrics endpoint") struct MetricLineTests {
    private static func line(_ text: String) throws -> MetricLine { try MetricLine(Array(text.utf8)) }

    private static func sample(_ name: String, _ labels: [String: String], _ value: Double) -> MetricLine {
        .sample(MetricSample(name: name, labels: labels, value: value))
    }

    @Test(
        "a metric, its labels and its value",
        arguments: [
            ("a 1", "a", [:], 1), ("a_b:c 1.5e3", "a_b:c", [:], 1500), ("a{} 2", "a", [:], 2),
            ("a{x=\"1\"} 3", "a", ["x": "1"], 3), ("a{x=\"1\",y=\"2\",} 3", "a", ["x": "1", "y": "2"], 3),
            ("a { x = \"1\" , y=\"2\" } 3 ", "a", ["x": "1", "y": "2"], 3), ("\ta\t4\r", "a", [:], 4),
            ("a{x=\"q\\\"\\\\\\n\"} 5", "a", ["x": "q\"\\\n"], 5), ("a{x=\"}, 1\"} 6", "a", ["x": "}, 1"], 6),
            ("a{x=\"\"} -7", "a", ["x": ""], -7), ("a +Inf", "a", [:], Double.infinity),
            ("a -Inf", "a", [:], -.infinity),
            ("a 8 1700000000000", "a", [:], 8), ("a 9 1700000000.123", "a", [:], 9),
            ("a{le=\"1\"} 10 # {trace_id=\"k\"} 0.67", "a", ["le": "1"], 10),
            ("a{le=\"1\"} 11 1.5 # {} 0.67 1.5", "a", ["le": "1"], 11),
            ("{\"my.metric\"} 12", "my.metric", [:], 12),
            ("{\"my.metric\", \"l.b\"=\"v\"} 13", "my.metric", ["l.b": "v"], 13),
        ] as [(String, String, [String: String], Double)])
    func samples(text: String, name: String, labels: [String: String], value: Double) throws {
        #expect(try Self.line(text) == Self.sample(name, labels, value))
    }

    @Test(
        "comments and blank lines say nothing",
        arguments: ["", "  ", "\r", "#", "# HELP a b {", "# TYPE a histogram", "#EOF", "# EOFX", "# any"])
    func comments(text: String) throws { #expect(try Self.line(text) == .nothing) }

    @Test("OpenMetrics says where it ends", arguments: ["# EOF", "# EOF\r", "# EOF  "])
    func end(text: String) throws { #expect(try Self.line(text) == .end) }

    @Test(
        "anything else is refused with the reason",
        arguments: [
            ("a", "value"), ("a ", "value"), ("a x", "value"), ("a 1 x", "timestamp"), ("a 1 2 3", "more"),
            ("1a 1", "name"),
            ("{} 1", "name"), ("{x=\"1\"} 1", "name"), ("a{x=1} 1", "quotes"), ("a{x} 1", "label"),
            ("a{=\"1\"} 1", "label"),
            ("a{x=\"1\" 1", "comma"), ("a{x=\"1\"y=\"2\"} 1", "comma"), ("a{x=\"1} 1", "quote"),
            ("a{x=\"\\t\"} 1", "backslash"),
            ("a{x=\"1\",x=\"2\"} 1", "twice"), ("a{x=\"1\"}1", "value"), ("a 1_000", "value"), ("a 0x10", "value"),
            ("a 1,5", "value"), ("a 1 # 3", "exemplar"), ("a 1 # {x=\"1\"} y", "exemplar"), ("a,b,c", "value"),
            ("a{", "label"), ("a{x=\"", "quote"), ("a \(String(repeating: "1", count: 65))", "value"),
            ("é 1", "name"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: InvalidInput.self) { try Self.line(text) }
        #expect(error?.rule.contains(reason) ?? false, "\(error?.rule ?? "")")
    }

    @Test("sixty-four labels are the most")
    func labels() throws {
        func text(_ count: Int) -> String { "a{" + (0..<count).map { "l\($0)=\"1\"" }.joined(separator: ",") + "} 1" }
        #expect(throws: Never.self) { try Self.line(text(64)) }
        #expect(throws: InvalidInput.self) { try Self.line(text(65)) }
    }
}
