import Foundation
import Testing

@testable import Console

@Suite struct ExplanationTests {
    /// Warnings as the sources spell them: `code: "…"` and `warn("…"`.
    static func codesOfSources() throws -> Set<String> {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources").resolvingSymlinksInPath()
        let pattern = #/(?:code:|warn\()\s*"([a-z]+(?:_[a-z]+)*)"/#
        var codes: Set<String> = []
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: pattern) { codes.insert(String(match.1)) }
        }
        return codes
    }

    @Test("every warning that the service can emit is explained, and no other is")
    func warnings() throws {
        // These are chosen in a list, not spelt beside `code:`.
        let listed: Set = ["warm_up_left_out", "summary_rows_left_out", "other_records_left_out"]
        let codes = try Self.codesOfSources().union(listed)
        #expect(codes.count > 60, "the sources were not found")
        let explained = Set(Explanation.all.filter { $0.kind == .warning }.map(\.code))
        #expect(codes.subtracting(explained).sorted() == [])
        #expect(explained.subtracting(codes).sorted() == [])
    }

    @Test("a code is explained once a kind, in whole sentences")
    func sentences() {
        for explanation in Explanation.all {
            #expect(Explanation.all.filter { $0.code == explanation.code && $0.kind == explanation.kind }.count == 1)
            for text in [explanation.meaning, explanation.remedy] where !text.isEmpty {
                #expect(text.last == "." && text.first?.isUppercase == true, "\(explanation.code)")
            }
            #expect(!explanation.meaning.isEmpty)
        }
    }

    @Test(
        "an assumption is found by its sentence or a part of it, with figures or without",
        arguments: [
            (
                "routing imbalance: the busiest of 16 expert-parallel ranks gets 1.48 times its share, the median of a power law of "
                    + "exponent 1.2; balanced switches it off", ["routing_imbalance"]
            ),
            ("Usable memory: 0.9 of HBM", ["usable_memory"]), ("link latency", ["link_latency"]),
            ("loads of Attention instances are normal and independent", ["barrier_normal"]),
            ("batch_size 64 chosen", ["instance_devices"]), ("tpot_ms bounds the mean", ["limits"]),
            ("kv_memori", []), ("12 %", []), ("", []), ("quick brown fox", []),
        ] as [(String, [String])])
    func assumption(text: String, expected: [String]) {
        #expect(Explanation.ofAssumption(text).map(\.code) == expected)
    }

    @Test("a few words find what has them all")
    func words() {
        #expect(Explanation.ofAssumption("expert ranks").map(\.code).contains("routing_imbalance"))
    }

    @Test("every sentence of the table finds its own topic") func topics() {
        for topic in AssumptionTopic.all {
            for sentence in topic.sentences {
                #expect(Explanation.ofAssumption(sentence).contains(topic.explanation), "\(sentence)")
            }
        }
    }
}
