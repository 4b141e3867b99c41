import ArgumentParser
import SizingContract

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plans a fleet: how many instances of which device, as POST /v1/plan does.",
        discussion: """
            EXAMPLES
              afd-sizer plan request.json
              afd-sizer plan - --output table < request.json
              afd-sizer plan --export vllm request.json
              afd-sizer plan --model deepseek-v3 --device h200-sxm \\
                --prefill 4000 --decode 800 --requests-per-second 40
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String?

    @OptionGroup(title: "By name, without a file") var flags: PlanFlags

    @Option(help: "The plan in the terms of what runs it: vllm, sglang, kubernetes, keda or dynamo.")
    var export: ExportFormat?

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard export == nil || file != nil else { throw ValidationError("--export needs a file with the request.") }
    }

    func run() throws {
        // Not in validate(): a misspelt flag is told first.
        guard (file == nil) != flags.items.isEmpty else {
            throw ValidationError("Give a file, or --model with what goes with it.")
        }
        if let export, let file {
            return try AnswerCommand.run(
                PlanExportOperation(export), file, output, .export, server: server, query: [("export", export.rawValue)]
            )
        }
        if let file { return try AnswerCommand.run(PlanOperation(), file, output, .plan, server: server) }
        let items = flags.items
        try AnswerCommand.run(PlanByNameOperation(), items, output, .plan, server: server) {
            () throws(ProblemDocument) in
            try PlanQuery.decode(items).0
        }
    }
}

extension ExportFormat: ExpressibleByArgument {}
