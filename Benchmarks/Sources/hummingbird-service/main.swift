import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOSSL

// hummingbird-service PORT [CERTIFICATE KEY]: what the service is compared with. Router, coders and logger are those that
// Hummingbird's own template uses; nothing is logged per request.

let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 4, let port = Int(arguments[1]) else {
    fatalError("usage: hummingbird-service PORT [CERTIFICATE KEY]")
}

let router = Router(context: BasicRequestContext.self)
router.get("healthz") { _, _ in
    Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(string: "{\"status\":\"ok\"}\n")))
}
router.post("v1/size") { request, context -> SizeResponse in
    let size = try await request.decode(as: SizeRequest.self, context: context)
    return try SizeResponse(answering: size)
}

var server: HTTPServerBuilder = .http1()
if arguments.count == 4 {
    let certificates = try NIOSSLCertificate.fromPEMFile(arguments[2]).map { NIOSSLCertificateSource.certificate($0) }
    let key = try NIOSSLPrivateKey(file: arguments[3], format: .pem)
    server = try .tls(
        .http1(),
        tlsConfiguration: TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates, privateKey: NIOSSLPrivateKeySource.privateKey(key)))
}
var logger = Logger(label: "hummingbird-service")
logger.logLevel = .notice
let application = Application(
    router: router, server: server, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
try await application.runService()
