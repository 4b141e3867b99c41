import ArgumentParser
import SizingAPI

struct Size: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers one sizing request, as POST /v1/size does.",
        discussion: """
            EXAMPLES
              afd-sizer size request.json
              echo '{"workload": {"prefill": 100, "decode": 500}, "batch_size": 256, "hardware": {"attention": \
            {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}}}' | afd-sizer size -
            """)

    @Argument(help: "A file with the request as JSON, or - for standard input.")
    var file: String

    func run() throws { try JSONCommand.run("/v1/size", file) }
}
