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
