import ArgumentParser
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

    @Option(help: OutputFormat.help)
    var output: OutputFormat?

    func run() throws {
        let format = OutputFormat.chosen(output)
        guard let id else { return try print(Result { () throws(ProblemDocument) in try list(.all) }, format) }
        switch CatalogueOperation.kind(of: id) {
        case .device: try print(Result { () throws(ProblemDocument) in try list(.device(id)) }, format)
        case .model:
            let result = Result { () throws(ProblemDocument) in
                try operation().answer(to: try ModelOperation.input(id: id), pretty: true, OperationContext())
            }
            try print(result, format)
        case nil:
            guard id == "-" || id.hasSuffix(".json") || id.contains("/") else {
                Output.error("\(id): there is no such device or model\(CatalogueOperation.suggestion(for: id))")
                throw ExitCode(ExitStatus.refused)
            }
            let text = try AnswerCommand.contents(of: id)
            let beside = quantization(beside: id)
            let result = Result { () throws(ProblemDocument) in
                try operation(quantization: beside).answer(to: text, pretty: true)
            }
            try print(result, format)
        }
    }

    private func list(_ input: CatalogueOperation.Input) throws(ProblemDocument) -> [UInt8] {
        try CatalogueOperation().answer(to: input, pretty: true, OperationContext())
    }

    private func operation(quantization: [UInt8]? = nil) throws(ProblemDocument) -> ModelOperation {
        ModelOperation(
            try ModelOperation.Question(context: context, kv: kv, weights: weights), quantization: quantization)
    }

    /// What `hf_quant_config.json` says, which stands beside some models' config.json.
    private func quantization(beside file: String) -> [UInt8]? {
        guard file != "-" else { return nil }
        let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
        return try? FileReader.contents(of: folder + "hf_quant_config.json", limit: 16 << 20)
    }

    private func print(_ result: Result<[UInt8], ProblemDocument>, _ format: OutputFormat) throws {
        try AnswerCommand.print(result, format)
    }
}
