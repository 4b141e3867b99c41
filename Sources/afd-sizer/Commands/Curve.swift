import ArgumentParser
import SizingContract

struct Curve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Answers one sizing request with the throughput of every ratio, as POST /v1/size with include: [curve].",
        discussion: """
            EXAMPLES
              afd-sizer curve request.json
              afd-sizer curve - < request.json
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String

    func run() throws { try AnswerCommand.run(SizeOperation(), file) { $0.include.insert(.curve) } }
}
