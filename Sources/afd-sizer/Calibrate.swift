import ArgumentParser
import SizingAPI

struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits latency coefficients to measured samples, as POST /v1/calibrate does.",
        discussion: """
            Samples are JSON as the service takes it, or CSV with the columns stage, load (or batch and context), latency_us and \
            optionally weight. What --output json prints is accepted as "hardware" by the other commands.

            EXAMPLES
              afd-sizer calibrate samples.csv
              afd-sizer calibrate --output json samples.json > hardware.json
            """)

    @Argument(help: "A file with the samples, or - for standard input.")
    var file: String

    @Option(help: OutputFormat.help)
    var output: OutputFormat?

    func run() throws {
        let body: [UInt8]
        do throws(Input.Unreadable) {
            body = try Input.read(file)
        } catch {
            Output.error(error.description)
            throw ExitCode(ExitStatus.unavailable)
        }
        let answer = SizingService().calibrate(body, pretty: true)
        if answer.status < 400, OutputFormat.chosen(output) == .table {
            Output.write(SummaryTable.calibration(answer.body))
        } else {
            Output.write(answer.body)
        }
        if answer.status >= 400 { throw ExitCode(ExitStatus.refused) }
    }
}
