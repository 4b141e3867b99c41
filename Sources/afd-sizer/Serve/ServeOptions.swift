import ArgumentParser
import HTTPServer

/// The flags of `serve`; each has a variable `AFD_SIZER_…` of the same name.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address to listen on (default: 0.0.0.0).", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Port to listen on; 0 for any free one (default: 8080).", valueName: "n"))
    var port: Int?

    @Option(help: ArgumentHelp("A second port, without TLS, for health probes only.", valueName: "n"))
    var probePort: Int?

    @Option(help: ArgumentHelp("Certificate chain for TLS, PEM.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("Private key of the certificate, PEM.", valueName: "file"))
    var tlsPrivateKey: String?

    @Option(
        help: ArgumentHelp(
            "Authorities for client certificates, PEM: with it every client must have one.", valueName: "file"))
    var tlsClientCA: String?

    @Option(
        help: ArgumentHelp(
            "Revocation lists of those authorities, PEM: clients on them are not let in.", valueName: "file"))
    var tlsClientCRL: String?

    @Option(help: ArgumentHelp("TLS handshakes under way at a time (default: 1024).", valueName: "n"))
    var maxHandshakes: Int?

    @Option(
        help: ArgumentHelp(
            "TLS handshakes begun in a second; further clients wait (default: no limit).", valueName: "n"))
    var handshakeRate: Double?

    @Option(
        help: ArgumentHelp(
            "Whether the probe port offers /metrics too: true or false (default: false).", valueName: "bool"))
    var probeMetrics: Bool?

    @Option(
        help: ArgumentHelp(
            "Bearer tokens, one a line: with it every request but health probes and /metrics needs one.",
            valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp("Whether /metrics needs a token too: true or false (default: false).", valueName: "bool"))
    var protectMetrics: Bool?

    @Option(help: ArgumentHelp("Requests per second that one client may send (default: no limit).", valueName: "n"))
    var rateLimit: Double?

    @Option(
        help: ArgumentHelp(
            "Requests that one client may send at once beyond the rate (default: the rate, at least 1).", valueName: "n"
        ))
    var rateBurst: Int?

    @Option(help: ArgumentHelp("Longest request body in bytes (default: 1048576).", valueName: "bytes"))
    var maxBody: Int?

    @Option(help: ArgumentHelp("Connections open at a time (default: 16384).", valueName: "n"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "Bytes of all answers that may wait for their clients; then heavy requests are refused (default: 67108864).",
            valueName: "bytes"))
    var maxWaitingOutput: Int?

    @Option(
        help: ArgumentHelp(
            "Bytes of all bodies that may wait for the rest of them; then further ones are refused (default: 134217728).",
            valueName: "bytes"))
    var maxWaitingInput: Int?

    @Option(help: ArgumentHelp("Event loops (default: one per core).", valueName: "n"))
    var loops: Int?

    @Option(help: ArgumentHelp("Threads for heavy work (default: one per core).", valueName: "n"))
    var workers: Int?

    @Option(help: ArgumentHelp("Heavy requests that may wait for a thread (default: 64).", valueName: "n"))
    var workQueue: Int?

    @Option(
        help: ArgumentHelp(
            "Seconds of one core that a request may take by estimate; more is refused (default: 120).",
            valueName: "seconds"))
    var maxWorkSeconds: Double?

    @Option(
        help: ArgumentHelp(
            "Memory that requests may take together by estimate, bytes; one that takes more is refused (default: 335544320).",
            valueName: "bytes"))
    var maxWorkMemory: Int?

    @Option(
        help: ArgumentHelp(
            "The most work of one simulation, in completions and worker-steps; more is refused (default: 5e8).",
            valueName: "n"))
    var maxSimulationWork: Double?

    @Option(
        help: ArgumentHelp(
            "The longest trace of /v1/workload, bytes after decompression (default: 8589934592).", valueName: "bytes"))
    var maxTrace: Int?

    @Option(
        help: ArgumentHelp(
            "The longest timeout_ms of a simulation, milliseconds (default: 60000).", valueName: "ms"))
    var maxSimulationTime: Int?

    @Option(help: ArgumentHelp("Simulation results kept for requests that come again (default: 256).", valueName: "n"))
    var simulationCache: Int?

    @Option(
        help: ArgumentHelp(
            "Seconds between SIGTERM and closing the listeners; /readyz is 503 meanwhile (default: 0).",
            valueName: "seconds"))
    var drainDelay: Double?

    @Option(
        help: ArgumentHelp(
            "Seconds after SIGTERM when what is still open is cut off (default: 30).", valueName: "seconds"))
    var gracePeriod: Double?

    @Option(
        help: ArgumentHelp("Format of the log on standard error: json or text (default: json).", valueName: "format"))
    var logFormat: LogFormat?

    @Option(help: ArgumentHelp("A log line for each request: true or false (default: true).", valueName: "bool"))
    var accessLog: Bool?
}

extension LogFormat: ExpressibleByArgument {}
