import ArgumentParser
import Console

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a code of an answer means: of a warning, of what binds, of advice.",
        discussion: """
            EXAMPLES
              afd-sizer explain
              afd-sizer explain closed_form_not_trusted
              afd-sizer explain kv_memory tpot --output json
            """)

    @Argument(help: "Codes, as answers have them; without one, all are listed.")
    var codes: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        var found: [Explanation] = []
        for code in codes {
            let list = Explanation.of(code)
            if list.isEmpty {
                Output.error("\(code): there is no such code\(Explanation.suggestion(for: code))")
                throw ExitCode(ExitStatus.refused)
            }
            found += list
        }
        switch output.format {
        case .json: try Output.answer(Explanation.json(codes.isEmpty ? Explanation.all : found))
        case .table:
            let terminal = output.terminal
            try Output.answer(
                Array((codes.isEmpty ? Explanation.index(terminal) : Explanation.text(found, terminal)).utf8))
        }
    }
}
