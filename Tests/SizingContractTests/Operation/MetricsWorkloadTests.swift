import Calibration
import ContractTestSupport
import JSON
import TestSupport
import Testing

@testable import SizingContract

/// Metrics of an engine as a workload: by `/v1/workload`, and within requests.
@Suite("Metrics as workload") struct MetricsWorkloadOperationTests {
    private static func fixture(_ name: String) throws -> [UInt8] { try Fixture.bytes(name) }
    private static func scrape() throws -> [UInt8] { try fixture("vllm-scrape.prom") }

    private static func reply(
        _ body: [UInt8], _ format: TraceReader.Format? = .json, options: TraceOptions = TraceOptions(),
        piece: Int = 1 << 16
    ) throws -> Reply {
        try Reply {
            var reader = WorkloadReader(format, options: options)
            for start in stride(from: 0, to: body.count, by: piece) {
                try reader.feed(Array(body[start..<min(body.count, start + piece)]))
            }
            return try reader.answer(pretty: false, OperationContext())
        }
    }

    private static func quoted(_ text: [UInt8]) throws -> String {
        var writer = JSONWriter(capacity: 0)
        writer.value(String(decoding: text, as: UTF8.self))
        return String(decoding: try writer.finish(), as: UTF8.self)
    }

    /// Samples of the fixture as the answer of a query gives them.
    private static func answer(_ keep: (String) -> Bool = { _ in true }, value: (String) -> String) throws -> String {
        let lines = String(decoding: try scrape(), as: UTF8.self).split(separator: "\n").filter {
            !$0.hasPrefix("#") && $0.contains("request_") && keep(String($0))
        }
        return lines.map { line in
            let parts = line.split(separator: " ")
            let name = parts[0].split(separator: "{")[0]
            let labels = parts[0].split(separator: "{")[1].dropLast().split(separator: ",").map { label in
                let pair = label.split(separator: "=", maxSplits: 1)
                return "\"\(pair[0])\": \(pair[1])"
            }
            return
                "{\"metric\": {\"__name__\": \"\(name)\", \(labels.joined(separator: ", "))}, \(value(String(parts[1])))}"
        }.joined(separator: ", ")
    }

    private static func vector(_ result: String, _ type: String = "vector") -> String {
        "{\"status\": \"success\", \"data\": {\"resultType\": \"\(type)\", \"result\": [\(result)]}}"
    }

    private static func codes(_ reply: Reply) -> [String] {
        reply.value("warnings")?.elements.compactMap { $0["code"]?.string } ?? []
    }

    @Test(
        "a scrape is read by its content, however it is sent and cut",
        arguments: [nil, .json, .csv] as [TraceReader.Format?])
    func scrape(format: TraceReader.Format?) throws {
        let whole = try Self.reply(try Self.scrape(), format)
        #expect(whole.status == 200, "\(whole.errors)")
        #expect(try Self.reply(try Self.scrape(), format, piece: 7).body == whole.body)
        // Sum and count are exact; the load of the independent lengths is 1322.58, and within the bounds.
        #expect(whole.number("requests") == 19_366 && whole.number("prefill", "mean") == 22_361_870.0 / 19_366)
        #expect(isClose(whole.number("slot_load_mean", "value"), 1322.58, 0.02))
        let bounds = try #require(whole.value("slot_load_mean", "bounds")?.numbers)
        #expect(bounds[0] < 1322.57 && 1322.59 < bounds[1])
        let deviations = try #require(whole.value("slot_load_stddev", "bounds")?.numbers)
        #expect(deviations[0] < 1117.1 && 1117.2 < deviations[1])
        #expect(whole.value("histograms", "span")?.string == "total" && whole.value("correlation")?.kind == .null)
        #expect(Self.codes(whole) == ["lengths_taken_as_independent", "bounded_by_buckets"])
    }

    @Test("two scrapes are the requests between: after each other, or as JSON")
    func difference() throws {
        let (before, after) = (try Self.fixture("vllm-scrape-before.prom"), try Self.scrape())
        let joined = try Self.reply(before + after)
        #expect(joined.status == 200 && joined.number("requests") == 10_366, "\(joined.errors)")
        #expect(joined.value("histograms", "span")?.string == "difference")
        let text = "{\"before\": \(try Self.quoted(before)), \"after\": \(try Self.quoted(after))}"
        let sent = try Self.reply(Array(text.utf8))
        #expect(sent.body == joined.body, "\(sent.errors)")
        let wrong = try Self.reply(after + before)
        #expect(wrong.status == 422)
        #expect(String(decoding: wrong.body, as: UTF8.self).contains("the engine was started anew"))
    }

    @Test("the answers of queries: of an instant, of a range, with and without names")
    func queries() throws {
        let scrape = try Self.reply(try Self.scrape())
        let instant = Self.vector(try Self.answer { "\"value\": [1700158800.5, \"\($0)\"]" })
        let read = try Self.reply(Array(instant.utf8))
        #expect(read.status == 200, "\(read.errors)")
        #expect(read.body == scrape.body)
        // What a counter grew by, over a restart.
        let range = Self.vector(
            try Self.answer {
                "\"values\": [[1, \"7\"], [2, \"7\"], [3, \"\($0)\"]]".replacing("\"7\"", with: "\"0\"")
            }, "matrix")
        let grown = try Self.reply(Array(range.utf8))
        #expect(
            grown.status == 200 && grown.number("requests") == 19_366
                && grown.value("histograms", "span")?.string == "range")
        let restarted = try Self.reply(
            Array(
                Self.vector(try Self.answer { "\"values\": [[1, \"1e9\"], [2, \"0\"], [3, \"\($0)\"]]" }, "matrix").utf8
            ))
        #expect(restarted.number("requests") == 19_366 && Self.codes(restarted).contains("counter_reset"))
        // sum by (le) (increase(…)) has no names.
        func nameless(_ name: String) throws -> String {
            let result = try Self.answer(
                { $0.hasPrefix("vllm:request_\(name)_tokens_bucket") }, value: { "\"value\": [1, \"\($0)\"]" })
            return Self.vector(result.replacing("\"__name__\": \"vllm:request_\(name)_tokens_bucket\", ", with: ""))
        }
        let pair = try Self.reply(
            Array("{\"prefill\": \(try nameless("prompt")), \"decode\": \(try nameless("generation"))}".utf8))
        #expect(pair.status == 200 && pair.number("requests") == 19_366, "\(pair.errors)")
        #expect(Self.codes(pair).filter { $0 == "mean_from_buckets" }.count == 2)
    }

    @Test(
        "what is no answer of a query is refused by name",
        arguments: [
            ("{\"status\": \"error\", \"errorType\": \"bad_data\", \"error\": \"parse error\"}", "parse error"),
            (
                "{\"status\": \"success\", \"data\": {\"resultType\": \"scalar\", \"result\": [1, \"2\"]}}",
                "must be vector or matrix"
            ),
            ("{\"status\": \"success\", \"data\": {\"resultType\": \"vector\", \"result\": []}}", "found no series"),
            (
                "{\"status\": \"success\", \"data\": {\"resultType\": \"vector\", \"result\": [{\"metric\": {}, \"histogram\": [1, {}]}]}}",
                "native histogram"
            ),
            (
                "{\"status\": \"success\", \"data\": {\"resultType\": \"vector\", \"result\": [{\"metric\": {}, \"value\": [1, 2]}]}}",
                "must be a time and a value"
            ),
            (
                "{\"status\": \"success\", \"data\": {\"resultType\": \"vector\", \"result\": [{\"metric\": {\"__name__\": \"up\"}, \"value\": [1, \"2\"]}]}}",
                "no known histogram of prefill lengths"
            ),
            ("{\"before\": \"a 1\"}", "must have the field \\\"after\\\""),
            ("{\"metrics\": \"a b\"}", "Line 1 has a value that is no number"),
        ])
    func refused(body: String, reason: String) throws {
        let reply = try Self.reply(Array(body.utf8))
        #expect(reply.status == 422)
        #expect(
            String(decoding: reply.body, as: UTF8.self).contains(reason),
            "\(String(decoding: reply.body, as: UTF8.self))")
    }

    @Test("metrics and the answer to them are a workload of every operation, and their warnings stay")
    func carried() throws {
        let answer = String(decoding: try Self.reply(try Self.scrape()).body, as: UTF8.self)
        for workload in [answer, "{\"metrics\": \(try Self.quoted(try Self.scrape()))}"] {
            let size = try Reply("/v1/size", Sample.size(workload: workload))
            #expect(size.status == 200, "\(size.errors)")
            #expect(isClose(size.number("workload", "slot_load_mean"), 1322.58, 0.02))
            #expect(size.value("uncertainty", "ratio_interval")?.count == 2)
            let request = "\"workload\": \(workload), \"hardware\": \(Sample.hardware)"
            for (path, body) in [
                ("/v1/plan", "{\(request), \"demand\": {\"tokens_per_second\": 1e6}}"),
                ("/v1/simulate", "{\(request), \"batch_size\": 16, \"ratios\": [4], \"requests_per_instance\": 50}"),
            ] {
                let reply = try Reply(path, body)
                #expect(reply.status == 200, "\(path) \(reply.errors)")
                #expect(Self.codes(reply).contains("lengths_taken_as_independent"), "\(path)")
            }
            #expect(
                size.value("warnings")?.elements.allSatisfy { $0["pointer"]?.string?.hasPrefix("/workload") ?? false }
                    ?? false)
            let batch = try Reply(
                "/v1/size/batch", "{\"requests\": [\(Sample.size()), \(Sample.size(workload: workload))]}")
            let element = try #require(
                batch.value("results")?.elements.map { $0 }[1]["warnings"]?.elements.map { $0 }.first)
            #expect(element["pointer"]?.string?.hasPrefix("/requests/1/workload") ?? false)
        }
    }

    @Test("an answer that was changed is refused")
    func contradiction() throws {
        let answer = String(decoding: try Self.reply(try Self.scrape()).body, as: UTF8.self)
        for (old, new) in [
            ("19366", "19366.5"), ("\"total\"", "\"ever\""),
            ("\"slot_load_mean\":{\"value\":1", "\"slot_load_mean\":{\"value\":2"),
        ] {
            guard answer.contains(old) else {
                Issue.record("the answer has no \(old)")
                continue
            }
            let changed = answer.replacing(old, with: new)
            let size = try Reply("/v1/size", Sample.size(workload: changed))
            #expect(old == "19366" || size.status == 422)
        }
    }

    @Test("metrics are chosen by name, and a first token from prefill is taken off")
    func options() throws {
        let options = TraceOptions(
            prefillColumn: "vllm:request_params_max_tokens", decodeColumn: nil, firstTokenFromPrefill: true)
        let reply = try Self.reply(try Self.scrape(), options: options)
        #expect(reply.number("prefill", "mean") == 2048)
        #expect(isClose(reply.number("decode", "mean"), 4_088_665.0 / 19_366 - 1, 0.01))
        #expect(reply.value("histograms", "first_token_from_prefill")?.bool == true)
    }
}
