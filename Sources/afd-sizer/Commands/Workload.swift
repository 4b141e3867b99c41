import ArgumentParser
import Calibration
import SizingContract

struct Workload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads a trace of requests and says what load it makes, as POST /v1/workload does.",
        discussion: """
            CSV, NDJSON and JSON are told apart by the file's name, or by its first byte; gzip is undone. Memory does not grow with \
            the trace. What --output json prints is accepted as "workload" by the other commands.

            EXAMPLES
              afd-sizer workload azure2023_conv.csv
              afd-sizer workload --output json mooncake.jsonl.gz > workload.json
              zcat huge.csv.gz | afd-sizer workload --format csv -
            """)

    @Argument(help: "A file with the trace, or - for standard input.")
    var file: String

    @Option(help: "How the trace is laid out (default: by its name or first byte).")
    var format: TraceFile.Format?

    @Option(
        help: ArgumentHelp(
            "The column of prefill lengths: its name, its number from 1, or a path as /usage/prompt_tokens.",
            valueName: "name"))
    var prefillColumn: String?

    @Option(help: ArgumentHelp("The column of decode lengths, likewise.", valueName: "name"))
    var decodeColumn: String?

    @Flag(help: "The first output token comes from prefill: one decode step less a request.")
    var firstTokenFromPrefill = false

    @Option(help: ArgumentHelp("The unit of arrival times that are numbers: s, ms, us or ns.", valueName: "unit"))
    var timeUnit: TraceFile.Unit?

    @Option(help: ArgumentHelp("Tokens of a block of hash_ids.", valueName: "tokens"))
    var blockTokens: Int?

    func validate() throws {
        guard let blockTokens else { return }
        guard 1...1_000_000 ~= blockTokens else {
            throw ValidationError("--block-tokens must be from 1 to 1000000.")
        }
    }

    @OptionGroup var output: OutputOptions

    @OptionGroup var server: ServerOptions

    func run() throws {
        let bar = ProgressBar()
        defer { bar?.finish() }
        var options = TraceOptions(
            prefillColumn: prefillColumn, decodeColumn: decodeColumn, firstTokenFromPrefill: firstTokenFromPrefill)
        options.timeUnit = timeUnit?.unit
        options.blockTokens = blockTokens
        let trace = TraceFile(path: file, format: format, options: options)
        let reply: Reply
        if let client = try server.client() {
            reply = try ask(client, trace)
        } else {
            do throws(Unreadable) {
                reply = Reply(try trace.answer { fraction in bar?.show(fraction) })
            } catch {
                bar?.finish()
                Output.error(error.description)
                throw ExitCode(ExitStatus.unavailable)
            }
        }
        bar?.finish()
        let flags = ["prefill_column", "decode_column", "first_token_from_prefill", "time_unit", "block_tokens"]
        try AnswerCommand.print(reply, output, .workload, of: .fileWithFlags(file, flags))
    }

    /// Sends the whole trace.
    private func ask(_ client: ServiceClient, _ trace: TraceFile) throws -> Reply {
        let body = try AnswerCommand.contents(of: file)
        var items = [(name: "pretty", value: "")]
        for (name, value) in [
            ("prefill_column", prefillColumn), ("decode_column", decodeColumn), ("time_unit", timeUnit?.rawValue),
            ("block_tokens", blockTokens.map { "\($0)" }),
            ("first_token_from_prefill", firstTokenFromPrefill ? "true" : nil),
        ] {
            if let value { items.append((name: name, value: value)) }
        }
        return try Reply(client) { client throws(NoAnswer) in
            try client.post(
                "\(WorkloadOperation.name)", items, body: body, type: trace.mediaType(of: body),
                coding: PackedFile.isGzip(body) ? "gzip" : nil)
        }
    }
}
