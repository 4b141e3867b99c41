import ArgumentParser
import Console
import SizingContract

/// A model on devices by name, as flags: the query of `GET /v1/size`, spelt with hyphens. Values are read by the contract, which
/// knows their ranges: numbers are taken as they are (`.unconditional`), so that a negative one is refused with its range.
struct HardwareFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Without a file: a model of the catalogue.", valueName: "id"))
    var model: String?

    @Option(help: ArgumentHelp("A device of the catalogue, for both pools.", valueName: "id"))
    var device: String?

    @Option(help: ArgumentHelp("The device of Attention instances, where it is another.", valueName: "id"))
    var attentionDevice: String?

    @Option(help: ArgumentHelp("The device of FFN instances, where it is another.", valueName: "id"))
    var ffnDevice: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Tokens of a prompt.", valueName: "tokens"))
    var prefill: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Mean tokens of an output.", valueName: "tokens"))
    var decode: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Microbatches of an Attention instance (default: 2).", valueName: "number"))
    var microbatches: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Data-parallel ranks of an Attention instance (default: 1).", valueName: "degree"))
    var dataParallel: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Tensor-parallel devices of an Attention rank (default: chosen).", valueName: "degree"))
    var tensorParallel: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Expert-parallel devices of an FFN instance (default: chosen).", valueName: "degree"))
    var expertParallel: String?

    @Option(
        help: ArgumentHelp("scale_up or scale_out (default: scale_out, where the devices have it).", valueName: "kind"))
    var link: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The longest time per output token, milliseconds.", valueName: "ms")
    )
    var tpotMs: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The most Attention instances for an FFN instance.", valueName: "number"))
    var maxRatio: String?

    var items: [(name: String, value: String)] {
        [
            ("model", model), ("device", device), ("attention_device", attentionDevice), ("ffn_device", ffnDevice),
            ("prefill", prefill), ("decode", decode), ("microbatches", microbatches), ("data_parallel", dataParallel),
            ("tensor_parallel", tensorParallel), ("expert_parallel", expertParallel), ("link", link),
            ("tpot_ms", tpotMs), ("max_ratio", maxRatio),
        ].given
    }
}

/// What only a sizing takes.
struct SizeFlags: ParsableArguments {
    @OptionGroup var hardware: HardwareFlags

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Requests of an instance's microbatch (default: the largest useful).", valueName: "number"))
    var batchSize: String?

    var items: [(name: String, value: String)] { hardware.items + [("batch_size", batchSize)].given }

    /// Answers the sizing that the flags ask for.
    func run(withCurve: Bool, _ output: OutputOptions, _ report: AnswerReport, _ server: ServerOptions) throws {
        let items = items + (withCurve ? [(name: "include", value: "curve")] : [])
        try AnswerCommand.run(SizeByNameOperation(), items, output, report, server: server) {
            () throws(ProblemDocument) in
            try SizeQuery.decode(items).0
        }
    }
}

/// What only a plan takes.
struct PlanFlags: ParsableArguments {
    @OptionGroup var hardware: HardwareFlags

    @Option(parsing: .unconditional, help: ArgumentHelp("Requests that arrive in a second.", valueName: "number"))
    var requestsPerSecond: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Index of dispersion of the arrivals (default: 1).", valueName: "number"))
    var dispersion: String?

    @Option(help: ArgumentHelp("The device of prefill instances, where it is another.", valueName: "id"))
    var prefillDevice: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Tensor-parallel devices of a prefill instance (default: chosen).", valueName: "degree"))
    var prefillTensorParallel: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The longest time to the first token (p90), milliseconds.", valueName: "ms"))
    var ttftMs: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The longest wait for a slot (p99), milliseconds.", valueName: "ms")
    )
    var waitMs: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The part of prompts that a prefix cache holds, 0 to 1.", valueName: "fraction"))
    var cachedFraction: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The link from prefill to decode, GB/s.", valueName: "number"))
    var bandwidthGbS: String?

    var items: [(name: String, value: String)] {
        hardware.items
            + [
                ("requests_per_second", requestsPerSecond), ("dispersion", dispersion),
                ("prefill_device", prefillDevice), ("prefill_tensor_parallel", prefillTensorParallel),
                ("ttft_ms", ttftMs), ("wait_ms", waitMs), ("cached_fraction", cachedFraction),
                ("bandwidth_gb_s", bandwidthGbS),
            ].given
    }
}

extension [(String, String?)] {
    /// Those that have a value.
    fileprivate var given: [(name: String, value: String)] {
        compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}
