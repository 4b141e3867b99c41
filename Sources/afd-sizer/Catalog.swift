import ArgumentParser
import SizingAPI

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
        guard let answer = CatalogText.make(id: id, json: OutputFormat.chosen(output) == .json) else {
            Output.error("\(id ?? ""): there is no such device or model\(CatalogText.suggestion(for: id ?? ""))")
            throw ExitCode(ExitStatus.refused)
        }
        Output.write(answer)
    }
}
