import Foundation
import Testing

@Suite struct DiffWatchTests {
    @Test("diff: of requests both are answered; of answers they are compared; JSON lists the changes")
    func diff() async throws {
        let folder = try TemporaryFolder()
        let first = try folder.file("a.json", Inputs.size)
        let second = try folder.file("b.json", Inputs.size.replacing("256", with: "128"))
        for width in [80, 200] {
            let table = try await Program.run(
                ["diff", first, second, "-o", "table"], environment: ["COLUMNS": "\(width)"])
            #expect(table.status == 0 && table.output.hasPrefix("The ratio goes from 10 : 1 to "), "\(table)")
            #expect(table.output.contains("/batch_size  256 → 128 (-50.0 %)"), "\(table)")
            #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= width }, "\(table)")
        }
        let json = try await Program.run(["diff", first, second]).json()
        #expect((json["requests"] as? [[String: Any]])?.first?["pointer"] as? String == "/batch_size")
        let answers = try folder.file("answer.json", try await Program.run(["size", first]).output)
        let same = try await Program.run(["diff", answers, answers, "-o", "table"])
        #expect(same.status == 0 && same.output == "No difference.\n", "\(same)")
    }

    @Test("diff: what cannot be compared ends with 1 and is named; a file that is not there with 69")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let size = try folder.file("a.json", Inputs.size)
        let plan = try folder.file("b.json", Inputs.plan)
        let other = try folder.file("c.json", "{\"nope\": 1}")
        let wrong = try folder.file("d.json", Inputs.size.replacing("256", with: "-1"))
        for (second, words) in [(plan, "cannot be compared"), (other, "neither"), (wrong, "d.json: /batch_size")] {
            let outcome = try await Program.run(["diff", size, second])
            #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.error.contains(words), "\(outcome)")
        }
        let sized = try folder.file("a", try await Program.run(["size", size]).output)
        let planned = try folder.file("p", try await Program.run(["plan", plan]).output)
        let mixed = try await Program.run(["diff", sized, planned])
        #expect(mixed.status == 1 && mixed.output.isEmpty, "\(mixed)")
        #expect(mixed.error.contains("a is an answer of size, and"), "\(mixed)")
        let missing = try await Program.run(["diff", size, "missing"])
        #expect(missing.status == 69 && missing.error.contains("missing: "), "\(missing)")
    }

    private static let trace = "arrival_s,prefill_tokens,decode_tokens\n0,100,500\n1,120,480\n2,90,510\n"

    @Test("watch: one look at the newest trace, as a line and as JSON; what goes wrong at the first one ends it")
    func look() async throws {
        let folder = try TemporaryFolder()
        let plan = try folder.file(
            "plan.json", Inputs.plan.replacing("\"tokens_per_second\": 1e6", with: "\"requests_per_second\": 100"))
        let traces = folder.url.appending(path: "traces")
        try FileManager.default.createDirectory(at: traces, withIntermediateDirectories: false)
        let arguments = ["watch", plan, "--traces", traces.path, "--count", "1"]
        let empty = try await Program.run(arguments)
        #expect(empty.status == 0 && empty.output.isEmpty && empty.error.contains("no file in it yet"), "\(empty)")
        try Data(Self.trace.utf8).write(to: traces.appending(path: "a.csv"))
        let table = try await Program.run(arguments + ["-o", "table"])
        #expect(table.status == 0 && table.output.contains("Z Run "), "\(table)")
        let json = try await Program.run(arguments).json()
        #expect(json["run"] != nil && json["requests_per_second"] != nil)
        let gone = try await Program.run(["watch", plan, "--traces", "/nonexistent", "--count", "1"])
        #expect(gone.status == 69 && gone.error.contains("/nonexistent"), "\(gone)")
        let wrong = try folder.file("wrong.json", "{\"hardware\": 1}")
        let refused = try await Program.run(["watch", wrong, "--traces", traces.path, "--count", "1"])
        #expect(refused.status == 1 && refused.output.isEmpty && refused.error.contains("wrong.json"), "\(refused)")
    }

    @Test(
        "watch: what is no watch ends with 64",
        arguments: [
            [], ["--traces", "a", "--metrics", "http://a"], ["--traces", "a", "--every", "0"],
            ["--traces", "a", "--count", "0"],
            ["--metrics", "a"], ["--traces", "a", "--stale", "60"], ["--traces", "a", "--gauge-port", "65536"],
        ])
    func usage(arguments: [String]) async throws {
        let outcome = try await Program.run(["watch", "plan.json"] + arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
    }

    @Test("watch: the address of the gauges is said on standard error; a port that is taken ends with 69")
    func gauges() async throws {
        let folder = try TemporaryFolder()
        let plan = try folder.file("plan.json", Inputs.plan)
        let arguments = ["watch", plan, "--traces", folder.url.path, "--count", "1", "--gauge-port"]
        // The plan is a file of the folder too: the trace is the newer one.
        _ = try folder.file("traces.csv", Self.trace)
        let free = try await Program.run(arguments + ["0"])
        #expect(free.status == 0 && free.error.contains("gauges at http://127.0.0.1:"), "\(free)")
        let service = try await Service()
        let port = service.address.split(separator: ":").last.map(String.init) ?? ""
        let taken = try await Program.run(arguments + [port])
        #expect(taken.status == 69 && taken.error.contains("Address already in use"), "\(taken)")
        #expect(await service.end() == 0)
    }

    @Test("watch: SIGINT ends it with 0")
    func interrupt() async throws {
        let folder = try TemporaryFolder()
        let plan = try folder.file("plan.json", Inputs.plan)
        _ = try folder.file("traces.csv", Self.trace)
        let output = Pipe()
        let process = Process()
        process.executableURL = Program.file
        // The plan is a file of the folder too: the trace is the newer one.
        process.arguments = ["watch", plan, "--traces", folder.url.path, "--every", "3600", "-o", "table"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (pieces, arrived) = AsyncStream<Data>.makeStream()
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { arrived.finish() } else { arrived.yield(data) }
        }
        let (ended, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            end.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            end.finish()
        }
        try process.run()
        var text = Data()
        for await piece in pieces {
            text.append(piece)
            if text.contains(UInt8(ascii: "\n")) { break }
        }
        process.interrupt()
        for await status in ended { #expect(status == 0) }
        output.fileHandleForReading.readabilityHandler = nil
        #expect(String(decoding: text, as: UTF8.self).contains(" Run "))
    }
}
