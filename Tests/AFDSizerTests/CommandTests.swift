import Foundation
import Testing

/// What all commands have in common: help, standard input, errors and their exit codes.
@Suite struct CommandTests {
    static let names = [
        "serve", "size", "plan", "catalog", "curve", "simulate", "replay", "workload", "calibrate", "explain", "init",
        "diff", "watch",
        "completion", "probe",
    ]

    /// A command that reads one file, an input for it, and a key that its answer has.
    struct Reader: CustomStringConvertible, Sendable {
        let name: String
        let input: String
        let key: String
        var description: String { name }
    }

    static let readers = [
        Reader(name: "size", input: Inputs.size, key: "recommendation"),
        Reader(name: "curve", input: Inputs.size, key: "curve"),
        Reader(name: "simulate", input: Inputs.simulate, key: "points"),
        Reader(name: "replay", input: Inputs.replay, key: "policies"),
        Reader(name: "plan", input: Inputs.plan, key: "deployment"),
        Reader(name: "workload", input: Inputs.trace, key: "slot_load_mean"),
        Reader(name: "calibrate", input: Inputs.samples, key: "ffn"),
    ]

    @Test("--help of the program names each command and each exit code")
    func help() async throws {
        let outcome = try await Program.run(["--help"])
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
        for name in Self.names { #expect(outcome.output.contains("\n  \(name) "), "\(name)") }
        for status in [0, 1, 64, 69] { #expect(outcome.output.contains("\n  \(status) "), "\(status)") }
    }

    @Test("--help of a command says how it is called, on standard output", arguments: names)
    func help(name: String) async throws {
        let outcome = try await Program.run([name, "--help"])
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
        #expect(outcome.output.contains("USAGE: afd-sizer \(name)"))
        #expect(outcome.output.contains("OVERVIEW: "))
    }

    @Test(
        "a wrong command line ends with 64, says why, and prints nothing",
        arguments: [
            ["nope"], ["size"], ["size", "a", "--frobnicate"], ["plan"], ["serve", "--port", "x"], ["probe"],
            ["size", "a", "--output", "xml"], ["simulate"], ["replay"], ["curve"], ["probe", "x"],
            ["serve", "--port", "99999"],
        ])
    func usage(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        let command = arguments[0] == "nope" ? "<subcommand>" : arguments[0]
        #expect(outcome.error.contains("Usage: afd-sizer \(command)"), "\(outcome)")
    }

    @Test("from a file and from standard input comes the same answer", arguments: readers)
    func standardInput(reader: Reader) async throws {
        let folder = try TemporaryFolder()
        let file = try await Program.run([reader.name, try folder.file("input", reader.input)])
        let piped = try await Program.run([reader.name, "-"], input: reader.input)
        #expect(file.status == 0, "\(file)")
        #expect(piped.status == 0 && piped.output == file.output, "\(piped)")
        #expect(try file.json()[reader.key] != nil, "\(file)")
        #expect(file.output.hasSuffix("\n"))
    }

    @Test("a file that is not there, or is a folder, ends with 69 and is named", arguments: readers, ["missing", "."])
    func unreadable(reader: Reader, file: String) async throws {
        let outcome = try await Program.run([reader.name, file])
        #expect(outcome.status == 69 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.contains("afd-sizer: \(file): "), "\(outcome)")
    }

    @Test("a request that is gzip is undone; one that is cut ends with 69 and is named", arguments: readers)
    func packed(reader: Reader) async throws {
        let folder = try TemporaryFolder()
        let plain = try await Program.run([reader.name, try folder.file("input", reader.input)])
        let packing = try await Program.run(
            ["-9", "-k", try folder.file("packed", reader.input)], program: "/usr/bin/gzip")
        #expect(packing.status == 0, "\(packing)")
        let file = folder.url.appending(path: "packed.gz")
        let packed = try await Program.run([reader.name, file.path])
        #expect(packed.status == 0 && packed.output == plain.output, "\(packed)")
        let whole = try Data(contentsOf: file)
        try whole.prefix(whole.count - 9).write(to: file)
        let cut = try await Program.run([reader.name, file.path])
        #expect(cut.status == 69 && cut.output.isEmpty && cut.error.contains("packed.gz: the gzip data"), "\(cut)")
    }

    @Test("what a file holds does not steer the terminal") func control() async throws {
        let outcome = try await Program.run(["calibrate", "-"], input: "sta\u{1B}[31mge,b\u{7}\n1,2\n")
        #expect(outcome.status == 1 && outcome.error.contains("sta?[31mge"), "\(outcome)")
        #expect(!outcome.error.contains("\u{1B}") && !outcome.error.contains("\u{7}"), "\(outcome)")
    }

    @Test(
        "an input that is refused ends with 1 and says what is wrong", arguments: readers, ["{", "{\"nope\": 1}", ""])
    func refused(reader: Reader, input: String) async throws {
        let outcome = try await Program.run([reader.name, "-"], input: input)
        #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.hasPrefix("afd-sizer: standard input: "), "\(outcome)")
        if input.contains("nope"), reader.input.hasPrefix("{") {
            #expect(outcome.error.contains("nope"), "\(outcome)")
        }
        let folder = try TemporaryFolder()
        let file = try folder.file("request.x", input)
        let named = try await Program.run([reader.name, file])
        #expect(named.status == 1 && named.error.hasPrefix("afd-sizer: \(file): "), "\(named)")
        let json = try await Program.run([reader.name, file, "--output", "json"])
        #expect(json.status == 1 && json.output.isEmpty, "\(json)")
        let problem = try JSONSerialization.jsonObject(with: Data(json.error.utf8)) as? [String: Any]
        #expect(problem?["status"] != nil, "\(json)")
    }

    @Test(
        "tables fit 80 and 200 columns, begin with a sentence, and are ASCII where that is asked for",
        arguments: readers,
        ["80", "200"])
    func table(reader: Reader, columns: String) async throws {
        let environment = ["COLUMNS": columns]
        let arguments = [reader.name, "-", "-o", "table"]
        let table = try await Program.run(arguments, input: reader.input, environment: environment)
        #expect(table.status == 0 && table.error.isEmpty, "\(table)")
        let lines = table.output.split(separator: "\n", omittingEmptySubsequences: false)
        let width = try #require(Int(columns))
        #expect(lines.allSatisfy { $0.count <= width && $0.last != " " }, "\(table)")
        #expect(lines.first?.first?.isLetter == true || lines.first?.first?.isNumber == true, "\(table)")
        #expect(!table.output.contains("{") && !table.output.contains("nan"), "\(table)")
        let plain = try await Program.run(arguments + ["--ascii"], input: reader.input, environment: environment)
        #expect(plain.output.utf8.allSatisfy { $0 < 0x80 }, "\(plain)")
        #expect(plain.output.split(separator: "\n", omittingEmptySubsequences: false).count == lines.count)
        let dumb = try await Program.run(
            arguments, input: reader.input, environment: ["COLUMNS": columns, "TERM": "dumb"])
        #expect(dumb.output == plain.output)
    }

    @Test("who stops reading gets what it asked for, and nothing is said")
    func brokenPipe() async throws {
        let folder = try TemporaryFolder()
        // Once with the default action of SIGPIPE, once ignored, as some parents hand it on.
        for trap in ["", "trap '' PIPE; "] {
            let script = try folder.file("script", "\(trap)'\(Program.file.path)' catalog -o json | head -n 1\n")
            let outcome = try await Program.run([script], program: "/bin/sh")
            #expect(outcome.output == "{\n" && outcome.error.isEmpty, "\(outcome)")
        }
    }

    @Test(
        "help and version that cannot be written end with 69", arguments: [["--help"], ["--version"], ["size", "-h"]])
    func helpOnFullDevice(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments, outputFile: "/dev/full")
        #expect(outcome.status == 69 && outcome.error.contains("No space left on device"), "\(outcome)")
    }

    @Test("where the output cannot be written, the exit status and standard error say so", arguments: readers)
    func fullDevice(reader: Reader) async throws {
        let outcome = try await Program.run([reader.name, "-"], input: reader.input, outputFile: "/dev/full")
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.error.contains("No space left on device"), "\(outcome)")
    }
}
