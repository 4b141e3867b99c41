import ArgumentParser
import Console
import SizingContract

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates a bundle at given ratios, as POST /v1/simulate does.",
        discussion: """
            On a terminal a bar on standard error shows how far it is.

            EXAMPLES
              afd-sizer simulate request.json
              afd-sizer simulate --model deepseek-v3 --device h800 \\
                --prefill 4000 --decode 800 --ratio 4 --ratio 8
              echo '{"workload": {"prefill": 100, "decode": 500}, "batch_size": 256, "ratios": [4, 8, 16], "hardware": \
            {"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}}}' \
            | afd-sizer simulate -
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String?

    @OptionGroup(title: "By name, without a file") var flags: SimulateFlags

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    @Option(help: "The most work accepted, in completions and worker-steps.")
    var maxWork: Double = 1e10

    @Option(help: "Threads to use.")
    var threads: Int = 2

    func validate() throws {
        guard maxWork > 0, maxWork.isFinite else { throw ValidationError("--max-work must be greater than 0.") }
        guard 1...256 ~= threads else { throw ValidationError("--threads must be from 1 to 256.") }
    }

    func run() throws {
        // Not in validate(): a misspelt flag is told first.
        guard (file == nil) != flags.items.isEmpty else {
            throw ValidationError("Give a file, or --model with what goes with it.")
        }
        let bar = ProgressBar()
        defer { bar?.finish() }
        let limits = SimulationLimits(
            maximumWork: maxWork, maximumTimeout: 86_400_000, defaultTimeout: 86_400_000, threads: threads)
        var progress: (@Sendable (Double) -> Void)?
        if let bar { progress = { fraction in bar.show(fraction) } }
        let operation = SimulateOperation(Simulations(limits))
        if let file {
            return try AnswerCommand.run(
                operation, file, output, .simulation, server: server, progress: progress,
                beforeOutput: { bar?.finish() })
        }
        let items = flags.items
        let (text, chosen) = try AnswerCommand.decoded(output) { () throws(ProblemDocument) in
            try SimulateQuery.decode(items).request(OperationContext())
        }
        let reply = try AnswerCommand.reply(operation, text, server, progress: progress)
        bar?.finish()
        try AnswerCommand.print(reply, output, .simulation, of: .flags, chosen: Chosen.sentence(chosen))
    }
}
