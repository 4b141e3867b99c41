import ArgumentParser
import SizingContract

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plans a fleet: how many instances of which device, as POST /v1/plan does.",
        discussion: """
            EXAMPLES
              afd-sizer plan request.json
              afd-sizer plan - --output table < request.json
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String

    @Option(help: OutputFormat.help)
    var output: OutputFormat?

    func run() throws { try AnswerCommand.run(PlanOperation(), file, OutputFormat.chosen(output)) }
}
