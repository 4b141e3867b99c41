import ArgumentParser
import Console

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a code of an answer means: of a warning, of what binds, of advice; or what was assumed.",
        discussion: """
            Assumptions are whole sentences. Give one as the answer has it, or some words of it.

            EXAMPLES
              afd-sizer explain
              afd-sizer explain closed_form_not_trusted
              afd-sizer explain kv_memory tpot --output json
              afd-sizer explain "expert-parallel ranks"
            """)

    @Argument(help: "Codes as answers have them, or words of an assumption; without one, all codes are listed.")
    var codes: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        var found: [Explanation] = []
        // Words of a sentence have no code among them.
        let hasCode = codes.contains { !Explanation.of($0).isEmpty }
        let assumed = hasCode ? [] : Explanation.ofAssumption(codes.joined(separator: " "))
        for code in codes where assumed.isEmpty {
            let list = Explanation.of(code)
            if list.isEmpty {
                Output.error("\(code): there is no such code\(Explanation.suggestion(for: code))")
                throw ExitCode(ExitStatus.refused)
            }
            found += list
        }
        found += assumed
        switch output.format {
        case .json: try Output.answer(Explanation.json(codes.isEmpty ? Explanation.all : found))
        case .table:
            let terminal = output.terminal
            try Output.answer(
                Array((codes.isEmpty ? Explanation.index(terminal) : Explanation.text(found, terminal)).utf8))
        }
    }
}
