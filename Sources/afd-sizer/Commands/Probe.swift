import ArgumentParser
import Glibc

struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks an address whether it answers with 200: for container health checks.",
        discussion: """
            EXAMPLES
              afd-sizer probe http://127.0.0.1:8080/healthz
              afd-sizer probe http://127.0.0.1:8081/readyz --timeout 1
            """)

    @Argument(help: "An http:// address. TLS is not spoken: give the service a --probe-port for that.")
    var url: String

    @Option(help: ArgumentHelp("Seconds to wait for the answer.", valueName: "seconds"))
    var timeout: Double = 2

    func run() throws {
        guard let target = ProbeTarget(url) else { throw ValidationError("'\(url)' is not an http:// address.") }
        guard (0.01...60).contains(timeout) else { throw ValidationError("--timeout must be from 0.01 to 60.") }
        switch target.status(timeout: timeout) {
        case .success(200): return
        case .success(let status):
            Output.error("\(url) answered \(status)")
        case .failure(let error):
            Output.error("\(url): \(error.description)")
        }
        throw ExitCode(ExitStatus.refused)
    }
}
