import ArgumentParser
import SizingContract

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates a bundle at given ratios, as POST /v1/simulate does.",
        discussion: """
            On a terminal a bar on standard error shows how far it is.

            EXAMPLES
              afd-sizer simulate request.json
              echo '{"workload": {"prefill": 100, "decode": 500}, "batch_size": 256, "ratios": [4, 8, 16], "hardware": \
            {"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}}}' \
            | afd-sizer simulate -
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String

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
        let bar = ProgressBar()
        defer { bar?.finish() }
        let limits = SimulationLimits(
            maximumWork: maxWork, maximumTimeout: 86_400_000, defaultTimeout: 86_400_000, threads: threads)
        var progress: (@Sendable (Double) -> Void)?
        if let bar { progress = { fraction in bar.show(fraction) } }
        try AnswerCommand.run(
            SimulateOperation(Simulations(limits)), file, output, .simulation, server: server, progress: progress,
            beforeOutput: { bar?.finish() })
    }
}
