import JSON
import Testing

@testable import Console

/// Sentences, each by table.
@Suite struct WordTests {
    @Test(
        "the ratio",
        arguments: [
            (10, 1, "10 Attention instances for each FFN instance"),
            (1, 1, "1 Attention instance for each FFN instance"),
            (7, 2, "7 Attention instances for 2 FFN instances"), (nil, 1, "No ratio"),
        ] as [(Double?, Double?, String)])
    func ratio(attention: Double?, ffn: Double?, expected: String) {
        #expect(Phrase.ratio(attention: attention, ffn: ffn) == expected)
    }

    @Test(
        "how near the neighbours are",
        arguments: [
            ("[[1,50],[2,98],[3,100],[4,97.6],[5,97.4]]", "2 to 4 lose at most 2.4 %."),
            ("[[1,50],[2,100],[3,50]]", "Every other ratio loses more than 2.5 %."),
            ("[[1,5]]", "Every other ratio loses more than 2.5 %."),
        ])
    func nearBest(points: String, expected: String) throws {
        let list = try JSONDocument(parsing: points).root.elements.map { point in
            let numbers = point.numbers ?? []
            return "{\"ratio\":\(Int(numbers[0])),\"throughput_per_instance\":\(numbers[1])}"
        }
        let curve = try JSONDocument(parsing: "[\(list.joined(separator: ","))]").root
        #expect(NearBest(curve)?.sentence == expected)
    }

    @Test(
        "no curve, or one of nothing, has no near ratios",
        arguments: ["[]", "[{\"ratio\":1,\"throughput_per_instance\":0}]", "3"])
    func noCurve(text: String) throws { #expect(NearBest(try JSONDocument(parsing: text).root) == nil) }

    @Test(
        "every limit and verdict has words",
        arguments: [
            "kv_memory", "tpot", "ttft", "wait", "batch_size", "max_ratio", "devices", "attention_devices",
            "ffn_devices", "prefill_devices", "prefill",
            "slots", "transfer",
        ])
    func limit(code: String) { #expect(Phrase.limit(code) != code) }

    @Test(
        "colocation",
        arguments: [
            (
                "disaggregate", 0.14,
                "Disaggregate: separate Attention and FFN instances beat the same devices colocated by 14.0 %."
            ),
            ("do_not_disaggregate", -0.2, "Do not disaggregate: the same devices colocated do better by 20.0 %."),
            ("tie", 0, "Disaggregated or colocated is a tie: they differ by no more than the accuracy of the numbers."),
            (
                "colocated_infeasible", nil,
                "Disaggregate: colocated instances break a limit, or do not hold the weights."
            ),
        ] as [(String, Double?, String)])
    func colocation(code: String, gain: Double?, expected: String) {
        #expect(Phrase.colocation(code, gain: gain) == expected)
    }

    @Test(
        "the rate that limits bear",
        arguments: [
            (
                #"{"largest_arrival_rate":10223.7,"headroom":2.4079,"binding":"wait"}"#,
                "The limits hold up to 10.2 thousand requests a second, 241 % more than arrive; beyond that, "
                    + "the limit on the wait for a slot is broken."
            ),
            (
                #"{"largest_arrival_rate":5,"headroom":-0.5,"binding":null}"#,
                "The limits do not hold: they hold up to 5 requests a second."
            ), ("{}", ""),
        ])
    func service(text: String, expected: String) throws {
        #expect(ServiceFigures.sentence(try JSONDocument(parsing: text).root) == expected)
    }

    @Test(
        "refusals name the file, and parameters as flags",
        arguments: [
            (
                #"{"detail":"No.","errors":[{"pointer":"/batch_size","detail":"must be 1"}]}"#, false,
                "a.json: /batch_size must be 1"
            ),
            (
                #"{"detail":"No.","errors":[{"pointer":"/batch_size","detail":"must be 1"}]}"#, true,
                "--batch-size must be 1"
            ),
            (
                #"{"detail":"No.","errors":[{"pointer":"","detail":"must have the parameter \"model\""}]}"#, true,
                "--model is needed"
            ),
            (
                #"{"detail":"Two.","errors":[{"pointer":"/a","detail":"x"},{"pointer":"","detail":"y"}]}"#, false,
                "a.json: Two.\n  /a: x\n  y"
            ),
            (
                #"{"detail":"No.","errors":[{"pointer":"/limits/ttft_ms","detail":"the prefill takes 2 ms"}]}"#, true,
                "--ttft-ms: the prefill takes 2 ms"
            ),
            (
                #"{"detail":"No.","errors":[{"pointer":"/hardware/ffn","detail":"needs 2 GB"}]}"#, true,
                "--ffn-device needs 2 GB"
            ),
            (
                #"{"detail":"No.","errors":[{"pointer":"/ratios/1","detail":"must not be 0"}]}"#, true,
                "--ratio must not be 0"
            ),
            (#"{"status":401,"detail":"A token."}"#, false, "--server-token: A token."),
            (#"{"detail":"Gone."}"#, true, "Gone."), ("no json", false, "a.json: no json"),
        ])
    func refusal(problem: String, flags: Bool, expected: String) {
        #expect(Refusal.text(Array(problem.utf8), of: flags ? .flags : .file("a.json")) == expected)
    }

    @Test("a member that a flag has replaced is told as the flag") func member() {
        func text(_ pointers: [String]) -> String {
            let errors = pointers.map { "{\"pointer\":\"\($0)\",\"detail\":\"must be one\"}" }.joined(separator: ",")
            return Refusal.text(
                Array("{\"detail\":\"No.\",\"errors\":[\(errors)]}".utf8),
                of: .fileWithMember("a.json", "policies", flag: "--policy"))
        }
        #expect(text(["/policies/0"]) == "--policy must be one")
        #expect(text(["/batch_size"]) == "a.json: /batch_size must be one")
        #expect(text(["/policies/0", "/x"]) == "a.json: No.\n  /policies/0 must be one\n  /x must be one")
    }

    @Test(
        "what was chosen, in a sentence",
        arguments: [([], ""), (["batch_size 64 chosen", "b 2 chosen"], "Chosen: batch_size 64, b 2.")])
    func chosen(list: [String], expected: String) { #expect(Chosen.sentence(list) == expected) }

    @Test(
        "names of parameters as flags, as words of their own",
        arguments: [
            (
                "name them with prefill_column and decode_column.",
                "name them with --prefill-column and --decode-column."
            ),
            ("my_prefill_column, prefill_columns", "my_prefill_column, prefill_columns"), ("", ""),
            ("decode_column", "--decode-column"),
        ])
    func spelled(text: String, expected: String) {
        #expect(Refusal.spelled(text, ["prefill_column", "decode_column"]) == expected)
        let problem = Array("{\"detail\":\"\(text)\"}".utf8)
        #expect(
            Refusal.text(problem, of: .fileWithFlags("-", ["prefill_column", "decode_column"])) == "standard input: "
                + expected)
    }
}
