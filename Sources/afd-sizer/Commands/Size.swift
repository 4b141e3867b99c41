import ArgumentParser
import SizingContract

struct Size: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers one sizing request, as POST /v1/size does, or a study of many.",
        discussion: """
            A study has a request in each line of a file and gets an answer in each line: {"scenario": 0, "input": \
            HASH, "result": …}, or "problem" in place of "result". With --results, a study that was killed goes on \
            where its file ends. Shards I/N, from 0/N, run wherever and whenever you like; --merge joins their parts \
            into what one run would have written.

            EXAMPLES
              afd-sizer size request.json
              afd-sizer size --model deepseek-v3 --device h800 --prefill 4000 --decode 800
              afd-sizer size request.json --server http://127.0.0.1:8080
              echo '{"workload": {"prefill": 100, "decode": 500}, "batch_size": 256, "hardware": {"attention": \
            {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}}}' | afd-sizer size -
              afd-sizer size --scenarios study.ndjson --shard 0/2 --results part-0.ndjson
              afd-sizer size --merge part-0.ndjson part-1.ndjson --results all.ndjson
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String?

    @OptionGroup(title: "By name, without a file") var flags: SizeFlags

    @Option(
        help: ArgumentHelp(
            "A study: a request in each line, or - for standard input. With --merge: what the parts must answer.",
            valueName: "file"))
    var scenarios: String?

    @Option(help: ArgumentHelp("Only every N-th scenario, from I on, counted from 0 (default: 0/1).", valueName: "I/N"))
    var shard: StudyShard?

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Parts of a study to be joined.", valueName: "part"))
    var merge: [String] = []

    @Option(help: ArgumentHelp("Where a study is written, and goes on (default: standard output).", valueName: "file"))
    var results: String?

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard shard == nil || (scenarios != nil && merge.isEmpty) else {
            throw ValidationError("--shard needs --scenarios.")
        }
        guard results == nil || !merge.contains(results ?? "") else {
            throw ValidationError("--results must not be one of the parts.")
        }
        guard !isStudy || output.output == nil else { throw ValidationError("--output is for one request.") }
        guard !isStudy || server.server == nil else { throw ValidationError("--server is for one request.") }
        guard results == nil || isStudy else { throw ValidationError("--results is for studies.") }
    }

    private var isStudy: Bool { scenarios != nil || !merge.isEmpty }

    func run() throws {
        // Not in validate(): a misspelt flag is told first.
        let modes = [file != nil, !flags.items.isEmpty, scenarios != nil && merge.isEmpty, !merge.isEmpty].filter { $0 }
        guard modes.count == 1 else {
            throw ValidationError("Give a file, or --model with what goes with it, or --scenarios, or --merge.")
        }
        if !flags.items.isEmpty { return try flags.run(withCurve: output.format == .table, output, .size, server) }
        if let file {
            return try AnswerCommand.run(
                SizeOperation(), file, output, .size, server: server,
                change: output.format == .table ? RequestText.includingCurve : { $0 })
        }
        do {
            if merge.isEmpty, let scenarios {
                let (before, added) = try StudyRun(scenarios: scenarios, shard: shard ?? .whole, output: results).run()
                Output.error("\(added) scenarios answered, \(before) were before")
            } else {
                let count = try StudyMergeRun(parts: merge, scenarios: scenarios, output: results).run()
                Output.error("\(count) answers joined")
            }
        } catch let error as StudyError {
            Output.error(error.description)
            throw ExitCode(ExitStatus.refused)
        } catch let error as Unreadable {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
    }
}

extension StudyShard: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
