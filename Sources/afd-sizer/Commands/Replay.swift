import ArgumentParser
import Console
import SizingContract

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replays arrivals through a deployment and its scaling policies, as POST /v1/replay does.",
        discussion: """
            The request may have its trace in a file of its own: CSV, NDJSON or JSON, gzip undone, with the columns that workload reads and \
            arrival times. By name, the deployment of the plan for the same flags is replayed. On a terminal a bar on standard error shows how far it is, and the answer is a table with the course of each policy.

            EXAMPLES
              afd-sizer replay request.json
              afd-sizer replay deployment.json trace.csv.gz
              afd-sizer replay --model deepseek-v3 --device h200-sxm \\
                --prefill 4000 --decode 800 --requests-per-second 5
              afd-sizer replay --model deepseek-v3 --device h200-sxm \\
                --prefill 4000 --decode 800 --requests-per-second 5 trace.csv
              afd-sizer replay request.json --policy static --policy advice --output table
              afd-sizer replay request.json \\
                --policy '{"policy": "target", "metric": "slots", "target": 0.7}'
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input; none where flags name what is replayed.")
    var file: String?

    @Argument(help: "A file with the trace in place of the request's arrivals, or - for standard input.")
    var trace: String?

    @OptionGroup(title: "By name, without a request") var flags: ReplayFlags

    @Option(
        help: ArgumentHelp(
            "In place of the request's policies: a name (static, advice, oracle) or a policy as JSON. Once for each.",
            valueName: "policy"))
    var policy: [String] = []

    @Option(help: "Threads to use.")
    var threads: Int = 2

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard file != "-" || trace != "-" else {
            throw ValidationError("The request and the trace cannot both come from standard input.")
        }
        guard policy.isEmpty || server.server == nil else {
            throw ValidationError("--policy is not for --server: put policies into the request.")
        }
        guard 1...256 ~= threads else { throw ValidationError("--threads must be from 1 to 256.") }
    }

    /// With flags the one file is the trace.
    private var files: (request: String?, trace: String?) { flags.items.isEmpty ? (file, trace) : (trace, file) }

    func run() throws {
        let (file, trace) = files
        // Not in validate(): a misspelt flag is told first.
        guard (file == nil) != flags.items.isEmpty else {
            throw ValidationError(
                file == nil
                    ? "Give a file, or --model with what goes with it."
                    : "With --model give no request: one file at most, the trace.")
        }
        guard trace == nil || server.server == nil else {
            throw ValidationError("A trace in a file is not for --server: put it into the request.")
        }
        let bar = ProgressBar()
        defer { bar?.finish() }
        let limits = SimulationLimits(maximumTimeout: 86_400_000, defaultTimeout: 86_400_000, threads: threads)
        var progress: (@Sendable (Double) -> Void)?
        if let bar { progress = { fraction in bar.show(fraction) } }
        var operation = ReplayOperation(limits, policies: policy)
        if let trace {
            switch try Self.read(trace) {
            case .success(let trace): operation = operation.replaying(trace)
            case .failure(let problem):
                bar?.finish()
                throw AnswerCommand.refuse(problem.text(pretty: true), output, of: .file(trace))
            }
        }
        if let file {
            return try AnswerCommand.run(
                operation, file, output, .replay, server: server, progress: progress,
                origin: policy.isEmpty ? nil : .fileWithMember(file, "policies", flag: "--policy"),
                beforeOutput: { bar?.finish() })
        }
        let (text, chosen) = try planned(hasTrace: trace != nil)
        let reply = try AnswerCommand.reply(operation, text, server, progress: progress)
        bar?.finish()
        try AnswerCommand.print(reply, output, .replay, of: .flags, chosen: chosen)
    }

    /// The request for a replay of the plan that the flags ask for, and a sentence on that plan.
    private func planned(hasTrace: Bool) throws -> (text: [UInt8], chosen: String) {
        let items = flags.items
        let (asked, plan) = try AnswerCommand.decoded(output) { () throws(ProblemDocument) in
            let asked = try ReplayQuery.decode(items)
            return (asked, try asked.planning.text())
        }
        switch try AnswerCommand.reply(PlanOperation(), plan, server) {
        case .problem(let problem): throw AnswerCommand.refuse(problem, output, of: .flags)
        case .answer(let answer):
            let text = try AnswerCommand.decoded(output) { () throws(ProblemDocument) in
                try asked.text(plan: plan, answer: answer, hasTrace: hasTrace)
            }
            return (text, AnswerReport.replayed(answer))
        }
    }

    /// The trace in a file, or what is wrong with it.
    ///
    /// - Throws: exit code 69 where the file cannot be read, which is said on standard error.
    private static func read(_ path: String) throws -> Result<ReplayTrace, ProblemDocument> {
        var reader = ReplayTraceReader(name: path)
        do throws(Unreadable) {
            let file = PackedFile(path: path)
            let problem = try file.read(
                progress: { _ in }, take: { (bytes: [UInt8]) throws(ProblemDocument) in try reader.feed(bytes) })
            if let problem { return .failure(problem) }
        } catch {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
        return Result { [reader] () throws(ProblemDocument) in try reader.finish() }
    }
}
