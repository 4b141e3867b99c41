import ArgumentParser
import Console
import SizingContract

struct Catalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the devices and models that can be named, shows one, or reads a config.json.",
        discussion: """
            EXAMPLES
              afd-sizer catalog
              afd-sizer catalog deepseek-v3
              afd-sizer catalog config.json --context 65536 --kv bf16
              afd-sizer catalog --output json
            """)

    @Argument(
        help: "The id of a device or a model, a model's config.json, or - for standard input; without it, all ids.")
    var id: String?

    @Option(help: "Tokens of one request, for the bytes of its cache.")
    var context: String?

    @Option(help: "The format of the KV cache, such as bf16; as published where not given.")
    var kv: String?

    @Option(help: "The format of the weights, such as fp8; as published where not given.")
    var weights: String?

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    /// What can be asked about.
    private enum Subject {
        case everything
        case device(String)
        case model(String)
        /// A config.json.
        case configuration(String)
    }

    func run() throws {
        let subject = try subject()
        let question: ModelOperation.Question
        do throws(ProblemDocument) {
            question = try ModelOperation.Question(context: context, kv: kv, weights: weights)
        } catch {
            throw AnswerCommand.refuse(error.text(pretty: true), output, of: .flags)
        }
        let body: [UInt8] =
            if case .configuration(let file) = subject { try AnswerCommand.contents(of: file) } else { [] }
        let reply =
            if let client = try server.client() {
                try Reply(client) { client throws(NoAnswer) in try ask(client, subject, body) }
            } else {
                Reply(Result { () throws(ProblemDocument) in try answer(subject, question, body) })
            }
        let origin: Refusal.Origin = if case .configuration(let file) = subject { .file(file) } else { .flags }
        try AnswerCommand.print(reply, output, .catalogue, of: origin)
    }

    /// - Throws: exit code 1 for a name that is neither in the catalogue nor one of a file.
    private func subject() throws(ExitCode) -> Subject {
        guard let id else { return .everything }
        switch CatalogueOperation.kind(of: id) {
        case .device: return .device(id)
        case .model: return .model(id)
        case nil: break
        }
        guard id == "-" || id.hasSuffix(".json") || id.contains("/") else {
            Output.error("\(id): there is no such device or model\(CatalogueOperation.suggestion(for: id))")
            throw ExitCode(ExitStatus.refused)
        }
        return .configuration(id)
    }

    private func answer(
        _ subject: Subject, _ question: ModelOperation.Question, _ body: [UInt8]
    ) throws(ProblemDocument) -> [UInt8] {
        return switch subject {
        case .everything: try CatalogueOperation().answer(to: .all, pretty: true, OperationContext())
        case .device(let id): try CatalogueOperation().answer(to: .device(id), pretty: true, OperationContext())
        case .model(let id):
            try ModelOperation(question).answer(
                to: try ModelOperation.input(id: id), pretty: true, OperationContext())
        case .configuration(let file):
            try ModelOperation(question, quantization: quantization(beside: file)).answer(to: body, pretty: true)
        }
    }

    /// What `hf_quant_config.json` says, which stands beside some models' config.json.
    private func quantization(beside file: String) -> [UInt8]? {
        guard file != "-" else { return nil }
        let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
        return try? FileReader.contents(of: folder + "hf_quant_config.json", limit: 16 << 20)
    }

    private func ask(
        _ client: ServiceClient, _ subject: Subject, _ body: [UInt8]
    ) throws(NoAnswer) -> ServiceResponse {
        var items = [(name: "pretty", value: "")]
        for (name, value) in [("context", context), ("kv", kv), ("weights", weights)] {
            if let value { items.append((name: name, value: value)) }
        }
        return switch subject {
        case .everything: try client.get("/v1/catalog", [("pretty", "")])
        case .device(let id): try client.get("/v1/catalog/devices/\(ServiceURL.encoded(id))", [("pretty", "")])
        case .model(let id): try client.get("/v1/catalog/models/\(ServiceURL.encoded(id))", items)
        case .configuration: try client.post("/v1/catalog/models", items, body: body, type: "application/json")
        }
    }
}
