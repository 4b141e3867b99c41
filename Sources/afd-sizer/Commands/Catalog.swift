import ArgumentParser
import SizingContract

struct Catalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the devices and models that can be named, or shows one.",
        discussion: """
            EXAMPLES
              afd-sizer catalog
              afd-sizer catalog deepseek-v3
              afd-sizer catalog --output json
            """)

    @Argument(help: "The id of a device or a model; without it, all of them.")
    var id: String?

    @Option(help: OutputFormat.help)
    var output: OutputFormat?

    func run() throws {
        do throws(ProblemDocument) {
            let answer = try CatalogueOperation().answer(
                to: id.map { .any($0) } ?? .all, pretty: true, OperationContext())
            Output.write(
                OutputFormat.chosen(output) == .json ? answer : Array(AnswerTable.text(of: answer).utf8))
        } catch {
            let id = id ?? ""
            Output.error("\(id): there is no such device or model\(CatalogueOperation.suggestion(for: id))")
            throw ExitCode(ExitStatus.refused)
        }
    }
}
