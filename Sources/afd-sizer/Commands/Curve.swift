import ArgumentParser
import SizingContract

struct Curve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Answers one sizing request with the throughput of every ratio, as POST /v1/size with include: [curve].",
        discussion: """
            As a table, each ratio has a line with a bar.

            EXAMPLES
              afd-sizer curve request.json -o table
              afd-sizer curve - < request.json
              afd-sizer curve --model deepseek-v3 --device h800 --prefill 4000 --decode 800
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String?

    @OptionGroup(title: "By name, without a file") var flags: SizeFlags

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func run() throws {
        // Not in validate(): a misspelt flag is told first.
        guard (file == nil) != flags.items.isEmpty else {
            throw ValidationError("Give a file, or --model with what goes with it.")
        }
        guard let file else {
            return try flags.run(withCurve: true, output, .curve, server)
        }
        try AnswerCommand.run(
            SizeOperation(), file, output, .curve, server: server, change: RequestText.includingCurve)
    }
}
