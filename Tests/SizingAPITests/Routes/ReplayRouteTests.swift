import ContractTestSupport
import Testing

@testable import SizingAPI

/// `POST /v1/replay` over HTTP.
@Suite("Replays over HTTP", .timeLimit(.minutes(2))) struct ReplayRouteTests {
    private static let request = """
        {"hardware": \(Sample.hardware), "deployment": {"bundles": 2, "bundle": {"attention_instances": 4}, "batch_size": 8}}
        """
    private static let csv = "arrival_s,prefill,decode\n0,900,210\n0.4,1200,80\n0.4,50,1\n1,10,5\n"
    private static let type = ["Content-Type: multipart/form-data; boundary=x"]

    private static func part(_ name: String, _ content: String, file: String? = nil) -> String {
        let file = file.map { "; filename=\"\($0)\"" } ?? ""
        return "--x\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(content)\r\n"
    }

    @Test("a form gives what JSON gives, whatever the order of its parts")
    func form() async throws {
        try await LiveService.run { service in
            let json = service.post(
                "/v1/replay",
                Self.request.dropLast(1)
                    + #", "trace": {"arrival_s": [0, 0.4, 0.4, 1], "prefill": [900, 1200, 50, 10], "decode": [210, 80, 1, 5]}}"#
            )
            #expect(json.status == 200)
            let parts = [
                Self.part("deployment", Self.request, file: "d.json"), Self.part("trace", Self.csv, file: "t.csv"),
            ]
            for order in [parts, parts.reversed()] {
                let form = service.ask("POST", "/v1/replay", fields: Self.type, body: order.joined() + "--x--\r\n")
                #expect(form.status == 200, "\(form.body)")
                #expect(Self.result(form.body) == Self.result(json.body))
            }
            let chunks = (parts.joined() + "--x--\r\n").map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
            let chunked = service.ask(
                "POST", "/v1/replay?pretty", fields: Self.type + ["Transfer-Encoding: chunked"],
                chunks: chunks.joined() + "0\r\n\r\n")
            #expect(chunked.status == 200)
        }
    }

    /// The answer without what tells how it was asked.
    private static func result(_ body: String) -> [Substring] {
        body.split(separator: "\"provenance\"").dropLast()
    }

    @Test("forms that are none, or not this one, are refused with a sentence")
    func refused() async throws {
        try await LiveService.run { service in
            let deployment = Self.part("deployment", Self.request)
            let trace = Self.part("trace", Self.csv)
            for (body, status, text) in [
                (deployment + "--x--", 422, "needs a part trace"), (trace + "--x--", 422, "needs a part deployment"),
                (deployment + trace, 400, "ends before its closing delimiter"),
                (deployment + deployment + trace + "--x--", 422, "two parts deployment"),
                (deployment + trace + trace + "--x--", 422, "two parts trace"),
                (deployment + trace + Self.part("more", "1") + "--x--", 422, "not \\\"more\\\""),
                (Self.part("deployment", "{") + trace + "--x--", 400, "JSON"),
                (Self.part("deployment", "{}") + trace + "--x--", 422, "hardware"),
                (deployment + Self.part("trace", "prefill,decode\n1,2\n") + "--x--", 422, "no column of arrival times"),
                (deployment + Self.part("trace", "") + "--x--", 422, "empty"),
                (deployment + Self.part("trace", "\u{1F}") + "--x--", 422, "trace"),
                (
                    Self.part("deployment", String(repeating: " ", count: ReplayForm.maximumRequest + 1)), 413,
                    "deployment"
                ),
            ] {
                let answer = service.ask("POST", "/v1/replay", fields: Self.type, body: body)
                #expect(
                    answer.status == status && answer.body.contains(text), "\(text): \(answer.status) \(answer.body)")
            }
            let bare = service.ask("POST", "/v1/replay", fields: ["Content-Type: multipart/form-data"], body: "--x--")
            #expect(bare.status == 400 && bare.body.contains("boundary"))
        }
    }

    @Test("a form above the limit gets 413, and rows beyond the memory for work are refused")
    func bounds() async throws {
        try await LiveService.run(traceLimit: 2000) { service in
            let body =
                Self.part("deployment", Self.request)
                + Self.part("trace", Self.csv + String(repeating: "1,1,1\n", count: 400))
            #expect(service.ask("POST", "/v1/replay", fields: Self.type, body: body + "--x--").status == 413)
        }
    }

    @Test("a replay whose client resets the connection ends, and its thread is free again")
    func reset() async throws {
        // Minutes of work in a debug build.
        let long =
            Self.request.dropLast(1)
            + #", "arrivals": {"process": "poisson", "requests_per_second": 30, "duration_s": 20000}, "workload": {"prefill": 100, "decode": 50}, "timeout_ms": 60000}"#
        try await LiveService.run { service in
            try await service.resetDuringPost("/v1/replay", String(long))
            #expect(service.post("/v1/size", Sample.size()).status == 200)
        }
    }

    @Test("a caller that accepts events gets progress, then the result")
    func events() async throws {
        try await LiveService.run { service in
            let text =
                String(Self.request.dropLast(1))
                + #", "arrivals": {"process": "poisson", "requests_per_second": 200, "duration_s": 200}, "workload": {"prefill": 100, "decode": 20}, "timeout_ms": 60000}"#
            let answer = service.post(
                "/v1/replay", String(text), fields: ["Content-Type: application/json", "Accept: text/event-stream"])
            #expect(answer.status == 200 && answer.fields["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(answer.body.contains("event: progress") && answer.body.contains("event: result"))
        }
    }

    @Test("a form gives events too: progress, the result that the document has, or what is wrong")
    func formEvents() async throws {
        try await LiveService.run { service in
            let rows = (0..<20_000).map { "\(Double($0) / 100),100,20\n" }.joined()
            let trace = Self.part("trace", "arrival_s,prefill,decode\n" + rows)
            let deployment = Self.part("deployment", Self.request)
            let wanted = Self.type + ["Accept: text/event-stream"]
            let events = service.ask("POST", "/v1/replay", fields: wanted, body: deployment + trace + "--x--\r\n")
            #expect(events.status == 200 && events.fields["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(events.body.contains("event: progress"))
            let document = service.ask("POST", "/v1/replay", fields: Self.type, body: deployment + trace + "--x--\r\n")
            let result = try #require(events.body.split(separator: "event: result\ndata: ").last)
            #expect(Self.result(String(result)) == Self.result(document.body))

            let empty = service.ask(
                "POST", "/v1/replay", fields: wanted, body: Self.part("deployment", "{}") + trace + "--x--\r\n")
            #expect(empty.status == 200 && empty.body.contains("event: problem") && empty.body.contains("hardware"))
            let untimed = service.ask(
                "POST", "/v1/replay", fields: wanted,
                body: deployment + Self.part("trace", "prefill,decode\n1,2\n") + "--x--\r\n")
            #expect(untimed.body.contains("no column of arrival times"))
        }
    }
}
