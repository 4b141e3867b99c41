import ContractTestSupport
import Testing

@testable import SizingContract

@Suite("POST /v1/plan")
struct PlanRouteTests {
    static let workload = #"{"prefill": {"distribution": "lognormal", "mean": 4000, "stddev": 4000}, "decode": 800}"#
    static let hardware = """
        {"model": "deepseek-v3", "attention": {"device": ["h800", "h20"], "data_parallel": 8},
         "ffn": {"device": ["h800", "gb200"], "expert_parallel": 32}}
        """

    func plan(_ more: String, hardware: String = Self.hardware) throws -> Reply {
        try Reply("/v1/plan", #"{"workload": \#(Self.workload), "hardware": \#(hardware), \#(more)}"#)
    }

    @Test("The contract's example: coefficients, demand, limits, current")
    func example() throws {
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"prefill": 100, "decode": 500}, "hardware": \(Sample.hardware), "microbatches": 2,
             "batch_size": 128, "demand": {"requests_per_second": 4000, "headroom": 0.2, "spare_instances": 1},
             "limits": {"tpot_ms": 50, "tpot_percentile": "p99"}, "objective": "cost",
             "prices": {"attention_instance": 16, "ffn_instance": 16},
             "current": {"attention_instances": 24, "ffn_instances": 3}}
            """)
        #expect(reply.status == 200, "\(reply.errors)")
        let bundles = reply.number("deployment", "bundles")
        let ratio = reply.number("deployment", "ratio")
        #expect(reply.number("deployment", "attention_instances") == bundles * ratio)
        #expect(reply.number("deployment", "ffn_instances") == bundles)
        #expect(reply.number("deployment", "batch_size") == 128)
        // 4,000 requests of 500 tokens a second.
        #expect(isClose(reply.number("deployment", "utilisation"), 2e6 / reply.number("deployment", "throughput")))
        #expect(reply.number("deployment", "throughput") >= 2.4e6)
        let instances = bundles * (ratio + 1) + 2
        #expect(isClose(reply.number("deployment", "cost_per_million_tokens"), instances * 16 / 3600 / 2e6 * 1e6))
        #expect(reply.number("deployment", "tpot_ms", "p99") >= reply.number("deployment", "tpot_ms", "mean"))
        #expect(["keep", "resize"].contains(reply.value("advice", "action")?.string))
        #expect(reply.value("colocated", "verdict")?.string != nil)
        #expect(try Reply("/v1/plan", #"{"workload": {"prefill": 100, "decode": 500}}"#).status == 422)
    }

    @Test("Colocated instances that do not hold the weights have no batch, no throughput and no TPOT")
    func colocatedInfeasible() throws {
        let reply = try plan(
            "\"microbatches\": 2, \"max_ratio\": 1",
            hardware: """
                {"model": "kimi-k2", "attention": {"device": "h100-sxm", "tensor_parallel": 4},
                 "ffn": {"device": "h20", "expert_parallel": 128}}
                """)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.value("colocated", "verdict")?.string == "colocated_infeasible")
        #expect(reply.value("colocated", "throughput_per_instance")?.isNull == true)
        #expect(reply.value("colocated", "batch_size")?.isNull == true)
        #expect(reply.value("colocated", "tpot_ms", "mean")?.isNull == true)
    }

    @Test("Experts that do not divide among the devices are spread over fewer ranks to compare with")
    func colocatedOverFewerRanks() throws {
        // 9 devices of one instance, or of any number of them: no multiple of 8 experts.
        let reply = try plan(
            "\"max_ratio\": 2",
            hardware: """
                {"model": "mixtral-8x7b", "attention": {"device": "h100-sxm", "data_parallel": 9}, "ffn": {"device": "h100-sxm", "expert_parallel": 8}}
                """)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.number("colocated", "batch_size") >= 1)
    }

    @Test("Devices from lists: memory holds, the derivation is shown")
    func lists() throws {
        let reply = try plan(#""prices": {"devices": {"h800": 2, "h20": 1.2, "gb200": 6}}, "microbatches": 2"#)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(["h800", "h20"].contains(reply.value("deployment", "attention_device")?.string))
        let memory = reply.value("deployment", "memory")
        let used = try #require(memory?["attention_used_gb"]?.number)
        #expect(used <= (try #require(memory?["attention_usable_gb"]?.number)))
        #expect((reply.value("derivation", "attention")?.count ?? 0) > 3)
        #expect(reply.number("coefficients", "attention", "alpha_us") > 0)
        let again = try plan(#""prices": {"devices": {"h800": 2, "h20": 1.2, "gb200": 6}}, "microbatches": 2"#)
        #expect(again.body == reply.body)
    }

    @Test("Speculation: more tokens a step, less time a token, the FFN works more")
    func speculation() throws {
        let fixed = #""microbatches": 2, "batch_size": 64"#
        let plain = try plan(fixed)
        let drafted = try plan(fixed + #", "speculation": {"draft_tokens": 1, "accepted": 0.8}"#)
        #expect(drafted.status == 200, "\(drafted.errors)")
        #expect(
            drafted.number("deployment", "throughput_per_instance")
                > plain.number("deployment", "throughput_per_instance"))
        #expect(
            isClose(
                drafted.number("deployment", "tpot_ms", "mean"),
                2 * drafted.number("deployment", "cycle_us") / 1.8 / 1000))
    }

    @Test(
        "What is wrong is named",
        arguments: [
            (#""demand": {"requests_per_second": 1, "tokens_per_second": 2}"#, "/demand"),
            (#""demand": {"requests_per_second": -1}"#, "/demand/requests_per_second"),
            (#""demand": {"tokens_per_second": 1}, "devices": {"total": 4}"#, "/demand"),
            (#""devices": {"total": 0}"#, "/devices/total"),
            (#""devices": {"total": 64, "ffn": 8}"#, "/devices"),
            (#""objective": "money""#, "/objective"),
            (#""objective": "cost""#, "/objective"),
            (#""prices": {"devices": {"h800": 2}}"#, "/prices/devices"),
            (#""limits": {"tpot_ms": 0}"#, "/limits/tpot_ms"),
            (#""limits": {"tpot": 50}"#, "/limits/tpot"),
            (#""current": {"attention_instances": 4}"#, "/current"),
            (#""speculation": {"draft_tokens": 2, "accepted": 3}"#, "/speculation/accepted"),
            (#""rules": {"devices_per_node": 0}"#, "/rules/devices_per_node"),
        ])
    func wrong(more: String, pointer: String) throws {
        let reply = try plan(more)
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.hasPrefix(pointer + " ") }, "\(reply.errors)")
    }

    @Test(
        "Infeasible: the limits that conflict, and by how much",
        arguments: [
            (#""limits": {"tpot_ms": 1}"#, "/limits/tpot_ms", "over the bound"),
            (#""devices": {"total": 39}"#, "/devices/total", "1 more than 39"),
            (#""batch_size": 100000"#, "/batch_size", "too much"),
        ])
    func infeasible(more: String, pointer: String, text: String) throws {
        let reply = try plan(more)
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.hasPrefix(pointer + " ") && $0.contains(text) }, "\(reply.errors)")
    }

    @Test("Parallel degrees from lists: the best of them, told, and what cannot be is named")
    func degrees() throws {
        func hardware(_ tensor: String, _ expert: String) -> String {
            """
            {"model": "qwen3-235b-a22b", "attention": {"device": "h800", "tensor_parallel": \(tensor)},
             "ffn": {"device": "h800", "expert_parallel": \(expert)}}
            """
        }
        let fixed = #""microbatches": 2, "objective": "devices""#
        let chosen = try plan(fixed, hardware: hardware("[1, 2, 3]", "[8, 16]"))
        #expect(chosen.status == 200, "\(chosen.errors)")
        #expect(chosen.assumptions.contains { $0.contains("2 combinations left out") && $0.contains("query heads") })
        let tensor = Int(chosen.number("deployment", "parallel", "attention", "tensor_parallel"))
        let expert = Int(chosen.number("deployment", "parallel", "ffn", "expert_parallel"))
        func score(_ reply: Reply) -> Double {
            reply.number("deployment", "throughput")
                / (reply.number("deployment", "attention_devices") + reply.number("deployment", "ffn_devices"))
        }
        for other in [(1, 8), (1, 16), (2, 8), (2, 16)] {
            let alone = try plan(fixed, hardware: hardware("\(other.0)", "\(other.1)"))
            #expect(score(alone) <= score(chosen) * (1 + 1e-9))
            #expect(alone.value("deployment", "parallel") == nil)
            if other == (tensor, expert) { #expect(isClose(score(alone), score(chosen), 1e-9)) }
        }
        let none = try plan(fixed, hardware: hardware("[3]", "8"))
        #expect(none.errors.contains { $0.hasPrefix("/hardware/attention/tensor_parallel ") }, "\(none.errors)")
        for (tensor, pointer) in [("[]", ""), ("[1, 1]", "/1"), ("[0]", "/0")] {
            let wrong = try plan(fixed, hardware: hardware(tensor, "8"))
            #expect(
                wrong.errors.contains { $0.hasPrefix("/hardware/attention/tensor_parallel\(pointer) ") },
                "\(wrong.errors)")
        }
        let many = "[" + (1...16).map { "\($0)" }.joined(separator: ",") + "]"
        let lists = """
            {"model": "qwen3-235b-a22b", "attention": {"device": "h800", "data_parallel": \(many), "tensor_parallel": \(many)},
             "ffn": {"device": "h800", "expert_parallel": \(many), "tensor_parallel": [1, 2]}}
            """
        #expect(try plan(fixed, hardware: lists).errors.contains { $0.contains("at most 4096 combinations") })
    }

    @Test("Rules about ranks", arguments: ["true", #""blocks""#])
    func ranks(rule: String) throws {
        let reply = try plan(
            #""microbatches": 2, "rules": {"attention_multiple_of_ffn": \#(rule)}"#,
            hardware: #"""
                {"model": "qwen3-235b-a22b", "attention": {"device": "h800", "tensor_parallel": 4},
                 "ffn": {"device": "h800", "expert_parallel": 16}}
                """#)
        #expect(reply.status == 200, "\(reply.errors)")
        let (attention, ffn) = (
            reply.number("deployment", "attention_devices"), reply.number("deployment", "ffn_devices")
        )
        #expect(attention >= ffn)
        if rule == "true" { #expect(attention.truncatingRemainder(dividingBy: ffn) == 0) }
        let wrong = try plan(#""rules": {"attention_multiple_of_ffn": 2}"#)
        #expect(wrong.errors.contains { $0.hasPrefix("/rules/attention_multiple_of_ffn ") })
    }

    @Test("Advice: a fleet over its budget is resized, whatever it gives")
    func overBudget() throws {
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"slot_load": {"mean": 1000, "stddev": 500, "skewness": 1}}, "hardware": \(Sample.hardware),
             "batch_size": 128, "max_ratio": 32, "devices": {"total": 40},
             "current": {"attention_instances": 300, "ffn_instances": 40}}
            """)
        #expect(reply.value("advice", "action")?.string == "resize")
        #expect(reply.value("advice", "reason")?.string == "over_budget")
    }

    @Test("A plan that nobody waits for ends with 503")
    func cancelled() throws {
        let text = #"{"workload": \#(Self.workload), "hardware": \#(Self.hardware)}"#
        let context = OperationContext(isCancelled: { true })
        let reply = try Reply { try PlanOperation().answer(to: Array(text.utf8), pretty: false, context) }
        #expect(reply.status == 503)
    }
}
