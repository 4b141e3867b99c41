import Dispatch
import Glibc
import HTTPServer

// http-fixture --port N [--host H] [--access-log F] [--tls-certificate F --tls-private-key F]: the HTTP layer alone, for conformance
// cases, fuzzing and measurements.

private func say(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = write(descriptor, bytes, bytes.count)
}

private func fail(_ message: String) -> Never {
    say(
        "http-fixture: \(message)\nusage: http-fixture --port N [--host ADDRESS] [--loops N] [--access-log FILE] "
            + "[--tls-certificate FILE --tls-private-key FILE [--tls-client-ca FILE]]\n", to: STDERR_FILENO)
    exit(2)
}

var host = "127.0.0.1"
var port: Int?
var loops: Int?
var accessLog: String?
var certificate: String?
var privateKey: String?
var clientAuthority: String?
var arguments = CommandLine.arguments.dropFirst().makeIterator()
while let flag = arguments.next() {
    guard let value = arguments.next() else { fail("\(flag) needs a value") }
    switch flag {
    case "--host": host = value
    case "--port": port = Int(value)
    case "--loops": loops = Int(value)
    case "--access-log": accessLog = value
    case "--tls-certificate": certificate = value
    case "--tls-private-key": privateKey = value
    case "--tls-client-ca": clientAuthority = value
    default: fail("unknown flag \(flag)")
    }
}
guard let port, (0...65535).contains(port) else { fail("--port needs a number from 0 to 65535") }

/// Something of the machine's is not to be had.
private func giveUp(_ error: any Error) -> Never {
    say("http-fixture: \(error)\n", to: STDERR_FILENO)
    exit(69)
}

do { try HTTPServer.requireDescriptors(loops: loops) } catch { giveUp(error) }

var certificates: TLSCertificateStore?
if let certificate, let privateKey {
    do {
        certificates = try TLSCertificateStore(
            TLSConfiguration(
                certificatePath: certificate, privateKeyPath: privateKey, clientAuthorityPath: clientAuthority),
            now: MonotonicClock.now(),
            report: { say("\($0.description)\n", to: STDERR_FILENO) })
    } catch {
        fail("\(error)")
    }
}
let reloads = ReloadSchedule(certificates.map { [$0] } ?? [])

var configuration = ServerConfiguration(
    listeners: [.init(host: host, port: port, certificates: certificates)])
configuration.loops = loops
if let accessLog {
    let descriptor = open(accessLog, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { fail("\(accessLog) cannot be written") }
    configuration.observer = AccessLog(.json, to: LogWriter(descriptor: descriptor))
}
let server = HTTPServer(configuration: configuration, handler: FixtureHandler())
do {
    try server.start()
} catch {
    giveUp(error)
}
say("listening on \(host) port \(server.boundPorts.first ?? port)\n", to: STDOUT_FILENO)

signal(SIGTERM, SIG_IGN)
let termination = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .main)
termination.setEventHandler {
    Task {
        await server.drain(after: 0, grace: 10)
        exit(0)
    }
}
termination.activate()
signal(SIGHUP, SIG_IGN)
let hangUp = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .main)
hangUp.setEventHandler { reloads.reloadAll() }
hangUp.activate()
dispatchMain()
