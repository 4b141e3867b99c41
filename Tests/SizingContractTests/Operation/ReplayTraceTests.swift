import ContractTestSupport
import JSON
import SizingContract
import TestSupport
import Testing

/// Traces as files, in front of `POST /v1/replay`.
@Suite("Traces that are replayed") struct ReplayTraceTests {
    private static let request = """
        {"hardware": \(Sample.hardware), "deployment": {"bundle": {"attention_instances": 4}, "batch_size": 64, "prefill_instances": 2},
         "prefill": {"alpha_us": 10, "beta_us": 100, "cached_fraction": 0.5}}
        """

    private static func read(_ text: String, name: String = "t.csv", pieces: Int = .max, rows: Int = 1000) throws
        -> ReplayTrace
    {
        var reader = ReplayTraceReader(name: name, maximumRows: rows)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces)
            try reader.feed(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return try reader.finish()
    }

    private static func replay(_ trace: ReplayTrace, _ request: String = request) throws -> Reply {
        try Reply { try ReplayOperation(trace: trace).answer(to: Array(request.utf8), pretty: false) }
    }

    private static func refusal(_ text: String, name: String = "t.csv", rows: Int = 1000) -> String {
        do {
            _ = try read(text, name: name, rows: rows)
            return "taken"
        } catch {
            let problem = error as? ProblemDocument
            return problem.map { $0.detail + ($0.errors.first.map { " " + $0.detail } ?? "") } ?? "\(error)"
        }
    }

    @Test("a file gives what its columns give as JSON, in every layout and however it is cut")
    func layouts() throws {
        let columns = try Reply(
            "/v1/replay",
            Self.request.dropLast(1)
                + #", "trace": {"arrival_s": [0, 0.4, 0.4, 1], "prefill": [900, 1200, 50, 0], "decode": [210, 80, 1, 5], "cached": [0, 512, 7, 0]}}"#
        )
        #expect(columns.status == 200, "\(columns.errors)")
        let rows = [(0.0, 900, 210, 0), (0.4, 1200, 80, 512), (0.4, 50, 1, 7), (1, 0, 5, 0)]
        let csv =
            "arrival_s,prefill,decode,cached_tokens\n" + rows.map { "\($0.0),\($0.1),\($0.2),\($0.3)\n" }.joined()
        let lines = rows.map {
            "{\"timestamp\": \(Int($0.0 * 1000) + 1_700_000_000_000), \"prefill\": \($0.1), \"decode\": \($0.2), \"cached_tokens\": \($0.3)}"
        }
        for (name, text) in [
            ("t.csv", csv), ("", csv), ("t.jsonl", lines.joined(separator: "\n")), ("-", lines.joined(separator: "\n")),
            ("t.json", "[" + lines.joined(separator: ",") + "]"),
        ] {
            for pieces in [1, 50, .max] {
                let reply = try Self.replay(Self.read(text, name: name, pieces: pieces))
                #expect(reply.status == 200, "\(reply.errors)")
                for name in ["ttft_ms", "tpot_ms", "pools", "series", "goodput"] as [StaticString] {
                    #expect(reply.root[name]?.canonicalText() == columns.root[name]?.canonicalText(), "\(name)")
                }
            }
        }
        // The same requests are the same question, another one is another.
        func hash(_ text: String, _ name: String = "") throws -> String {
            try #require(Self.replay(Self.read(text, name: name)).root["provenance"]?["request_hash"]?.string)
        }
        let first = try hash(csv)
        #expect(try hash(lines.joined(separator: "\n"), "a.jsonl") == first)
        #expect(try hash(csv + "1,1,1,1\n") != first)
    }

    @Test(
        "what the columns do not say is said, and the fraction of the request counts where nothing tells what is cached"
    )
    func gaps() throws {
        let reply = try Self.replay(Self.read("arrival_s,prefill,decode\n0,1000,5\n1,1000,0\n,9,9\n2,1000,5\n"))
        #expect(reply.root["requests"]?.integer == 3)
        // Half of 3,000 tokens.
        #expect(
            isClose(reply.number("pools", "prefill", "utilisation") * reply.number("duration_s") * 2, 15_300e-6, 1e-9))
        let codes = reply.root["warnings"]?.elements.compactMap { $0["code"]?.string } ?? []
        #expect(Set(codes).isSuperset(of: ["untimed", "output_assumed"]))
        #expect(reply.root["warnings"]?.elements.allSatisfy { $0["pointer"]?.string?.hasPrefix("/") == true } == true)
        let cached = try Self.replay(Self.read("arrival_s,prefill,decode,cached_tokens\n0,1000,5,1000\n1,10,5,20\n"))
        #expect(cached.root["warnings"]?.elements.contains { $0["code"]?.string == "cached_beyond_prompt" } == true)
        let blocks = try Self.replay(
            Self.read(
                #"{"timestamp": 0, "input_length": 1000, "output_length": 5, "hash_ids": [1, 2]}"#, name: "m.jsonl"))
        #expect(blocks.root["warnings"]?.elements.contains { $0["code"]?.string == "hash_ids_not_followed" } == true)
    }

    @Test("rows out of order are sorted within the window and stay in their order where they are equal")
    func order() throws {
        let sorted = try Self.read("arrival_s,prefill,decode\n0,1,9\n5,2,9\n5,3,9\n30,4,9\n")
        let shuffled = try Self.read("arrival_s,prefill,decode\n5,2,9\n30,4,9\n0,1,9\n5,3,9\n")
        let (one, other) = (try Self.replay(sorted), try Self.replay(shuffled))
        #expect(one.root["series"]?.canonicalText() == other.root["series"]?.canonicalText())
        #expect(one.root["warnings"]?.elements.contains { $0["code"]?.string == "sorted" } == false)
        #expect(other.root["warnings"]?.elements.contains { $0["code"]?.string == "sorted" } == true)
        #expect(
            Self.refusal("arrival_s,prefill,decode\n0,1,9\n8000,1,9\n4399,1,9\n4400,1,9\n").hasPrefix(
                "Row 3 arrives 3601 s before a row above it."))
        #expect(Self.refusal("arrival_s,prefill,decode\n0,1,9\n8000,1,9\n4400,1,9\n") == "taken")
    }

    @Test("what cannot be replayed is refused with a sentence")
    func refusals() throws {
        #expect(Self.refusal("prefill,decode\n1,9\n").contains("no column of arrival times"))
        #expect(
            Self.refusal("arrival_s,prefill,decode\nsoon,1,9\nlater,1,9\n").contains(
                "No row of the trace has an arrival"))
        #expect(Self.refusal("arrival_s,prefill,decode\n0,1,9\n,1,9\n,1,9\n").contains("more than half"))
        #expect(
            Self.refusal("arrival_s,prefill,decode\n0,1,9\n1,1,9\n2,1,9\n", rows: 2).contains("more than 2 requests"))
        #expect(Self.refusal("arrival_s,prefill,decode\n0,1,9\n200000000,1,9\n").hasPrefix("Row 2 arrives"))
        #expect(Self.refusal("").contains("empty"))
        #expect(Self.refusal(#"{"requests": {"prefill": [1], "decode": [1]}}"#, name: "a.json").contains("times"))
        let trace = try Self.read("arrival_s,prefill,decode\n0,1,9\n")
        for (more, pointer) in [
            ("\"trace\": {\"arrival_s\": [0], \"prefill\": [1], \"decode\": [1]}", "/trace"),
            ("\"workload\": {\"prefill\": 1, \"decode\": 1}", "/workload"), ("\"replications\": 2", "/replications"),
            ("\"speed\": 0", "/speed"),
        ] {
            let reply = try Self.replay(trace, Self.request.dropLast(1) + ", \(more)}")
            #expect(reply.errors.map { String($0.prefix { $0 != " " }) } == [pointer])
        }
    }

    @Test(
        "public traces are replayed, as they were and four times as fast",
        arguments: [
            (PublicTrace.azureSeed, "a.csv", 1000), (.mooncakeSeed, "m.jsonl", 300), (.azure, "a.csv", 19_366),
            (.mooncake, "m.jsonl", 3_993),
        ])
    func whole(trace: PublicTrace, name: String, count: Int) throws {
        guard trace.isPresent else { return }
        var reader = ReplayTraceReader(name: name)
        try reader.feed(try trace.bytes())
        let trace = try reader.finish()
        let request = """
            {"hardware": \(Sample.hardware), "deployment": {"bundles": 2, "bundle": {"attention_instances": 8}, "batch_size": 64}}
            """
        let plain = try Self.replay(trace, request)
        let fast = try Self.replay(trace, request.dropLast(1) + ", \"speed\": 4}")
        #expect(plain.root["completed"]?.integer == count)
        #expect(fast.root["completed"]?.integer == count)
        #expect(abs(fast.number("duration_s") * 4 / plain.number("duration_s") - 1) < 0.1)
    }
}
