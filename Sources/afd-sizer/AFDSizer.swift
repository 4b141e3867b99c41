import ArgumentParser
import SizingContract

/// The command `afd-sizer`.
@main
struct AFDSizer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "afd-sizer",
        abstract: "Sizes Attention and FFN instances for disaggregated LLM decoding.",
        discussion: """
            EXAMPLES
              afd-sizer serve --port 8080
              afd-sizer size request.json
              afd-sizer plan fleet.json --output table
              afd-sizer catalog deepseek-v3
              afd-sizer simulate request.json
              afd-sizer replay request.json --policy static --policy advice
              afd-sizer workload trace.csv
              afd-sizer calibrate samples.csv
              afd-sizer probe http://127.0.0.1:8080/healthz

            EXIT CODES
              0  done
              1  the request was refused, or the service did not answer as asked
              64 the command line or a setting is wrong
              69 a file, an address or a certificate cannot be used, or the output cannot be written
            """,
        version: ServiceVersion.current.description,
        subcommands: [
            Serve.self, Size.self, Plan.self, Catalog.self, Curve.self, Simulate.self, Replay.self, Workload.self,
            Calibrate.self, Probe.self,
        ])

    static func main() async {
        StandardStreams.openMissing()
        await main(nil)
    }
}
