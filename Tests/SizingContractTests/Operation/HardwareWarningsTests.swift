import ContractTestSupport
import JSON
import Testing

@testable import SizingContract

/// What an answer says of measured hardware that is used with doubt.
@Suite("Warnings about hardware") struct HardwareWarningsTests {
    private static let attention = "{\"alpha_us\": 0.00165, \"beta_us\": 50}"

    /// Three samples at each load of 100 + 0.083·load, and one more.
    private static func samples(_ extra: String = "", loads: [Double] = [256, 512, 1024, 2048, 4096]) -> String {
        let good = loads.flatMap { load in
            [-0.3, 0, 0.3].map { "{\"load\": \(load), \"latency_us\": \(100 + 0.083 * load + $0)}" }
        }
        return "{\"samples\": [\(((extra.isEmpty ? [] : [extra]) + good).joined(separator: ", "))]"
    }

    private static func size(_ ffn: String) throws -> Reply {
        try Reply("/v1/size", Sample.size(hardware: "{\"attention\": \(attention), \"ffn\": \(ffn)}"))
    }

    private static func warnings(_ reply: Reply) -> [(code: String, detail: String, pointer: String)] {
        reply.value("warnings")?.elements.map {
            ($0["code"]?.string ?? "", $0["detail"]?.string ?? "", $0["pointer"]?.string ?? "")
        } ?? []
    }

    @Test("coefficients that make sense give no warning, and say that they are of a whole step")
    func none() throws {
        let reply = try Self.size("{\"alpha_us\": 0.083, \"beta_us\": 100}")
        #expect(reply.value("warnings")?.count == 0)
        #expect(reply.assumptions.contains { $0.contains("whole decode step") })
    }

    @Test(
        "a warm-up does not set the hardware, and is named",
        arguments: [", \"fit\": \"line\"}", ", \"fit\": \"interpolate\"}", "}"])
    func outlier(end: String) throws {
        let clean = try Self.size(Self.samples() + end)
        let spoiled = try Self.size(Self.samples("{\"load\": 256, \"latency_us\": 1200}") + end)
        #expect(spoiled.status == 200, "\(spoiled.errors)")
        #expect(spoiled.number("recommendation", "ratio") == clean.number("recommendation", "ratio"))
        #expect(isClose(spoiled.number("recommendation", "cycle_us"), clean.number("recommendation", "cycle_us"), 1e-6))
        let warnings = Self.warnings(spoiled)
        #expect(warnings.map(\.code) == ["outlier_left_out"] && warnings[0].pointer == "/hardware/ffn/samples/0")
        #expect(warnings[0].detail.contains("1200") && warnings[0].detail.contains("256"))
    }

    @Test("use outside the measured loads is told with both, by samples, by a curve, and by an answer of calibrate")
    func range() throws {
        let samples = Self.samples(loads: [8, 16, 32, 64])
        let calibrated = try Reply("/v1/calibrate", "{\"ffn\": \(samples)}}")
        let stage = String(decoding: try #require(calibrated.value("ffn")).canonicalText(), as: UTF8.self)
        for ffn in [samples + "}", samples + ", \"fit\": \"interpolate\"}", stage] {
            let reply = try Self.size(ffn)
            let used = Int(reply.number("recommendation", "ratio") * 256)
            let warning = try #require(Self.warnings(reply).first { $0.code == "outside_measured_range" })
            #expect(warning.detail.contains("8 to 64") && warning.detail.contains("\(used)"))
            #expect(warning.pointer == "/hardware/ffn")
        }
    }

    @Test("layers multiplies latencies of one layer, of a stage or of all", arguments: ["ffn", "all"])
    func layers(place: String) throws {
        let step = try Self.size("{\"alpha_us\": 0.83, \"beta_us\": 1000}")
        let one =
            place == "ffn"
            ? try Self.size("{\"alpha_us\": 0.083, \"beta_us\": 100, \"layers\": 10}")
            : try Reply(
                "/v1/size",
                Sample.size(
                    hardware:
                        "{\"layers\": 10, \"attention\": {\"alpha_us\": 0.00165, \"beta_us\": 50, \"layers\": 1}, \"ffn\": {\"alpha_us\": 0.083, \"beta_us\": 100}}"
                ))
        #expect(one.status == 200, "\(one.errors)")
        #expect(isClose(one.number("recommendation", "cycle_us"), step.number("recommendation", "cycle_us"), 1e-9))
        #expect(one.assumptions.contains { $0.contains("one layer, multiplied") })
        for wrong in ["0", "1.5", "\"61\"", "100000"] {
            #expect(try Self.size("{\"alpha_us\": 0.083, \"beta_us\": 100, \"layers\": \(wrong)}").status == 422)
        }
    }

    @Test("milliseconds given as microseconds show in the figures, in a size and in a plan")
    func units() throws {
        let reply = try Self.size("{\"alpha_us\": 8.3e-5, \"beta_us\": 0.1}")
        #expect(Self.warnings(reply).contains { $0.code == "implausible_idle" && $0.pointer == "/hardware/ffn" })
        let plan = try Reply(
            "/v1/plan",
            "{\"workload\": {\"prefill\": 100, \"decode\": 500}, \"hardware\": {\"attention\": {\"alpha_us\": 1.65e-6, \"beta_us\": 0.05}, "
                + "\"ffn\": {\"alpha_us\": 8.3e-5, \"beta_us\": 0.1}}, \"batch_size\": 256}")
        #expect(plan.status == 200, "\(plan.errors)")
        #expect(Self.warnings(plan).contains { $0.code == "implausible_tpot" })
        #expect(Self.warnings(plan).contains { $0.code == "beyond_memory_bandwidth" })
    }

    @Test("errors of a line through two samples are null, are read back, and are no certainty")
    func two() throws {
        let calibrated = try Reply(
            "/v1/calibrate",
            "{\"ffn\": {\"samples\": [{\"load\": 1024, \"latency_us\": 185}, {\"load\": 2048, \"latency_us\": 270}]}}")
        for name in ["alpha_us", "beta_us"] as [StaticString] {
            #expect(calibrated.value("ffn", name, "standard_error")?.kind == .null)
            #expect(calibrated.value("ffn", name, "interval")?.kind == .null)
        }
        #expect(calibrated.value("ffn", "covariance")?.kind == .null)
        let stage = String(decoding: try #require(calibrated.value("ffn")).canonicalText(), as: UTF8.self)
        let size = try Self.size(stage)
        #expect(size.status == 200 && size.value("uncertainty") == nil, "\(size.errors)")
    }

    @Test("a table is read by its titles; what is passed over is named")
    func table() throws {
        let text =
            "Stage,batch_size,context_len,latency_ms,std,gpu\nATTENTION,16,1024,0.0202,0.001,h800\nattention,32,4096,0.0775,0.001,h800\nattention,128,8192,0.5363,0.002,h800\n"
        let reply = try Reply {
            let request = try CalibrateRequest(csv: Array(text.utf8))
            let answer = try CalibrateOperation().run(request, OperationContext())
            var writer = JSONWriter(capacity: 4096)
            CalibrateOperation.write(answer, into: &writer)
            return try writer.finish()
        }
        #expect(isClose(reply.number("attention", "alpha_us", "value"), 0.0005, 0.03))
        let warning = try #require(Self.warnings(reply).first)
        #expect(warning.code == "columns_not_read" && warning.detail.contains("gpu"))
    }

    @Test("a simulation has them too: of the workload, of the fits, and of the ratios beyond what was measured")
    func simulation() throws {
        let workload = "{\"prefill\": 100, \"decode\": 500}"
        func simulate(_ hardware: String, ratios: String = "[1, 4]") throws -> Reply {
            try Reply(
                "/v1/simulate",
                "{\"workload\": \(workload), \"hardware\": \(hardware), \"batch_size\": 64, \"ratios\": \(ratios), \"requests_per_instance\": 50}"
            )
        }
        let none = try simulate(Sample.hardware)
        #expect(none.value("warnings")?.count == 0)
        let ffn = Self.samples("{\"load\": 64, \"latency_us\": 1200}", loads: [64, 72, 80, 96, 128]) + "}"
        let reply = try simulate("{\"attention\": \(Self.attention), \"ffn\": \(ffn)}")
        let warnings = Self.warnings(reply)
        #expect(warnings.map(\.code) == ["outlier_left_out", "outside_measured_range"])
        #expect(warnings.last?.detail.contains("256") ?? false, "the largest ratio")
        let below = try simulate(
            "{\"attention\": \(Self.attention), \"ffn\": \(Self.samples(loads: [128, 256, 512, 1024]) + "}")}",
            ratios: "[1]")
        #expect(Self.warnings(below).map(\.code) == ["outside_measured_range"])
        let fast = try simulate(
            "{\"attention\": {\"alpha_us\": 0, \"beta_us\": 0.05}, \"ffn\": {\"alpha_us\": 0, \"beta_us\": 0.1}}")
        #expect(Self.warnings(fast).map(\.code).contains("implausible_tpot"))
        let names = """
            {"model": "qwen3-235b-a22b", "attention": {"device": "h800"}, "ffn": {"device": "h800", "expert_parallel": 8}}
            """
        let big = try Reply(
            "/v1/simulate",
            "{\"workload\": {\"prefill\": 100000, \"decode\": 512}, \"hardware\": \(names), \"batch_size\": 512, \"ratios\": [1], \"requests_per_instance\": 2}"
        )
        #expect(big.status == 200, "\(big.errors)")
        let memory = try #require(Self.warnings(big).first { $0.code == "beyond_memory" })
        #expect(memory.detail.contains("GB") && memory.pointer == "/batch_size")
    }

    @Test("what a calibration said stays said where its answer is hardware")
    func carried() throws {
        let samples = Self.samples("{\"load\": 256, \"latency_us\": 1200}")
        let calibrated = try Reply("/v1/calibrate", "{\"attention\": \(samples)}, \"ffn\": \(samples)}}")
        let hardware = String(decoding: calibrated.body, as: UTF8.self)
        for path in ["/v1/size", "/v1/plan"] {
            let more = path == "/v1/plan" ? "\"demand\": {\"tokens_per_second\": 1000}" : ""
            let reply = try Reply(path, Sample.size(hardware: hardware, more))
            #expect(reply.status == 200, "\(reply.errors)")
            let outliers = Self.warnings(reply).filter { $0.code == "outlier_left_out" }
            #expect(outliers.map(\.pointer) == ["/hardware/attention", "/hardware/ffn"], "\(path)")
        }
    }
}
