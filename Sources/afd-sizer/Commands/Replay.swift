import ArgumentParser
import SizingContract

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replays arrivals through a deployment and its scaling policies, as POST /v1/replay does.",
        discussion: """
            On a terminal a bar on standard error shows how far it is, and the answer is a table with the course of each policy.

            EXAMPLES
              afd-sizer replay request.json
              afd-sizer replay request.json --policy static --policy advice --output table
              afd-sizer replay - --policy '{"policy": "target", "metric": "slots", "target": 0.7}' < request.json
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "In place of the request's policies: a name (static, advice, oracle) or a policy as JSON. Once for each.",
            valueName: "policy"))
    var policy: [String] = []

    @Option(help: "Threads to use.")
    var threads: Int = 2

    @Option(help: OutputFormat.help)
    var output: OutputFormat?

    func validate() throws {
        guard 1...256 ~= threads else { throw ValidationError("--threads must be from 1 to 256.") }
    }

    func run() throws {
        let bar = ProgressBar()
        defer { bar?.finish() }
        let limits = SimulationLimits(maximumTimeout: 86_400_000, defaultTimeout: 86_400_000, threads: threads)
        var progress: (@Sendable (Double) -> Void)?
        if let bar { progress = { fraction in bar.show(fraction) } }
        try AnswerCommand.run(
            ReplayOperation(limits, policies: policy), file, OutputFormat.chosen(output),
            .summary(ReplayTable.text), progress: progress, beforeOutput: { bar?.finish() })
    }
}
