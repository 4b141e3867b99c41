import Testing

@testable import Console

/// Whole pages, at 80 and 200 columns.
@Suite struct ReportTests {
    private static func page(_ report: AnswerReport, _ answer: String, _ width: Int, isPlain: Bool = false) -> String {
        report.text(Array(answer.utf8), Terminal(width: width, isPlain: isPlain))
    }

    private static let size = #"""
        {"recommendation": {"ratio": 2, "attention_instances": 2, "ffn_instances": 1, "throughput_per_instance": 719427.99, "cycle_us": 323.489,
         "tpot_us": 646.98, "idle": {"attention": 0.0632, "ffn": 0.034, "communication": 1}, "bottleneck": "round_trip"},
         "mean_field": {"ratio": null, "regime": "ffn", "throughput_per_instance": 764791.65, "cycle_us": 303},
         "workload": {"slot_load_mean": 599, "slot_load_stddev": 499.4997, "slot_load_skewness": 2},
         "coefficients": {"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100},
          "communication": {"alpha_us": 0, "beta_us": 0, "load": "attention_batch"}},
         "memory": {"attention_used_gb": 50.74, "attention_usable_gb": 72, "ffn_used_gb": 41.1, "ffn_usable_gb": 72},
         "uncertainty": {"ratio_interval": [1, 3]},
         "curve": [{"ratio": 1, "throughput_per_instance": 600000, "tpot_us": 600, "idle": {"attention": 0, "ffn": 0.5, "communication": 1}},
          {"ratio": 2, "throughput_per_instance": 719427.99, "tpot_us": 646.98, "idle": {"attention": 0.0632, "ffn": 0.034, "communication": 1}}],
         "warnings": [{"code": "poor_line", "detail": "The line is off by 4 %.", "pointer": "/hardware"}],
         "provenance": {"assumptions": ["communication takes no time"]}}
        """#

    @Test("size at 80 columns") func size80() {
        #expect(
            Self.page(.size, Self.size, 80) == """
                2 Attention instances for each FFN instance: 719 thousand tokens a second from
                each instance.
                Every other ratio loses more than 2.5 %.
                A microbatch's round from Attention over the FFN and back takes longest: more
                microbatches would hide it.
                Memory holds it: Attention devices use 50.7 of 72 GB, FFN devices 41.1 of 72 GB.
                The errors of the measurements leave ratios from 1 to 3.

                Recommendation
                  ratio                  2 : 1
                  throughput             719,428 tokens/s an instance
                  cycle                  323.5 µs
                  time per output token  647 µs
                  idle                   Attention 6.3 %, FFN 3.4 %, communication 100 %

                Without the barrier (mean field)
                  ratio       without bound : 1
                  throughput  764,792 tokens/s an instance
                  regime      ffn

                Reckoned with
                  slot load, mean       599 tokens
                  slot load, deviation  499.5 tokens
                  Attention             0.00165 µs a token + 50 µs a step
                  FFN                   0.083 µs a token + 100 µs a step
                  communication         takes no time

                Warning: The line is off by 4 %. [poor_line]

                Assumed
                  - communication takes no time

                """)
    }

    @Test("a curve has more columns where there is room, and is ASCII on a plain terminal") func curve() {
        let narrow = Self.page(.curve, Self.size, 80).split(separator: "\n").filter { $0.contains("%  ") }
        #expect(
            narrow == [
                "    1               600,000  16.6 %  600 µs  ████████████████▋",
                "    2               719,428   0.0 %  647 µs  ████████████████████ <",
            ])
        let wide = Self.page(.curve, Self.size, 200, isPlain: true).split(separator: "\n").filter { $0.contains("%  ") }
        #expect(
            wide == [
                "    1               600,000  16.6 %  600 us            0.0 %  50.0 %          100 %  ##################################################",
                "    2               719,428   0.0 %  647 us            6.3 %   3.4 %          100 %  ############################################################ <",
            ])
    }

    private static let plan = #"""
        {"deployment": {"bundles": 2, "attention_instances": 8, "ffn_instances": 2, "ratio": 4, "batch_size": 64, "attention_devices": 64,
         "ffn_devices": 32, "attention_device": "h800", "ffn_device": "h800", "throughput": 32000, "utilisation": 0.81, "tpot_ms": {"mean": 48, "p99": 49.5},
         "cost_per_hour": 192, "cost_per_million_tokens": 1.667, "binding": "kv_memory"},
         "shadow_prices": [{"limit": "kv_memory", "one_more": "GB of HBM on each Attention device", "gain": 0.012}],
         "advice": {"action": "resize", "reason": "worthwhile", "explanation": "A change brings 14.0 %.", "gain": 0.14},
         "colocated": {"verdict": "disaggregate", "gain": 0.2}, "alternatives": [{"bundles": 2, "ratio": 5, "batch_size": 56, "throughput": 31000,
         "tpot_ms": {"mean": 45, "p99": 46}, "regret": 0.03}], "pareto": [], "warnings": []}
        """#

    @Test("a plan begins with whether to disaggregate, then the fleet, the advice and what binds") func plan() {
        let lines = Self.page(.plan, Self.plan, 200).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            Array(lines.prefix(20)) == [
                "Disaggregate: separate Attention and FFN instances beat the same devices colocated by 20.0 %.",
                "Run 2 bundles of 4 : 1, that is 8 Attention instances and 2 FFN instances, with 64 requests a batch: 32 thousand tokens a second.",
                "Change what runs now: A change brings 14.0 %.",
                "What binds is memory for the KV cache: one more GB of HBM on each Attention device brings 1.2 %.", "",
                "Deployment",
                "  Attention              8 instances on 64 devices of h800",
                "  FFN                    2 instances on 32 devices of h800",
                "  batch                  64 requests", "  throughput             32,000 tokens/s",
                "  utilisation            81.0 %",
                "  time per output token  mean 48 ms, p99 49.5 ms",
                "  cost                   192 an hour, 1.667 a million tokens", "",
                "What one more brings", "  memory for the KV cache: one more GB of HBM on each Attention device  1.2 %",
                "", "Alternatives",
                "  bundles  ratio  batch  tokens/s  TPOT mean    p99  worse by",
                "        2  5 : 1     56    31,000      45 ms  46 ms     3.0 %",
            ])
        #expect(Self.page(.plan, Self.plan, 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("prices say what a plan with a looser limit would save, and one pool is compared with the plan")
    func savings() {
        let text = #"""
            {"shadow_prices": [{"limit": "ttft", "one_more": "tenth of the limit", "gain": 0.1, "weight_saved": 0.25, "devices_saved": 8},
             {"limit": "tpot", "one_more": "tenth of the limit", "gain": 0.02, "weight_saved": 0, "devices_saved": 0},
             {"limit": "wait", "one_more": "tenth of the limit", "gain": 0, "weight_saved": 0.1, "devices_saved": -1}],
             "colocated": {"verdict": "disaggregate", "gain": 0.2, "lightest": "mixed",
             "mixed": {"verdict": "do_not_disaggregate", "instances": 6, "chunk_tokens": 512, "gain": -0.25, "trustworthy": false}}}
            """#
        let lines = Self.page(.plan, text, 200).split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasSuffix("10.0 %; 8 devices less, 25.0 % lighter") })
        #expect(lines.contains { $0.hasSuffix("2.0 %; saves no device") })
        #expect(lines.contains { $0.hasSuffix("0.0 %; 1 device more, but cheaper, 10.0 % lighter") })
        #expect(
            lines.contains(
                "One pool that prefills in chunks of 512 tokens beside decode takes 6 instances, 25.0 % less than the plan "
                    + "(not known to be right to 3 %). One pool is the lightest."))
    }

    @Test("what is not JSON comes back as it is, and an empty answer makes a page", arguments: AnswerReport.allCases)
    func other(report: AnswerReport) {
        #expect(Self.page(report, "plain", 80) == "plain")
        #expect(!Self.page(report, "{}", 80).contains("nan"))
        #expect(!Self.page(report, "[]", 80).contains("nan"))
    }
}
