import ArgumentParser

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
        guard let target = ServiceURL(url), !target.isTLS else {
            throw ValidationError("'\(url)' is not an http:// address.")
        }
        guard (0.01...60).contains(timeout) else { throw ValidationError("--timeout must be from 0.01 to 60.") }
        do throws(NoAnswer) {
            let status = try Self.status(of: target, timeout: timeout)
            if status == 200 { return }
            Output.error("\(url) answered \(status)")
        } catch {
            Output.error("\(url): \(error.description)")
        }
        throw ExitCode(ExitStatus.refused)
    }

    /// The status of the answer to `GET`: "HTTP/1.1 200", the first twelve bytes tell.
    static func status(of target: ServiceURL, timeout: Double) throws(NoAnswer) -> Int {
        let connection = try ServiceConnection(target, timeout: timeout)
        try connection.send(ServiceClient.head("GET", target.path, target.authority, nil, nil))
        var start: [UInt8] = []
        while start.count < 12 {
            let bytes = try connection.receive()
            guard !bytes.isEmpty else { throw NoAnswer("closed without an answer") }
            start += bytes
        }
        guard start.starts(with: "HTTP/1.".utf8), let status = Int(String(decoding: start[9..<12], as: UTF8.self))
        else { throw NoAnswer("not an HTTP answer") }
        return status
    }
}
