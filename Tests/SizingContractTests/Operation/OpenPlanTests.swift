import ContractTestSupport
import JSON
import TestSupport
import Testing

/// `POST /v1/plan` with arrivals.
@Suite("Plans for arrivals") struct OpenPlanTests {
    /// Coefficients, prompts of 1000 and answers of 500 tokens, 400 requests a second.
    private static func plan(
        rate: Double = 400, limits: String = "{\"ttft_ms\": 40, \"tpot_ms\": 0.3, \"wait_ms\": 5, \"max_batch\": 256}",
        prefill: String? = "{\"alpha_us\": 5, \"beta_us\": 2000, \"gamma_us\": 0.001, \"cached_fraction\": 0.2}",
        transfer: String? =
            "{\"bandwidth_gb_s\": 100, \"latency_us\": 10, \"overlap\": \"chunked\", \"kv_bytes_per_token\": 70000}",
        _ more: String = ""
    ) throws -> Reply {
        var text = """
            {"workload": {"prefill": 1000, "decode": 500}, "hardware": \(Sample.hardware), "max_ratio": 24,
             "microbatches": 2, "arrivals": {"requests_per_second": \(rate)}, "limits": \(limits)
            """
        if let prefill { text += ", \"prefill\": \(prefill)" }
        if let transfer { text += ", \"transfer\": \(transfer)" }
        return try Reply("/v1/plan", text + (more.isEmpty ? "}" : ", \(more)}"))
    }

    private static func instances(_ reply: Reply) -> Double {
        reply.number("deployment", "attention_instances") + reply.number("deployment", "ffn_instances")
            + (reply.value("deployment", "prefill_instances")?.number ?? 0)
    }

    @Test("the answer keeps every limit at the rate, and says what is left")
    func keeps() throws {
        let reply = try Self.plan()
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.number("service", "ttft_ms", "p90") <= 40)
        #expect(reply.number("service", "tpot_ms", "p99") <= 0.3)
        #expect(reply.number("service", "wait_ms", "p99") <= 5)
        #expect(reply.number("service", "headroom") >= 0)
        #expect(reply.number("service", "largest_arrival_rate") >= 400)
        #expect(reply.value("deployment", "prefill_instances")?.integer ?? 0 >= 2)
        #expect(reply.number("service", "utilisation", "prefill") < 1)
        #expect(isClose(reply.number("service", "utilisation", "transfer"), 400 * 1000 * 70_000 / 100e9, 1e-9))
        #expect(reply.number("deployment", "throughput") == 200_000)
        #expect(reply.value("service", "trustworthy")?.bool != nil)
        let whole = reply.number("service", "end_to_end_ms", "mean")
        let parts =
            reply.number("service", "ttft_ms", "mean") + reply.number("service", "transfer_ms", "mean")
            + reply.number("service", "wait_ms", "mean") + 499 * reply.number("service", "tpot_ms", "mean")
        #expect(isClose(whole, parts, 0.01))
        #expect(reply.root["colocated"]?["verdict"]?.string != nil)
        let prices = try #require(reply.root["shadow_prices"]?.elements)
        let limits = Set(prices.compactMap { $0["limit"]?.string })
        #expect(limits.isSuperset(of: ["ttft", "tpot", "wait"]))
        for price in prices {
            #expect(try #require(price["devices_saved"]?.integer) >= 0)
            #expect(0..<1 ~= (try #require(price["weight_saved"]?.number)))
        }
    }

    private static let fast = "{\"alpha_us\": 0.5, \"beta_us\": 500, \"gamma_us\": 0.0001}"
    private static let loose = "{\"ttft_ms\": 40, \"tpot_ms\": 1.5, \"max_batch\": 256}"

    @Test("one pool that prefills beside decode is compared where it is asked for, and nothing else changes")
    func mixed() throws {
        let plain = try Self.plan(limits: Self.loose, prefill: Self.fast, transfer: nil)
        let reply = try Self.plan(limits: Self.loose, prefill: Self.fast, transfer: nil, "\"colocation\": {}")
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(plain.value("colocated", "mixed") == nil && plain.value("colocated", "lightest") == nil)
        for name in ["deployment", "service", "alternatives", "shadow_prices"] as [StaticString] {
            #expect(
                try #require(reply.root[name]).canonicalText() == #require(plain.root[name]).canonicalText(), "\(name)")
        }
        #expect(reply.number("colocated", "gain") == plain.number("colocated", "gain"))
        #expect(reply.number("colocated", "mixed", "ttft_ms", "p90") <= 40)
        #expect(reply.number("colocated", "mixed", "tpot_ms", "p99") <= 1.5 * (1 + 1e-6))
        #expect(0..<1 ~= reply.number("colocated", "mixed", "utilisation", "prompts"))
        let instances = reply.number("colocated", "mixed", "instances")
        let planned = Self.instances(reply)
        #expect(isClose(reply.number("colocated", "mixed", "gain"), instances / planned - 1, 1e-9))
        let bundles =
            reply.number("deployment", "attention_instances") + reply.number("deployment", "ffn_instances")
        let prefill = reply.number("deployment", "prefill_instances")
        let weights = [
            "disaggregated": planned, "mixed": instances,
            "colocated": bundles * (1 + reply.number("colocated", "gain")) + prefill,
        ]
        let lightest = try #require(reply.value("colocated", "lightest")?.string)
        let sorted = weights.sorted { $0.value < $1.value }
        #expect(lightest == (sorted[1].value <= 1.01 * sorted[0].value ? "tie" : sorted[0].key))
        #expect(reply.assumptions.count { $0.hasPrefix("one pool: ") } == 3)
        // A given chunk is taken, and none is better than the chosen one.
        for chunk in [64, 512, 4096] {
            let fixed = try Self.plan(
                limits: Self.loose, prefill: Self.fast, transfer: nil, "\"colocation\": {\"chunk_tokens\": \(chunk)}")
            guard let count = fixed.value("colocated", "mixed", "instances")?.number else { continue }
            #expect(fixed.number("colocated", "mixed", "chunk_tokens") == Double(chunk))
            #expect(count >= instances)
        }
        // More rate, or tighter limits, never take fewer.
        let more = try Self.plan(rate: 800, limits: Self.loose, prefill: Self.fast, transfer: nil, "\"colocation\": {}")
        #expect(more.number("colocated", "mixed", "instances") >= instances)
        let hard = try Self.plan(
            limits: "{\"ttft_ms\": 40, \"tpot_ms\": 0.3, \"max_batch\": 256}", prefill: Self.fast, transfer: nil,
            "\"colocation\": {}")
        if let count = hard.value("colocated", "mixed", "instances")?.number { #expect(count >= instances) }
    }

    @Test("one pool by hardware name")
    func mixedByName() throws {
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"prefill": 2000, "decode": 300}, "arrivals": {"requests_per_second": 30}, "microbatches": 2, "max_ratio": 16,
             "hardware": {"model": "qwen3-235b-a22b", "attention": {"device": "h200-sxm", "tensor_parallel": 4, "data_parallel": 2},
              "ffn": {"device": "h200-sxm", "expert_parallel": 8}},
             "prefill": {"device": "h200-sxm", "tensor_parallel": 8}, "objective": "devices",
             "limits": {"ttft_ms": 2000, "tpot_ms": 100, "max_batch": 512}, "colocation": {}}
            """)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.number("colocated", "mixed", "instances") >= 1)
        #expect(reply.number("colocated", "mixed", "ttft_ms", "p90") <= 2000)
        #expect(reply.number("colocated", "mixed", "tpot_ms", "p99") <= 100 * (1 + 1e-6))
        #expect(reply.value("colocated", "lightest")?.string != nil)
    }

    @Test("a cache that does not hold whole contexts is told", arguments: [(1213, true), (100, false)])
    func wholeContexts(decode: Int, isTold: Bool) throws {
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"prefill": 113, "decode": \(decode)}, "arrivals": {"requests_per_second": 23}, "max_ratio": 8,
             "hardware": {"model": "deepseek-v3", "attention": {"device": "h20", "tensor_parallel": 4},
              "ffn": {"device": "h20", "expert_parallel": 32}}, "objective": "devices", "limits": {"tpot_ms": 200}}
            """)
        #expect(reply.status == 200, "\(reply.errors)")
        let told = reply.root["warnings"]?.elements.first { $0["code"]?.string == "whole_contexts" }
        #expect((told != nil) == isTold, "\(reply.assumptions)")
        #expect(told.map { $0["detail"]?.string?.contains("whole contexts") == true } ?? true)
    }

    @Test(
        "what is wrong with colocation is named",
        arguments: [
            ("\"colocation\": {\"chunk_tokens\": 0}", "/colocation/chunk_tokens"),
            ("\"colocation\": {\"chunks\": 1}", "/colocation/chunks"), ("\"colocation\": 1", "/colocation"),
        ])
    func wrongColocation(more: String, pointer: String) throws {
        let reply = try Self.plan(more)
        #expect(reply.errors.contains { $0.hasPrefix(pointer + " ") }, "\(reply.errors)")
        #expect(try Self.plan(prefill: nil, "\"colocation\": {}").errors.contains { $0.hasPrefix("/colocation ") })
        let saturated = try Reply("/v1/plan", Sample.size("\"colocation\": {}"))
        #expect(saturated.errors.contains { $0.hasPrefix("/colocation needs arrivals") }, "\(saturated.errors)")
    }

    @Test("with one prefill instance, or one bundle, fewer a limit is broken")
    func smallest() throws {
        let reply = try Self.plan()
        let prefill = try #require(reply.value("deployment", "prefill_instances")?.integer)
        let (a, f) = (
            try #require(reply.value("deployment", "attention_instances")?.integer),
            try #require(reply.value("deployment", "ffn_instances")?.integer)
        )
        func advice(_ a: Int, _ f: Int, _ p: Int) throws -> String? {
            try Self.plan(
                "\"current\": {\"attention_instances\": \(a), \"ffn_instances\": \(f), \"prefill_instances\": \(p)}"
            ).value("advice", "action")?.string
        }
        #expect(try advice(a, f, prefill) == "keep")
        #expect(try advice(a, f, prefill - 1) == "resize")
        #expect(try advice(a - a / f, f - 1 > 0 ? f - 1 : 1, prefill) == "resize" || a / f == a)
    }

    @Test("more rate never takes fewer instances, looser limits never more, a faster link and more cached never more")
    func relations() throws {
        var last = 0.0
        let fast = "{\"bandwidth_gb_s\": 1000, \"overlap\": \"chunked\", \"kv_bytes_per_token\": 70000}"
        for rate in [5.0, 100, 400, 1600] {
            let count = try Self.instances(Self.plan(rate: rate, transfer: fast))
            #expect(count >= last)
            last = count
        }
        let base = try Self.instances(Self.plan())
        for looser in [
            "{\"ttft_ms\": 60, \"tpot_ms\": 0.3, \"wait_ms\": 5, \"max_batch\": 256}",
            "{\"ttft_ms\": 40, \"tpot_ms\": 0.4, \"wait_ms\": 5, \"max_batch\": 256}",
            "{\"ttft_ms\": 40, \"tpot_ms\": 0.3, \"wait_ms\": 50, \"max_batch\": 256}",
            "{\"ttft_ms\": 40, \"tpot_ms\": 0.3, \"wait_ms\": 5, \"max_batch\": 512}",
        ] {
            #expect(try Self.instances(Self.plan(limits: looser)) <= base)
        }
        let more = "{\"alpha_us\": 5, \"beta_us\": 2000, \"gamma_us\": 0.001, \"cached_fraction\": 0.6}"
        #expect(try Self.instances(Self.plan(prefill: more)) <= base)
        let link = "{\"bandwidth_gb_s\": 400, \"overlap\": \"chunked\", \"kv_bytes_per_token\": 70000}"
        #expect(try Self.instances(Self.plan(transfer: link)) <= base)
    }

    @Test("a budget bears the largest rate: planned for that rate it takes no more devices than it has")
    func budget() throws {
        let fast = "{\"bandwidth_gb_s\": 1000, \"overlap\": \"chunked\", \"kv_bytes_per_token\": 70000}"
        let reply = try Self.plan(transfer: fast, "\"devices\": {\"total\": 12}")
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.number("deployment", "devices") <= 12)
        let rate = reply.number("service", "requests_per_second")
        #expect(rate > 50)
        let back = try Self.plan(rate: rate, transfer: fast, "\"objective\": \"devices\"")
        #expect(back.number("deployment", "devices") <= 12)
        let beyond = try Self.plan(rate: rate * 1.1, transfer: fast, "\"objective\": \"devices\"")
        #expect(beyond.number("deployment", "devices") > 12)
    }

    @Test("so many devices of each kind")
    func budgetOfEach() throws {
        let each = try Self.plan("\"devices\": {\"attention\": 8, \"ffn\": 2, \"prefill\": 4}")
        #expect(each.number("deployment", "attention_devices") <= 8)
        #expect(each.number("deployment", "ffn_devices") <= 2)
        #expect(each.number("deployment", "prefill_devices") == 4)
        let prices = try #require(each.root["shadow_prices"]?.elements)
        let limits = Set(prices.compactMap { $0["limit"]?.string })
        #expect(limits.isSuperset(of: ["attention_devices", "ffn_devices", "prefill_devices"]))
        #expect(prices.allSatisfy { $0["devices_saved"] == nil && $0["weight_saved"] == nil })
    }

    @Test("decoding alone, random routing and objectives with prices")
    func parts() throws {
        let alone = try Self.plan(
            limits: "{\"tpot_ms\": 0.3, \"max_batch\": 256}", prefill: nil, transfer: nil)
        #expect(alone.status == 200)
        #expect(alone.value("deployment", "prefill_instances") == nil)
        #expect(alone.root["service"]?["ttft_ms"] == nil)
        #expect(alone.assumptions.contains("no wait_ms given: at most one request in a hundred waits for a slot"))
        #expect(alone.number("service", "waiting_probability") <= 0.01)
        let random = try Self.plan("\"routing\": \"random\"")
        #expect(try Self.instances(random) >= Self.instances(Self.plan()))
        let prices = "\"prices\": {\"attention_instance\": 2, \"ffn_instance\": 6, \"prefill_instance\": 3}"
        let cost = try Self.plan(prices)
        let expected =
            2 * cost.number("deployment", "attention_instances") + 6 * cost.number("deployment", "ffn_instances")
            + 3 * cost.number("deployment", "prefill_instances")
        #expect(cost.number("deployment", "cost_per_hour") == expected)
        let without = try Self.plan("\"prices\": {\"attention_instance\": 2, \"ffn_instance\": 6}")
        #expect(without.errors.contains { $0.hasPrefix("/prices must have prefill_instance") }, "\(without.errors)")
    }

    @Test(
        "refused by field, with what it would take",
        arguments: [
            ("{\"ttft_ms\": 2}", "", "/limits/ttft_ms the p90 prefill alone takes"),
            ("{\"tpot_ms\": 0.05}", "", "/limits/tpot_ms the mean TPOT is"),
            ("{}", "\"demand\": {\"requests_per_second\": 3}", "/demand must not be given together with arrivals"),
            ("{\"ttft\": 2}", "", "/limits/ttft is not a known field"),
            ("{\"ttft_percentile\": \"p90\"}", "", "/limits/ttft_percentile needs ttft_ms"),
            ("{}", "\"devices\": {\"attention\": 3, \"ffn\": 1}", "/devices must have the field \"prefill\""),
            ("{}", "\"routing\": \"least\"", "/routing"),
        ])
    func refused(limits: String, more: String, message: String) throws {
        let reply = try Self.plan(limits: limits, more)
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.hasPrefix(message) }, "\(reply.errors)")
    }

    @Test("the link is refused where it cannot carry the caches, and what needs arrivals without them")
    func link() throws {
        let slow = try Self.plan(transfer: "{\"bandwidth_gb_s\": 20, \"kv_bytes_per_token\": 70000}")
        #expect(
            slow.errors.contains { $0.hasPrefix("/transfer/bandwidth_gb_s the link would be busy 140") },
            "\(slow.errors)")
        let bytes = try Self.plan(transfer: "{\"bandwidth_gb_s\": 20}")
        #expect(bytes.errors.contains { $0.hasPrefix("/transfer must have the field \"kv_bytes_per_token\"") })
        let device = try Self.plan(prefill: "{\"device\": \"h200-sxm\"}")
        #expect(device.errors.contains { $0.hasPrefix("/prefill/device needs hardware by name") }, "\(device.errors)")
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"prefill": 1000, "decode": 500}, "hardware": \(Sample.hardware), "routing": "random",
             "prefill": {"alpha_us": 1, "beta_us": 1}, "limits": {"wait_ms": 3}}
            """)
        for message in ["/prefill needs arrivals", "/routing needs arrivals", "/limits/wait_ms needs arrivals"] {
            #expect(reply.errors.contains(message), "\(reply.errors)")
        }
    }

    @Test("by names: prefill on one of two devices, memory included")
    func named() throws {
        let reply = try Reply(
            "/v1/plan",
            """
            {"workload": {"prefill": {"distribution": "lognormal", "mean": 4000, "stddev": 3000}, "decode": 400},
             "hardware": {"model": "deepseek-v3", "attention": {"device": "h200-sxm", "data_parallel": 8},
                          "ffn": {"device": "h200-sxm", "expert_parallel": 16}},
             "max_ratio": 8, "microbatches": 2, "arrivals": {"requests_per_second": 30, "dispersion": 1.5},
             "prefill": {"device": ["h200-sxm", "gb200"], "tensor_parallel": 8, "cached_fraction": 0.37},
             "transfer": {"bandwidth_gb_s": 50, "overlap": "layerwise"}, "objective": "devices",
             "limits": {"ttft_ms": 4000, "tpot_ms": 80}}
            """)
        #expect(reply.status == 200, "\(reply.errors)")
        #expect(reply.value("deployment", "memory", "attention_used_gb") != nil)
        #expect(
            reply.number("deployment", "memory", "attention_used_gb")
                <= reply.number("deployment", "memory", "attention_usable_gb"))
        #expect(reply.value("deployment", "prefill_device")?.string != nil)
        #expect(reply.number("service", "ttft_ms", "p90") <= 4000)
        #expect(reply.number("service", "tpot_ms", "p99") <= 80)
    }
}
