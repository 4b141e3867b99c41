import Foundation
import Testing

/// What single commands print.
@Suite struct AnswerTests {
    @Test("a table has the figures of the JSON, and no braces")
    func table() async throws {
        let json = try await Program.run(["size", "-", "--output", "json"], input: Inputs.size).json()
        let table = try await Program.run(["size", "-", "--output", "table"], input: Inputs.size)
        let best = try #require(json["recommendation"] as? [String: Any])
        let ratio = try #require(best["ratio"] as? Int)
        #expect(
            table.status == 0 && table.output.hasPrefix("\(ratio) Attention instances for each FFN instance: "),
            "\(table)")
        #expect(!table.output.contains("{"))
        let line = table.output.split(separator: "\n").first { $0.contains("  ratio ") }
        #expect(line?.split(separator: " ").map(String.init) == ["ratio", "\(ratio)", ":", "1"])
    }

    @Test("the commands that have tables print one", arguments: ["plan", "workload", "calibrate"])
    func tables(name: String) async throws {
        let reader = try #require(CommandTests.readers.first { $0.name == name })
        let outcome = try await Program.run([name, "-", "--output", "table"], input: reader.input)
        #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(outcome)")
        #expect(!outcome.output.contains("{") && !outcome.output.contains("\"\(reader.key)\""), "\(outcome)")
    }

    @Test("replay sets policies side by side, those of the command in place of the request's, with a course for each")
    func replay() async throws {
        let target = #"{"policy": "target", "metric": "slots", "target": 0.5, "name": "half"}"#
        let arguments = ["replay", "-", "--policy", "static", "--policy", target, "--output"]
        let json = try await Program.run(arguments + ["json"], input: Inputs.replay).json()
        let sides = try #require(json["policies"] as? [[String: Any]])
        #expect(sides.compactMap { $0["name"] as? String } == ["static", "half"])
        let table = try await Program.run(arguments + ["table"], input: Inputs.replay)
        #expect(table.status == 0 && !table.output.contains("{"), "\(table)")
        #expect(table.output.contains("static") && table.output.contains("half") && table.output.contains("█"))
        #expect(
            table.output.filter { $0 != "\n" && $0 != " " }.contains(
                try #require(json["verdict"] as? String).filter { $0 != " " }))
        let wrong = try await Program.run(["replay", "-", "--policy", "statc"], input: Inputs.replay)
        #expect(wrong.status == 1 && wrong.error.contains("--policy "), "\(wrong)")
    }

    @Test("curve is size with the curve")
    func curve() async throws {
        let curve = try await Program.run(["curve", "-"], input: Inputs.size).json()
        let size = try await Program.run(["size", "-"], input: Inputs.size).json()
        #expect(size["curve"] == nil)
        #expect((curve["curve"] as? [Any])?.isEmpty == false)
        #expect(curve["recommendation"] as? NSDictionary == size["recommendation"] as? NSDictionary)
    }

    @Test("what workload and calibrate print is accepted as workload and hardware")
    func pipeline() async throws {
        let workload = try await Program.run(["workload", "-"], input: Inputs.trace).output
        let stages = "stage,load,latency_us\nattention,1000,52\nattention,9000,65\n" + Inputs.samples.dropFirst(22)
        let hardware = try await Program.run(["calibrate", "-"], input: stages)
        #expect(hardware.status == 0, "\(hardware)")
        let request = "{\"workload\": \(workload), \"batch_size\": 64, \"hardware\": \(hardware.output)}"
        let size = try await Program.run(["size", "-"], input: request)
        #expect(size.status == 0, "\(size)")
        #expect(try size.json()["uncertainty"] != nil)
    }

    @Test("NDJSON is told from CSV by its first byte, and both give the same load")
    func formats() async throws {
        let lines = Inputs.trace.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        let objects = lines.map { "{\"input_length\": \($0[0]), \"output_length\": \($0[1])}\n" }.joined()
        let csv = try await Program.run(["workload", "-"], input: Inputs.trace).json()
        let json = try await Program.run(["workload", "-"], input: objects).json()
        let loads = try [csv, json].map { answer in
            try #require((answer["slot_load_mean"] as? [String: Any])?["value"] as? Double)
        }
        #expect(loads[0] == loads[1])
    }

    @Test("catalog lists models and devices, shows one, and names the nearest to one that is unknown")
    func catalogue() async throws {
        let all = try await Program.run(["catalog"])
        let list = try all.json()
        #expect(all.status == 0 && list["devices"] != nil && list["models"] != nil)
        let one = try await Program.run(["catalog", "deepseek-v3"]).json()
        #expect(one["id"] as? String == "deepseek-v3")
        for (width, id) in [("80", nil), ("200", nil), ("80", "h800"), ("80", "deepseek-v3"), ("200", "deepseek-v3")] {
            let text = try await Program.run(
                ["catalog"] + [id].compactMap { $0 } + ["-o", "table"], environment: ["COLUMNS": width])
            #expect(text.status == 0 && !text.output.contains("{"), "\(text)")
            #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= Int(width) ?? 0 }, "\(text)")
        }
        let table = try await Program.run(["catalog", "--output", "table"])
        #expect(table.status == 0 && table.output.contains("deepseek-v3") && !table.output.contains("{"))
        let wrong = try await Program.run(["catalog", "deepseek-v33"])
        #expect(wrong.status == 1 && wrong.output.isEmpty, "\(wrong)")
        #expect(wrong.error.contains("deepseek-v33") && wrong.error.contains("deepseek-v3\""), "\(wrong)")
        let full = try await Program.run(["catalog"], outputFile: "/dev/full")
        #expect(full.status == 69 && full.error.contains("No space left on device"), "\(full)")
    }

    @Test("a simulation is the same for the same seed, and needs no more threads than it is given")
    func simulate() async throws {
        let one = try await Program.run(["simulate", "-", "--threads", "1"], input: Inputs.simulate)
        let two = try await Program.run(["simulate", "-", "--threads", "2"], input: Inputs.simulate)
        #expect(one.status == 0 && one.output == two.output, "\(one)")
        let small = try await Program.run(["simulate", "-", "--max-work", "10"], input: Inputs.simulate)
        #expect(small.status == 1 && small.output.isEmpty && small.error.contains("10"), "\(small)")
    }

    @Test("a study in two parts is joined into what one run writes")
    func study() async throws {
        let folder = try TemporaryFolder()
        let scenarios = try folder.file(
            "study", [64, 128, 256].map { Inputs.size.replacing("256", with: "\($0)") + "\n" }.joined())
        func path(_ name: String) -> String { folder.url.appending(path: name).path }
        let whole = try await Program.run(["size", "--scenarios", scenarios])
        #expect(whole.status == 0 && whole.output.split(separator: "\n").count == 3, "\(whole)")
        for shard in 0..<2 {
            let part = try await Program.run(
                ["size", "--scenarios", scenarios, "--shard", "\(shard)/2", "--results", path("part-\(shard)")])
            #expect(part.status == 0, "\(part)")
        }
        let joined = try await Program.run(["size", "--merge", path("part-0"), path("part-1")])
        #expect(joined.status == 0 && joined.output == whole.output, "\(joined)")
        let full = try await Program.run(["size", "--scenarios", scenarios], outputFile: "/dev/full")
        #expect(full.status == 69 && full.error.contains("No space left on device"), "\(full)")
    }
}
