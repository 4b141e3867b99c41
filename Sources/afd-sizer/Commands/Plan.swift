import ArgumentParser
import SizingContract

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plans a fleet: how many instances of which device, as POST /v1/plan does.",
        discussion: """
            EXAMPLES
              afd-sizer plan request.json
              afd-sizer plan - --output table < request.json
              afd-sizer plan --model deepseek-v3 --device h200-sxm --prefill 4000 --decode 800 --requests-per-second 40
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String?

    @OptionGroup(title: "By name, without a file") var flags: PlanFlags

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard (file == nil) != flags.items.isEmpty else {
            throw ValidationError("Give a file, or --model with what goes with it.")
        }
    }

    func run() throws {
        if let file { return try AnswerCommand.run(PlanOperation(), file, output, .plan, server: server) }
        let items = flags.items
        try AnswerCommand.run(PlanByNameOperation(), items, output, .plan, server: server) {
            () throws(ProblemDocument) in
            try PlanQuery.decode(items).0
        }
    }
}
