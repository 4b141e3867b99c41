import JSON
import Testing

@testable import Console

@Suite struct DifferenceTests {
    private static func difference(_ a: String, _ b: String, ignoring: Set<String> = []) throws -> [String] {
        let difference = try Difference(
            JSONDocument(parsing: a).root, JSONDocument(parsing: b).root, ignoring: ignoring)
        return difference.changes.map { change in
            "\(change.pointer): \(change.before ?? "nil") > \(change.after ?? "nil")"
                + (change.relative.map { " \($0)" } ?? "")
        }
    }

    @Test(
        "changes of members, numbers with their relative change",
        arguments: [
            ("{}", "{}", []), (#"{"a":1}"#, #"{"a":1.0}"#, []), (#"{"a":2}"#, #"{"a":3}"#, ["/a: 2 > 3 0.5"]),
            (#"{"a":-2}"#, #"{"a":-3}"#, ["/a: -2 > -3 -0.5"]), (#"{"a":0}"#, #"{"a":1}"#, ["/a: 0 > 1"]),
            (#"{"a":1,"b":2}"#, #"{"b":2,"c":{"d":1}}"#, ["/a: 1 > nil", #"/c: nil > {"d":1}"#]),
            (#"{"a":{"b/c":"x"}}"#, #"{"a":{"b/c":"y"}}"#, ["/a/b~1c: x > y"]),
            (#"{"a":[1,2]}"#, #"{"a":[1,3,4]}"#, ["/a/1: 2 > 3 0.5", "/a/2: nil > 4"]),
            (#"{"a":1}"#, #"{"a":"1"}"#, ["/a: 1 > 1"]),
            ("[1,2,3,4,5,6,7,8,9]", "[1,2,3,4,5,6,7,8,0]", [": 9 elements > 9 elements, 1 of them others"]),
            ("[1,2,3,4,5,6,7,8,9]", "[1,2,3,4,5,6,7,8,9]", []),
        ] as [(String, String, [String])])
    func changes(a: String, b: String, expected: [String]) throws { #expect(try Self.difference(a, b) == expected) }

    @Test("what is ignored is not compared") func ignoring() throws {
        #expect(try Self.difference(#"{"a":1,"b":1}"#, #"{"a":2,"b":2}"#, ignoring: ["/a"]) == ["/b: 1 > 2 1.0"])
    }

    @Test(
        "what a document is",
        arguments: [
            (#"{"provenance":{}}"#, .answer), (#"{"ratios":[1],"batch_size":1,"hardware":{}}"#, .simulate),
            (#"{"deployment":{},"hardware":{}}"#, .replay), (#"{"demand":{},"hardware":{},"batch_size":1}"#, .plan),
            (#"{"batch_size":1,"hardware":{},"workload":{}}"#, .size), (#"{"hardware":{},"workload":{}}"#, .plan),
            ("{}", nil), ("[]", nil),
        ] as [(String, DocumentKind?)])
    func kind(text: String, expected: DocumentKind?) throws {
        #expect(DocumentKind(try JSONDocument(parsing: text).root) == expected)
    }

    @Test(
        "what an answer is of",
        arguments: [
            (#"{"recommendation":{},"provenance":{}}"#, "size"), (#"{"points":[]}"#, "simulate"),
            (#"{"deployment":{}}"#, "plan"),
            (#"{"policies":[]}"#, "replay"), (#"{"slot_load_mean":{}}"#, "workload"), ("{}", nil),
        ] as [(String, String?)])
    func operation(text: String, expected: String?) throws {
        #expect(DocumentKind.operation(ofAnswer: try JSONDocument(parsing: text).root) == expected)
    }

    @Test(
        "the verdict comes first",
        arguments: [
            (
                #"{"recommendation":{"ratio":10,"throughput_per_instance":200000}}"#,
                #"{"recommendation":{"ratio":8,"throughput_per_instance":150000}}"#,
                "The ratio goes from 10 : 1 to 8 : 1; throughput falls by 25.0 % to 150 thousand tokens a second from each instance."
            ),
            (
                #"{"deployment":{"attention_instances":4,"ffn_instances":1,"throughput":1000}}"#,
                #"{"deployment":{"attention_instances":4,"ffn_instances":1,"throughput":1100}}"#,
                "The fleet stays 4 Attention and 1 FFN instances; throughput rises by 10.0 % to 1,100 tokens a second."
            ), ("{}", "{}", "No difference."), (#"{"a":1}"#, #"{"a":2}"#, "One member differs."),
        ])
    func verdict(a: String, b: String, expected: String) throws {
        let answers = (try JSONDocument(parsing: a).root, try JSONDocument(parsing: b).root)
        let text = DifferenceReport.text(requests: nil, answers: answers, Terminal(width: 200))
        #expect(text.split(separator: "\n").first.map(String.init) == expected)
    }
}
