import Foundation
import Testing

/// Questions by names of the catalogue, as flags.
@Suite struct NamedFlagTests {
    static let flags = ["--model", "deepseek-v3", "--device", "h800", "--prefill", "4000", "--decode", "800"]

    @Test(
        "size and curve by name, plan with arrivals",
        arguments: [
            (["size"] + flags, "recommendation"), (["curve"] + flags + ["--max-ratio", "8"], "curve"),
            (["plan"] + flags.map { $0 == "h800" ? "h200-sxm" : $0 } + ["--requests-per-second", "20"], "deployment"),
        ])
    func answers(arguments: [String], key: String) async throws {
        let json = try await Program.run(arguments)
        #expect(json.status == 0, "\(json)")
        #expect(try json.json()[key] != nil, "\(json)")
        let table = try await Program.run(arguments + ["-o", "table"])
        #expect(table.status == 0 && !table.output.contains("{"), "\(table)")
    }

    @Test(
        "what is wrong is told as the flag, on standard error, with exit code 1",
        arguments: [
            (["--model", "deepseek-v33"], "--model is not in the catalogue"),
            (["--decode", "x"], "--decode must be a number"),
            (["--prefill", "-5"], "--prefill must be a number from 0"),
            (["--max-ratio", "0"], "--max-ratio must be a whole number"), (["--link", "x"], "--link must be one of"),
            (["--max-ratio", "+5"], "--max-ratio must be a whole number"), (["--decode", "0x10"], "--decode must be"),
            (["--tpot-ms", "0.001"], "--tpot-ms: the mean TPOT is"),
            (["--expert-parallel", "1"], "--ffn-device: the FFN weights need"),
        ])
    func refusals(change: [String], expected: String) async throws {
        var arguments = ["size"] + Self.flags
        if let index = arguments.firstIndex(of: change[0]) { arguments.removeSubrange(index...(index + 1)) }
        let outcome = try await Program.run(arguments + change)
        #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.hasPrefix("afd-sizer: \(expected)"), "\(outcome)")
    }

    @Test("a flag that is missing is named", arguments: ["--model", "--device", "--prefill", "--decode"])
    func missing(flag: String) async throws {
        var arguments = ["size"] + Self.flags
        let index = try #require(arguments.firstIndex(of: flag))
        arguments.removeSubrange(index...(index + 1))
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 1 && outcome.error.hasPrefix("afd-sizer: \(flag) is needed"), "\(outcome)")
    }

    private static let fleet = flags.map { $0 == "h800" ? "h200-sxm" : $0 } + ["--requests-per-second", "5"]

    @Test("simulate by name: at the ratios given, or around the best; what was chosen is told")
    func simulate() async throws {
        let json = try await Program.run(["simulate"] + Self.flags + ["--ratio", "4", "--ratio", "8,9"])
        let points = try json.json()["points"] as? [[String: Any]]
        #expect(points?.compactMap { $0["ratio"] as? Int } == [4, 8, 9], "\(json)")
        #expect(json.status == 0 && json.error.hasPrefix("afd-sizer: Chosen: batch_size "), "\(json)")
        let size = try await Program.run(["size"] + Self.flags).json()["recommendation"] as? [String: Any]
        let best = try #require(size?["ratio"] as? Int)
        let table = try await Program.run(["simulate"] + Self.flags + ["-o", "table"])
        #expect(table.status == 0 && table.error.isEmpty && table.output.hasPrefix("Chosen: batch_size "), "\(table)")
        #expect(table.output.replacing("\n", with: " ").contains("around the recommended \(best)."), "\(table)")
    }

    @Test("replay by name: the deployment is the plan's for the same flags, and is told in a sentence")
    func replay() async throws {
        let planned = try await Program.run(["plan"] + Self.fleet).json()["deployment"] as? [String: Any]
        let batch = try #require(planned?["batch_size"] as? Int)
        let arguments = ["replay"] + Self.fleet + ["--duration-s", "20", "--ttft-ms", "900"]
        let json = try await Program.run(arguments)
        #expect(try json.status == 0 && json.json()["policies"] != nil, "\(json)")
        #expect(json.error.hasPrefix("afd-sizer: The plan for these flags is replayed: 1 bundle of "), "\(json)")
        #expect(json.error.contains("with \(batch) requests a batch."), "\(json)")
        let table = try await Program.run(arguments + ["-o", "table", "--policy", "static", "--policy", "advice"])
        #expect(table.status == 0 && table.output.hasPrefix("The plan for these flags is replayed: "), "\(table)")
        let folder = try TemporaryFolder()
        let file = try folder.file("t.csv", "arrival_s,prefill_tokens,decode_tokens\n0,4000,20\n1,3000,30\n")
        let traced = try await Program.run(["replay"] + Self.fleet + [file])
        #expect(try traced.json()["requests"] as? Int == 2, "\(traced)")
    }

    @Test(
        "what is wrong with a simulation or a replay by name is told as the flag, with exit code 1",
        arguments: [
            (["simulate"] + flags + ["--ratio", "4,0"], "--ratio must be a whole number from 1 to 10000"),
            (["simulate"] + flags + ["--ratio", "4", "--ratio", "4"], "--ratio must not be given twice"),
            (["replay"] + flags, "--requests-per-second is needed"),
            (["replay"] + fleet + ["--policy", "nope"], "--policy must be one of"),
            (["replay"] + fleet + ["--duration-s", "0"], "--duration-s must be a number from"),
            (["replay"] + fleet + ["--dispersion", "900"], "--dispersion must be at most 400"),
            (["replay"] + fleet + ["--ttft-ms", "1"], "--ttft-ms: the p90 prefill alone takes"),
        ])
    func refusedByName(arguments: [String], expected: String) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.hasPrefix("afd-sizer: \(expected)"), "\(outcome)")
    }

    @Test(
        "a misspelt flag is told, even where its value looks like a file",
        arguments: ["size", "curve", "plan", "simulate", "replay"])
    func misspelt(command: String) async throws {
        let outcome = try await Program.run([command] + Self.flags + ["--decod", "3"])
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.contains("Unknown option '--decod'"), "\(outcome)")
    }

    @Test("two files beside flags are refused, and the usage is the command's") func tooMany() async throws {
        let outcome = try await Program.run(["replay"] + Self.fleet + ["a", "b"])
        #expect(outcome.status == 64 && outcome.error.contains("Usage: afd-sizer replay "), "\(outcome)")
    }

    @Test("an address that is none is refused with its form", arguments: ["ftp://127.0.0.1", "127.0.0.1:8080", ""])
    func address(url: String) async throws {
        let outcome = try await Program.run(["size"] + Self.flags + ["--server", url])
        #expect(outcome.status == 64 && outcome.error.contains("http://HOST:PORT"), "\(outcome)")
        #expect(outcome.error.contains("--server"), "\(outcome)")
    }

    @Test("a file and flags together are refused") func both() async throws {
        let outcome = try await Program.run(["size", "request.json"] + Self.flags)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
    }
}
