import ContractTestSupport
import JSON
import Testing

@testable import SizingContract

@Suite("POST /v1/calibrate")
struct CalibrateRouteTests {
    static func samples(_ latency: (Double) -> Double) -> String {
        let list = stride(from: 64.0, through: 2048, by: 64).map { "{\"load\": \($0), \"latency_us\": \(latency($0))}" }
        return "[\(list.joined(separator: ","))]"
    }

    static let body =
        "{\"attention\": {\"samples\": \(samples { 50 + 0.00165 * $0 })}, \"ffn\": {\"samples\": \(samples { 100 + 0.083 * $0 })}}"

    @Test("samples of a line give its coefficients")
    func line() throws {
        let reply = try Reply("/v1/calibrate", Self.body)
        #expect(reply.status == 200)
        #expect(isClose(reply.number("ffn", "alpha_us", "value"), 0.083, 1e-9))
        #expect(isClose(reply.number("ffn", "beta_us", "value"), 100, 1e-9))
        #expect(reply.value("ffn", "shape")?.string == "line")
    }

    @Test("the answer, and any stage of it, is hardware")
    func asHardware() throws {
        let answer = try Reply("/v1/calibrate", Self.body)
        let hardware = String(decoding: answer.body, as: UTF8.self)
        let size = try Reply("/v1/size", Sample.size(hardware: hardware))
        #expect(size.status == 200, "\(size.errors)")
        #expect(isClose(size.number("coefficients", "ffn", "alpha_us"), 0.083, 1e-9))
        #expect(size.value("uncertainty", "ratio_interval") != nil)
        let stage = String(decoding: try #require(answer.value("ffn")).canonicalText(), as: UTF8.self)
        let mixed = try Reply(
            "/v1/size",
            Sample.size(hardware: "{\"attention\": {\"alpha_us\": 0.00165, \"beta_us\": 50}, \"ffn\": \(stage)}"))
        #expect(mixed.status == 200, "\(mixed.errors)")
        #expect(mixed.number("recommendation", "ratio") == size.number("recommendation", "ratio"))
    }

    @Test("hardware takes samples, a curve, and the largest of lines")
    func shapes() throws {
        func ratio(_ ffn: String) throws -> Double {
            let reply = try Reply(
                "/v1/size",
                Sample.size(hardware: "{\"attention\": {\"alpha_us\": 0.00165, \"beta_us\": 50}, \"ffn\": \(ffn)}"))
            #expect(reply.status == 200, "\(reply.errors)")
            return reply.number("recommendation", "ratio")
        }
        let line = try ratio("{\"alpha_us\": 0.083, \"beta_us\": 100}")
        #expect(try ratio("{\"samples\": \(Self.samples { 100 + 0.083 * $0 })}") == line)
        #expect(try ratio("{\"samples\": \(Self.samples { 100 + 0.083 * $0 }), \"fit\": \"interpolate\"}") == line)
        let roof = try ratio("{\"max\": [{\"alpha_us\": 0, \"beta_us\": 180}, {\"alpha_us\": 0.15, \"beta_us\": 20}]}")
        #expect(
            try ratio("{\"samples\": \(Self.samples { max(180, 20 + 0.15 * $0) }), \"fit\": \"interpolate\"}") == roof)
        #expect(try ratio("{\"samples\": \(Self.samples { max(180, 20 + 0.15 * $0) }), \"fit\": \"max\"}") == roof)
    }

    /// Attention samples whose α falls and whose β rises with the batch; at 64 it is 5.8e-4 and 17.
    static let byBatch: String = {
        let samples = [(32, 6e-4, 10.0), (64, 5.8e-4, 17), (256, 5.4e-4, 31)].flatMap { batch, alpha, beta in
            [1024, 2048, 4096, 8192].map { context in
                "{\"batch\": \(batch), \"context\": \(context), \"latency_us\": \(alpha * Double(batch * context) + beta)}"
            }
        }
        return "{\"samples\": [\(samples.joined(separator: ","))]}"
    }()

    static func hardware(_ attention: String) -> String {
        "{\"attention\": \(attention), \"ffn\": {\"alpha_us\": 0.083, \"beta_us\": 100}}"
    }

    @Test(
        "Attention samples that depend on the batch count by the batch that is sized",
        arguments: [(64, 5.8e-4, 17.0), (128, 5.6e-4, 24), (1024, 5.4e-4, 31)])
    func byBatchSize(batch: Int, alpha: Double, beta: Double) throws {
        let calibrated = try Reply("/v1/calibrate", "{\"attention\": \(Self.byBatch)}")
        let stage = String(decoding: try #require(calibrated.value("attention")).canonicalText(), as: UTF8.self)
        let plain = "{\"alpha_us\": \(alpha), \"beta_us\": \(beta)}"
        let rest = "\"workload\": {\"prefill\": 4000, \"decode\": 1000}, \"batch_size\": \(batch)"
        for attention in [Self.byBatch, stage] {
            let hardware = Self.hardware(attention)
            let size = try Reply("/v1/size", "{\(rest), \"hardware\": \(hardware)}")
            #expect(size.status == 200, "\(size.errors)")
            #expect(isClose(size.number("coefficients", "attention", "alpha_us"), alpha, 1e-6))
            #expect(isClose(size.number("coefficients", "attention", "beta_us"), beta, 1e-6))
            #expect(size.value("uncertainty") != nil)
            #expect(size.assumptions.contains { $0.contains("nearest to batch_size") })
            for (path, more, figure) in [("/v1/simulate", ", \"ratios\": [4]", "points"), ("/v1/plan", "", "plan")] {
                let measured = try Reply(path, "{\(rest)\(more), \"hardware\": \(hardware)}")
                let given = try Reply(path, "{\(rest)\(more), \"hardware\": \(Self.hardware(plain))}")
                #expect(measured.status == 200 && given.status == 200, "\(measured.errors) \(given.errors)")
                let (a, b) = (try throughput(measured, figure), try throughput(given, figure))
                #expect(isClose(a, b, 1e-6))
            }
        }
    }

    private func throughput(_ reply: Reply, _ part: String) throws -> Double {
        let value = part == "points" ? reply.value("points")?.elements.map { $0 }.first : reply.value("deployment")
        return try #require(value?["throughput_per_instance"]?.number, "\(String(decoding: reply.body, as: UTF8.self))")
    }

    @Test("a plan that chooses the batch says that it takes the line over all samples")
    func byBatchInAPlan() throws {
        let workload = "\"workload\": {\"prefill\": 4000, \"decode\": 1000}"
        let plan = try Reply("/v1/plan", "{\(workload), \"hardware\": \(Self.hardware(Self.byBatch))}")
        #expect(plan.status == 200, "\(plan.errors)")
        #expect(plan.assumptions.contains { $0.contains("line of all samples") })
    }

    @Test("lines by batch of a calibrated stage are read as strictly as the rest")
    func byBatchMalformed() throws {
        let line = "\"alpha_us\": {\"value\": 1}, \"beta_us\": {\"value\": 1}"
        func errors(_ byBatch: String) throws -> [String] {
            let attention = "{\(line), \"by_batch\": \(byBatch)}"
            let reply = try Reply("/v1/size", Sample.size(hardware: Self.hardware(attention)))
            #expect(reply.status == 422)
            return reply.errors
        }
        #expect(try errors("[{\(line)}]") == ["/hardware/attention/by_batch/0 must have the field \"batch\""])
        #expect(try errors("7").first?.hasPrefix("/hardware/attention/by_batch must be an array") == true)
        #expect(
            try errors("[{\(line), \"batch\": -1}]").first?.hasPrefix("/hardware/attention/by_batch/0/batch must")
                == true)
    }

    @Test("a negative line is refused as hardware, with what to do")
    func negative() throws {
        let below = "{\"samples\": \(Self.samples { max(0, 2 * $0 - 100) })}"
        let reply = try Reply(
            "/v1/size",
            Sample.size(hardware: "{\"attention\": \(below), \"ffn\": {\"alpha_us\": 0.083, \"beta_us\": 100}}"))
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.hasPrefix("/hardware/attention/samples") && $0.contains("interpolate") })
        let calibrated = try Reply("/v1/calibrate", "{\"attention\": \(below)}")
        #expect(calibrated.status == 200 && calibrated.number("attention", "beta_us", "value") < 0)
        let sent = String(decoding: try #require(calibrated.value("attention")).canonicalText(), as: UTF8.self)
        let refused = try Reply(
            "/v1/size",
            Sample.size(hardware: "{\"attention\": \(sent), \"ffn\": {\"alpha_us\": 0.083, \"beta_us\": 100}}"))
        #expect(refused.status == 422 && refused.errors.contains { $0.contains("not clipped") })
    }

    private static func reply(csv: String) throws -> Reply {
        try Reply {
            try CalibrateOperation().answer(
                to: try CalibrateRequest(csv: Array(csv.utf8)), pretty: false, OperationContext())
        }
    }

    @Test("CSV gives what JSON gives")
    func csv() throws {
        var table = "stage,load,latency_us\n"
        for load in stride(from: 64.0, through: 2048, by: 64) { table += "ffn,\(load),\(100 + 0.083 * load)\n" }
        let answer = try Self.reply(csv: table)
        #expect(answer.status == 200)
        let json = try Reply("/v1/calibrate", Self.body)
        #expect(answer.value("ffn")?.canonicalText() == json.value("ffn")?.canonicalText())
    }

    @Test(
        "bad samples are refused by field or line",
        arguments: [
            ("{}", "must have samples"), ("{\"ffn\": {\"samples\": []}}", "two distinct loads"),
            ("{\"ffn\": {\"samples\": [{\"load\": -1, \"latency_us\": 1}, {\"load\": 1}]}}", "/ffn/samples/0/load"),
            ("{\"fnn\": {\"samples\": []}}", "did you mean"),
            ("{\"ffn\": {\"samples\": [{\"batch\": 1, \"load\": 1, \"latency_us\": 1}]}}", "load"),
        ])
    func refused(body: String, words: String) throws {
        let reply = try Reply("/v1/calibrate", body)
        #expect(reply.status == 422)
        #expect(reply.errors.contains { $0.contains(words) }, "\(reply.errors)")
        for table in [
            "stage,load\nffn,1\n", "stage,load,latency_us\nffn,1,x\n", "stage,load,latency_us\ngpu,1,1\ngpu,2,2\n", "x",
        ] {
            let answer = try Self.reply(csv: table)
            #expect(answer.status == 422)
        }
    }
}
