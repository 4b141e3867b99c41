import ContractTestSupport
import JSON
import SizingContract
import Testing

/// `POST /v1/plan?export=…`: what is exported, read back.
@Suite("Exports of plans") struct PlanExportTests {
    /// A plan by name: instances of 8 (Attention) and 16 (FFN) devices, unless changed.
    private static func request(
        attention: String = #""data_parallel": 8"#, ffn: String = #""expert_parallel": 16"#, more: String = ""
    ) -> String {
        """
        {"workload": {"prefill": 4000, "decode": 400}, "arrivals": {"requests_per_second": 20, "dispersion": 2}, "objective": "devices",
         "limits": {"tpot_ms": 200}, "microbatches": 2, "max_ratio": 16, "rules": {"attention_ranks_at_least_ffn": true},
         "hardware": {"model": "deepseek-v3", "attention": {"device": "h200-sxm", \(attention)},
                      "ffn": {"device": "h200-sxm", \(ffn)}, "communication": {"link": "scale_out"}}\(more)}
        """
    }

    private static let prefill: String = #", "prefill": {"device": "h200-sxm", "tensor_parallel": 8}"#

    private static func export(_ format: ExportFormat, _ request: String) throws -> Reply {
        try Reply { try PlanExportOperation(format).answer(to: Array(request.utf8), pretty: false) }
    }

    /// Bundles, instances of each kind in one, and prefill instances of the plan itself.
    private static func planned(
        _ request: String
    ) throws -> (bundles: Int, attention: Int, ffn: Int, prefill: Int) {
        let reply = try Reply("/v1/plan", request)
        #expect(reply.status == 200, "\(reply.errors)")
        let deployment = try #require(reply.root["deployment"])
        return (
            try #require(deployment["bundles"]?.integer),
            try #require(deployment["bundle"]?["attention_instances"]?.integer),
            try #require(deployment["bundle"]?["ffn_instances"]?.integer),
            deployment["prefill_instances"]?.integer ?? 0
        )
    }

    /// The value behind a flag.
    private static func flag(_ name: String, of launch: JSONValue) -> Int? {
        let words = launch["arguments"]?.elements.compactMap(\.string) ?? []
        return words.firstIndex(of: name).flatMap { Int(words[$0 + 1]) }
    }

    @Test("vLLM: ranks of the configuration are those of the plan, and of data × tensor parallel of the command")
    func vllm() throws {
        let request = Self.request()
        let plan = try Self.planned(request)
        let reply = try Self.export(.vllm, request)
        #expect(reply.status == 200, "\(reply.errors)")
        let launches = try #require(reply.root["launches"]).elements.map { $0 }
        #expect(launches.compactMap { $0["role"]?.string } == ["attention", "ffn"])
        for (launch, ranks) in zip(launches, [8 * plan.attention, 16 * plan.ffn]) {
            let afd = try #require(launch["additional_config"]?["afd"])
            #expect(afd["role"]?.string == launch["role"]?.string)
            #expect(afd["connector"]?.string == "P2pNcclAFDConnector")
            #expect(afd["num_attention_ranks"]?.integer == 8 * plan.attention)
            #expect(afd["num_ffn_ranks"]?.integer == 16 * plan.ffn)
            let data = try #require(Self.flag("--data-parallel-size", of: launch))
            let tensor = try #require(Self.flag("--tensor-parallel-size", of: launch))
            #expect(data * tensor == ranks)
            #expect(launch["copies"]?.integer == plan.bundles)
            // The argument has the same configuration as text.
            let words = launch["arguments"]?.elements.compactMap(\.string) ?? []
            let read = try JSONDocument(parsing: Array(try #require(words.last).utf8)).root
            #expect(read["afd"]?["num_ffn_ranks"]?.integer == 16 * plan.ffn)
            #expect(words.contains("--enable-dbo"))
        }
        #expect(reply.root["ranks"]?["attention"]?.integer == 8 * plan.attention)
        #expect(reply.root["provenance"]?["request_hash"]?.string?.count == 32)
    }

    @Test("vLLM: fewer Attention ranks than FFN ranks are refused by the rule to set")
    func fewerAttentionRanks() throws {
        let request = Self.request(ffn: #""expert_parallel": 256"#)
            .replacing(#""attention_ranks_at_least_ffn": true"#, with: #""attention_ranks_at_least_ffn": false"#)
        let reply = try Self.export(.vllm, request)
        #expect(reply.status == 422)
        #expect(reply.errors.first?.hasPrefix("/rules/attention_ranks_at_least_ffn must be true for vLLM") == true)
    }

    @Test("SGLang: a node of each role; more ranks are refused with both numbers")
    func sglang() throws {
        let small = #"{"workload": {"prefill": 100, "decode": 500}, "hardware": \#(Sample.hardware), "max_ratio": 4}"#
        let plan = try Self.planned(small)
        let reply = try Self.export(.sglang, small)
        #expect(reply.status == 200, "\(reply.errors)")
        let launches = try #require(reply.root["launches"]).elements.map { $0 }
        #expect(launches.map { Self.flag("--tp-size", of: $0) } == [plan.attention, plan.ffn])
        #expect(reply.root["to_fill_in"]?.elements.first { _ in true }?.string?.contains("coefficients") == true)
        let refused = try Self.export(.sglang, Self.request())
        #expect(refused.status == 422)
        #expect(refused.errors.first?.contains("at most 8 ranks") == true)
    }

    @Test("Kubernetes and Dynamo: replicas × pods × devices are the ranks of the whole deployment")
    func pools() throws {
        let request = Self.request(more: Self.prefill)
        let plan = try Self.planned(request)
        #expect(plan.prefill > 0)
        let whole = [
            "attention": 8 * plan.attention * plan.bundles, "ffn": 16 * plan.ffn * plan.bundles,
            "prefill": 8 * plan.prefill,
        ]
        let reply = try Self.export(.kubernetes, request)
        #expect(reply.status == 200, "\(reply.errors)")
        var found: [String: Int] = [:]
        for item in try #require(reply.root["manifest"]?["items"]).elements {
            let spec = try #require(item["spec"])
            let pods = spec["leaderWorkerTemplate"]?["size"]?.integer ?? 1
            let template = try #require(spec["template"] ?? spec["leaderWorkerTemplate"]?["workerTemplate"])
            let container = try #require(template["spec"]?["containers"]?.elements.first { _ in true })
            let devices = container["resources"]?["limits"]?["nvidia.com/gpu"]?.string.flatMap { Int($0) } ?? 0
            // Sixteen devices are two nodes.
            #expect(item["kind"]?.string == (pods > 1 ? "LeaderWorkerSet" : "Deployment"))
            found[item["metadata"]?["name"]?.string ?? ""] = (spec["replicas"]?.integer ?? 0) * pods * devices
        }
        #expect(found == whole)

        let graph = try Self.export(.dynamo, request)
        let item = try #require(graph.root["manifest"]?["items"]?.elements.first { _ in true })
        let services = try #require(item["spec"]?["services"])
        for (name, ranks) in whole {
            let service = try #require(services.members.first { $0.name.string == name }?.value)
            let devices = service["resources"]?["limits"]?["gpu"]?.string.flatMap { Int($0) } ?? 0
            let nodes = service["multinode"]?["nodeCount"]?.integer ?? 1
            #expect((service["replicas"]?.integer ?? 0) * nodes * devices == ranks)
        }
    }

    @Test("KEDA: each pool is scaled to what the plan has, and what no parameter says is refused by name")
    func keda() throws {
        let plain = Self.request(
            attention: #""data_parallel": 8, "tensor_parallel": 1"#, more: Self.prefill
        ).replacing(#", "rules": {"attention_ranks_at_least_ffn": true}"#, with: "")
        let plan = try Self.planned(plain)
        let reply = try Self.export(.keda, plain)
        #expect(reply.status == 200, "\(reply.errors)")
        let items = try #require(reply.root["manifest"]?["items"]).elements.map { $0 }
        let replicas = items.compactMap { $0["spec"]?["fallback"]?["replicas"]?.integer }
        #expect(replicas == [plan.attention * plan.bundles, plan.ffn * plan.bundles, plan.prefill])
        let trigger = try #require(items[0]["spec"]?["triggers"]?.elements.first { _ in true }?["metadata"])
        #expect(trigger["valueLocation"]?.string == "deployment.attention_instances")
        #expect(trigger["url"]?.string?.contains("requests_per_second=20&microbatches=2&max_ratio=16") == true)
        let refused = try Self.export(
            .keda, Self.request(attention: #""data_parallel": 8, "tensor_parallel": 1"#, more: Self.prefill))
        #expect(refused.errors.first?.hasPrefix("/rules/attention_ranks_at_least_ffn must not be there") == true)
    }

    @Test("a plan that is refused is refused as a plan")
    func refused() throws {
        for format in ExportFormat.allCases {
            #expect(try Self.export(format, "{}").errors == Reply("/v1/plan", "{}").errors)
        }
    }
}
