import ArgumentParser
import Glibc
import SizingContract

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the HTTP interface.",
        discussion: """
            Every flag can be set by a variable: --probe-port by AFD_SIZER_PROBE_PORT. A flag beats its variable.

            SIGTERM and SIGINT end the service in order, with exit code 0; a second one ends it at once. SIGHUP reads \
            certificates and tokens anew.

            EXAMPLES
              afd-sizer serve --port 8080
              AFD_SIZER_PORT=8443 afd-sizer serve --tls-certificate tls.crt --tls-private-key tls.key --probe-port 8081
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try ServeSettings(options, Settings())
        let process: ServiceProcess
        do {
            process = try ServiceProcess(settings)
            try process.start()
        } catch {
            Output.error("\(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
        try Output.line("afd-sizer \(ServiceVersion.current) serves \(process.addresses.joined(separator: " and "))")
        let clean = await process.runUntilSignal()
        if !clean { Output.error("some connections were cut off when the grace period ended") }
    }
}
