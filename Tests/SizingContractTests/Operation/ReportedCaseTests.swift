import Calibration
import ContractTestSupport
import JSON
import TestSupport
import Testing

@testable import SizingContract

/// Inputs that users had trouble with, in `Tests/Fixtures/cases`: samples, requests and small traces, with what is right.
@Suite("Reported cases") struct ReportedCaseTests {
    private static func text(_ name: String) throws -> String {
        String(decoding: try Fixture.bytes("cases/\(name)"), as: UTF8.self)
    }

    private static func reply(_ path: String, _ name: String) throws -> Reply { try Reply(path, try text(name)) }

    private static func calibrated(_ name: String) throws -> Reply {
        try Reply {
            try CalibrateOperation().answer(
                to: try CalibrateRequest(csv: try Fixture.bytes("cases/\(name)")), pretty: false, OperationContext())
        }
    }

    private static func workload(_ name: String) throws -> Reply {
        try Reply {
            var reader = WorkloadReader(.csv)
            try reader.feed(try Fixture.bytes("cases/\(name)"))
            return try reader.answer(pretty: false, OperationContext())
        }
    }

    private static func warning(_ reply: Reply, _ code: String) -> String? {
        reply.value("warnings")?.elements.first { $0["code"]?.string == code }?["detail"]?.string
    }

    @Test("a batch whose cache needs a thousand devices is refused with the bytes")
    func memory() throws {
        let reply = try Self.reply("/v1/size", "size-beyond-memory.json")
        // 4,096 requests of 100,511 tokens, 192,512 bytes each, and three deviations: 79 TB.
        #expect(reply.status == 422)
        #expect(
            reply.errors.contains {
                $0.hasPrefix("/batch_size") && $0.contains(" GB") && $0.contains("Attention device")
            })
        let plan = try Self.reply("/v1/plan", "plan-kv-beyond-memory.json")
        #expect(plan.status == 422 && plan.errors.contains { $0.contains(" GB") })
    }

    @Test("a warm-up does not set the line: as hardware, and in a table")
    func warmUp() throws {
        let size = try Self.reply("/v1/size", "warm-up-line.json")
        #expect(isClose(size.number("coefficients", "ffn", "alpha_us"), 0.083, 0.001))
        #expect(isClose(size.number("coefficients", "ffn", "beta_us"), 100, 0.001))
        #expect(size.number("recommendation", "ratio") == 10)
        #expect(Self.warning(size, "outlier_left_out")?.contains("1200 us at load 256") ?? false)
        let table = try Self.calibrated("warm-up-message.csv")
        #expect(isClose(table.number("ffn", "alpha_us", "value"), 0.083, 0.001))
        let outlier = try #require(
            table.value("ffn", "warnings")?.elements.first { $0["code"]?.string == "outlier_left_out" })
        #expect(outlier["detail"]?.string?.contains("With it the line would fall with load") ?? false)
    }

    @Test("one request has no errors, and light tails are not called heavy")
    func errors() throws {
        let one = try Self.workload("one-request-certain.csv")
        #expect(one.number("slot_load_mean", "value") == 124.5)
        for name in ["slot_load_mean", "slot_load_stddev", "slot_load_skewness"] as [StaticString] {
            #expect(one.value(name, "standard_error")?.kind == .null && one.value(name, "interval")?.kind == .null)
        }
        #expect(one.value("prefill", "mean_standard_error")?.kind == .null)
        let uniform = try Self.workload("heavy-tail-false-alarm.csv")
        #expect(uniform.number("requests") == 60 && Self.warning(uniform, "heavy_tail") == nil)
    }

    @Test("use beyond what was measured, and whose latency it is, are said")
    func scope() throws {
        let size = try Self.reply("/v1/size", "extrapolates.json")
        #expect(Self.warning(size, "outside_measured_range")?.contains("8 to 64 and is used at 2560") ?? false)
        let plan = try Self.reply("/v1/plan", "layer-or-step.json")
        #expect(plan.assumptions.contains { $0.contains("whole decode step, all layers") })
    }

    @Test("stages in capitals, other names of columns, and units in them are read")
    func tables() throws {
        #expect(isClose(try Self.calibrated("stage-in-capitals.csv").number("ffn", "alpha_us", "value"), 0.083, 0.001))
        let profile = try Self.calibrated("calibrate-extra-columns.csv")
        #expect(isClose(profile.number("attention", "alpha_us", "value"), 0.0005, 0.001))
        #expect(isClose(profile.number("attention", "beta_us", "value"), 12, 0.01))
        #expect(isClose(try Self.calibrated("unit-in-name.csv").number("ffn", "alpha_us", "value"), 85.0 / 1024, 1e-9))
    }

    @Test("latencies of zero and a line that falls are refused by name")
    func impossible() throws {
        let zero = try Self.reply("/v1/size", "all-zero.json")
        #expect(zero.status == 422 && zero.errors.contains { $0.contains("/hardware") || $0.contains("zero") })
        let falls = try Self.reply("/v1/size", "negative-slope.json")
        #expect(
            falls.status == 422
                && falls.errors.contains { $0.hasPrefix("/hardware/ffn/samples") && $0.contains("negative") })
    }

    @Test("one request for one step is a sizing, and given ratios are simulated")
    func small() throws {
        let one = try Self.reply("/v1/size", "batch-one.json")
        #expect(
            one.number("recommendation", "ratio") == 35 && isClose(one.number("recommendation", "tpot_us"), 103, 0.01))
        let simulated = try Self.reply("/v1/simulate", "simulate-output-flag.json")
        #expect(simulated.value("points")?.elements.compactMap { $0["ratio"]?.integer } == [4, 8])
    }

    @Test("rules and budgets of devices are kept, and KV heads are not cut")
    func plans() throws {
        let rules = try Self.reply("/v1/plan", "rules-kept.json")
        let (attention, ffn) = (
            rules.number("deployment", "attention_devices"), rules.number("deployment", "ffn_devices")
        )
        #expect(attention >= ffn && ffn > 0 && Int(attention) % 8 == 0 && Int(ffn) % 8 == 0)
        let budget = try Self.reply("/v1/plan", "budget-too-small.json")
        #expect(budget.status == 422 && budget.errors.contains { $0.contains("devices") })
        let capacities = try ["kv-heads-tp4.json", "kv-heads-tp8.json"].map {
            try Self.reply("/v1/plan", $0).number("deployment", "memory", "kv_capacity_tokens")
        }
        #expect((1.2e6...1.8e6).contains(capacities[0]) && (1...1.25).contains(capacities[1] / capacities[0]))
    }
}
