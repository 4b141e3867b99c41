import ContractTestSupport
import Testing

/// Hardware by name.
@Suite struct NamedHardwareTests {
    private static func hardware(
        model: String = "\"deepseek-v3\"", attention: String = "{\"device\": \"h800\", \"data_parallel\": 8}",
        ffn: String = "{\"device\": \"h800\", \"expert_parallel\": 32}", _ more: String = ""
    ) -> String {
        "{\"model\": \(model), \"attention\": \(attention), \"ffn\": \(ffn)\(more)}"
    }

    private static func reply(_ hardware: String, path: String = "/v1/size", _ more: String = "") throws -> Reply {
        try Reply(
            path, Sample.size(workload: "{\"prefill\": 8192, \"decode\": 400}", hardware: hardware, batch: "192", more))
    }

    @Test func answersWithWhatItDerived() throws {
        let reply = try Self.reply(Self.hardware())
        #expect(reply.status == 200)
        for stage in ["attention", "ffn", "communication"] as [StaticString] {
            let terms = try #require(reply.value("derivation")?[stage]).elements.map { $0["time_us"]?.number ?? .nan }
            #expect(!terms.isEmpty && terms == terms.sorted(by: >), "\(stage)")
        }
        let line = reply.value("coefficients", "attention")
        let time = try #require(line?["alpha_us"]?.number) * 192 * 8591 + (try #require(line?["beta_us"]?.number))
        let terms = try #require(reply.value("derivation", "attention")).elements.compactMap { $0["time_us"]?.number }
        #expect(isClose(time, terms.reduce(0, +), 1e-3))
    }

    /// A catalogue entry spelt out is the same hardware as its name.
    @Test func namesStandForDescriptions() throws {
        let described = """
            {"hbm_bandwidth_gb_s": 3350, "hbm_capacity_gb": 80, "bf16_tflops": 989, "eight_bit_tflops": 1979,
             "scale_up_gb_s_one_way": 450, "scale_up_domain": 8, "scale_out_gb_s_one_way": 50, "family": "hopper"}
            """
        let one = try Self.reply(Self.hardware(attention: "{\"device\": \"h100-sxm\", \"data_parallel\": 8}"))
        let two = try Self.reply(Self.hardware(attention: "{\"device\": \(described), \"data_parallel\": 8}"))
        #expect(one.status == 200)
        #expect(
            one.value("recommendation")?.canonicalText() == two.value("recommendation")?.canonicalText())
        let faster = try Self.reply(
            Self.hardware(
                attention: "{\"device\": \"h100-sxm\", \"data_parallel\": 8, \"efficiencies\": {\"cache_compute\": 1}}")
        )
        #expect(
            faster.number("coefficients", "attention", "alpha_us") < one.number("coefficients", "attention", "alpha_us")
        )
    }

    /// Routing is imbalanced unless that is switched off, ranks beyond the experts hold copies, unlike devices share no domain: all told.
    @Test func tellsWhatItTookForGranted() throws {
        func assumptions(_ hardware: String) throws -> String {
            let reply = try Self.reply(hardware)
            #expect(reply.status == 200, "\(reply.errors)")
            return try #require(reply.value("provenance", "assumptions")).elements.compactMap { $0.string }
                .joined(separator: "\n")
        }
        let usual = try assumptions(Self.hardware())
        #expect(usual.contains("gets 1.58 times its share") && usual.contains("data-parallel on the FFN ranks"))
        let balanced = try assumptions(
            Self.hardware(ffn: "{\"device\": \"h800\", \"expert_parallel\": 32, \"balanced\": true}"))
        #expect(balanced.contains("balanced but for chance") && !balanced.contains("1.58"))
        let many = try assumptions(Self.hardware(ffn: "{\"device\": \"h800\", \"expert_parallel\": 288}"))
        #expect(many.contains("redundant experts: 32 ranks beyond the 256 experts"))
        let uneven = try assumptions(Self.hardware(ffn: "{\"device\": \"h800\", \"expert_parallel\": 48}"))
        #expect(uneven.contains("256 experts do not divide over 48 ranks: the fullest holds 6"))
        let ffn = "{\"device\": \"h20\", \"expert_parallel\": 32}"
        let apart = try assumptions(Self.hardware(ffn: ffn, ", \"communication\": {\"link\": \"scale_up\"}"))
        #expect(apart.contains("share no scale-up domain"))
        let joined = try assumptions(
            Self.hardware(ffn: ffn, ", \"communication\": {\"link\": \"scale_up\", \"shared_domain\": true}"))
        #expect(!joined.contains("share no scale-up domain") && joined.contains("a scale-up domain of 8 devices"))
    }

    @Test(arguments: [
        (hardware(model: "\"deepsek-v3\""), "/hardware/model"), (hardware(model: "7"), "/hardware/model"),
        (hardware(attention: "{\"device\": \"h8000\"}"), "/hardware/attention/device"),
        (hardware(attention: "{}"), "/hardware/attention"),
        (hardware(attention: "{\"device\": {\"name\": {}}}"), "/hardware/attention/device/name"),
        (hardware(attention: "{\"device\": \"h800\", \"tensor_parallel\": 3}"), "/hardware/attention/tensor_parallel"),
        (hardware(ffn: "{\"device\": \"h800\", \"expert_parallel\": 65537}"), "/hardware/ffn/expert_parallel"),
        (
            hardware(ffn: "{\"device\": \"h800\", \"efficiencies\": {\"expert_compute\": 2}}"),
            "/hardware/ffn/efficiencies/expert_compute"
        ),
        (hardware(", \"precision\": {\"kv\": \"fp9\"}"), "/hardware/precision/kv"),
        (hardware(", \"communication\": {\"link\": \"scaleup\"}"), "/hardware/communication/link"),
        (hardware(", \"memory\": 1"), "/hardware/memory"),
    ])
    func namesTheField(hardware: String, pointer: String) throws {
        let reply = try Self.reply(hardware)
        #expect(reply.status == 422)
        #expect(reply.value("errors")?.elements.map { $0["pointer"]?.string } == [pointer])
    }
}
