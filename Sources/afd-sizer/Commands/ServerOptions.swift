import ArgumentParser

/// The flags of every command that can ask a running service.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Ask the service at this address in place of answering here.", valueName: "url"),
        transform: ServiceURL.argument)
    var server: ServiceURL?

    @Option(help: ArgumentHelp("A file whose first line is the service's bearer token.", valueName: "file"))
    var serverToken: String?

    @Option(
        help: ArgumentHelp(
            "Of https: a PEM file of the authorities that are trusted (default: the system's).", valueName: "file"))
    var serverCa: String?

    @Option(help: ArgumentHelp("Seconds to wait for the service before giving up.", valueName: "seconds"))
    var timeout: Double = 600

    func validate() throws {
        guard (0.01...86_400).contains(timeout) else { throw ValidationError("--timeout must be from 0.01 to 86400.") }
        guard serverToken == nil || server != nil else { throw ValidationError("--server-token needs --server.") }
        guard serverCa == nil || server?.isTLS == true else {
            throw ValidationError("--server-ca needs --server with an https:// address.")
        }
    }

    /// nil where no service is to be asked.
    ///
    /// - Throws: exit code 69 where the token cannot be read.
    func client() throws -> ServiceClient? {
        guard let server else { return nil }
        let token = try serverToken.map { file in
            let text = try AnswerCommand.contents(of: file)
            let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            guard !line.isEmpty, line.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                Output.error("\(file): its first line is no token")
                throw ExitCode(ExitStatus.unavailable)
            }
            return String(decoding: line, as: UTF8.self)
        }
        return ServiceClient(url: server, timeout: timeout, token: token, authorities: serverCa)
    }
}

extension ServiceURL {
    /// The value of a flag.
    static func argument(_ text: String) throws -> ServiceURL {
        guard let url = ServiceURL(text) else {
            throw ValidationError("It must be http://HOST:PORT or https://HOST:PORT.")
        }
        return url
    }
}
