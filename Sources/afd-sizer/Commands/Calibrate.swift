import ArgumentParser
import Console
import SizingContract

struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits latency coefficients to measured samples, as POST /v1/calibrate does.",
        discussion: """
            Samples are JSON as the service takes it, or CSV with the columns stage, load (or batch and context), latency_us and \
            optionally weight and layers. What --output json prints is accepted as "hardware" by the other commands.

            EXAMPLES
              afd-sizer calibrate samples.csv
              afd-sizer calibrate --output json samples.json > hardware.json
              afd-sizer calibrate --layers 61 kernel-profile.csv
            """)

    @Argument(help: "A file with the samples, or - for standard input.")
    var file: String

    @Option(help: "How many layers a step has, where the latencies are those of one.")
    var layers: String?

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func run() throws {
        let text = try AnswerCommand.text(of: file)
        // In the file layers is a member; only what the flag gives is spelt as one.
        let origin: Refusal.Origin = layers == nil ? .file(file) : .fileWithFlags(file, ["layers"])
        let operation = CalibrateOperation()
        let isJSON = text.first { $0 > 0x20 && $0 < 0x80 } == UInt8(ascii: "{")
        if let client = try server.client() {
            let reply = try Reply(client) { client throws(NoAnswer) in
                try client.post(
                    "\(CalibrateOperation.name)", (layers.map { [("layers", $0)] } ?? []) + [("pretty", "")],
                    body: text,
                    type: isJSON ? "application/json" : "text/csv")
            }
            return try AnswerCommand.print(reply, output, .calibration, of: origin)
        }
        let result = Result { () throws(ProblemDocument) in
            var input = isJSON ? try operation.input(from: text) : try CalibrateRequest(csv: text)
            if let layers { input = try input.repeated(layers: layers) }
            return try operation.answer(to: input, pretty: true, OperationContext())
        }
        try AnswerCommand.print(Reply(result), output, .calibration, of: origin)
    }
}
