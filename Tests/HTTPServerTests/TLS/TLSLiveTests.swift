import Synchronization
import Testing

@testable import HTTPServer

/// TLS listeners on loopback, from accept to close.
@Suite(.ownThreads, .timeLimit(.minutes(1)))
struct TLSLiveTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(TestIdentity(name: "localhost"))
    }

    private func store(authority: TestIdentity? = nil) throws -> TLSCertificateStore {
        var configuration = TLSConfiguration(
            certificatePath: folder.path("tls.crt"), privateKeyPath: folder.path("tls.key"))
        if let authority {
            configuration.clientAuthorityPath = try folder.write(authority.certificatePEM, to: "ca.crt")
        }
        return try TLSCertificateStore(configuration, now: 0)
    }

    /// Runs a server with a TLS port and a plain one for probes.
    private func withServer(
        _ store: TLSCertificateStore, observer: (any ServerObserver)? = nil,
        _ body: (_ port: Int, _ probe: Int) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(listeners: [
            .init(port: 0, certificates: store), .init(port: 0, role: .probe),
        ])
        configuration.loops = 2
        configuration.observer = observer
        let server = HTTPServer(configuration: configuration, handler: SecurityHandler())
        try server.start()
        let ports = server.boundPorts
        do { try await body(ports[0], ports[1]) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test func handlersKnowWhatIsSecure() async throws {
        try await withServer(store()) { port, probe in
            let client = try LiveTLSClient(port: port)
            #expect(client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\ntls main"))
            // The connection is kept.
            #expect(client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\ntls main"))
            #expect(client.protocolName == "http/1.1")
            let plain = TestClient(port: probe)
            #expect(plain.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\nplain probe"))
        }
    }

    @Test func aLargeBodyBothWays() async throws {
        try await withServer(store()) { port, _ in
            let client = try LiveTLSClient(port: port)
            let body = String(repeating: "0123456789", count: 100_000)
            let answer = client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            let isSame = answer.hasSuffix("\r\n\r\n" + body)
            #expect(isSame)
        }
    }

    @Test func mutualTLSAndProbesWithout() async throws {
        let authority = try TestIdentity(name: "authority")
        try await withServer(store(authority: authority)) { port, probe in
            let stranger = try LiveTLSClient(port: port)
            #expect(stranger.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").isEmpty)
            let known = try LiveTLSClient(
                port: port, .init(identity: TestIdentity(name: "client", issuer: authority, serial: 2)))
            #expect(known.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("tls main"))
            let kubelet = TestClient(port: probe)
            #expect(kubelet.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("plain probe"))
        }
    }

    @Test func certificatesChangeUnderOpenConnections() async throws {
        let store = try store()
        try await withServer(store) { port, _ in
            let old = try LiveTLSClient(port: port)
            #expect(old.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("tls main"))
            try folder.write(TestIdentity(name: "renewed"))
            store.poll(now: 1)
            let new = try LiveTLSClient(port: port)
            #expect(new.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("tls main"))
            #expect(new.serverName == "renewed")
            #expect(old.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("tls main"))
            #expect(old.serverName == "localhost")
        }
    }

    @Test func abortedHandshakesLeaveNothing() async throws {
        let metrics = ServerMetrics(product: "test", buildInformation: [])
        try await withServer(store(), observer: metrics) { port, _ in
            let hello = try OpenSSLClient()
            _ = hello.receive([])
            let bytes = hello.transport.outgoing
            for cut in [0, 1, 5, 100, bytes.count] {
                for _ in 0..<20 { LoopbackSocket(port: port).send(Array(bytes[..<cut])) }
            }
            let client = try LiveTLSClient(port: port)
            #expect(client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("tls main"))
            // Some may not have reached their loop yet, and count as no connection until then.
            await Gate.until { metrics.text().contains("http_tls_handshakes_total{result=\"failed\"} 100\n") }
            await Gate.until { metrics.text().contains("\nhttp_connections 1\n") }
            #expect(metrics.text().contains("http_tls_handshakes_total{result=\"ok\"} 1\n"))
            #expect(metrics.text().contains("http_tls_handshakes_total{result=\"failed\"} 100\n"))
        }
    }
}

/// Says how a request came; echoes a body.
private struct SecurityHandler: HTTPHandler {
    func handling(of head: RequestHead) -> RequestHandling {
        if head.hasBody {
            return RequestHandling(
                route: "/", body: .collect(limit: nil) { .now(Response(status: .ok, body: .bytes($0.body))) })
        }
        let text = (head.isTLS ? "tls " : "plain ") + (head.listener == .probe ? "probe" : "main")
        return .respond(route: "/", Response(status: .ok, body: .text(text)))
    }
}

/// OpenSSL as a client on a socket.
final class LiveTLSClient {
    private let socket: LoopbackSocket
    private let client: OpenSSLClient

    init(port: Int, _ options: OpenSSLClient.Options = .init(protocols: ["http/1.1"])) throws {
        socket = LoopbackSocket(port: port)
        client = try OpenSSLClient(options)
    }

    var protocolName: String? { client.negotiatedProtocol }
    var serverName: String { client.serverName }

    /// One answer with `Content-Length`; what there is of it if the connection ends.
    func ask(_ text: String) -> String {
        var plaintext = client.receive([])
        while !client.isEstablished {
            flush()
            let bytes = socket.receive()
            guard !bytes.isEmpty else { return "" }
            plaintext += client.receive(bytes)
        }
        client.write(text)
        flush()
        while true {
            let answer = String(decoding: plaintext, as: UTF8.self)
            if let end = answer.firstRange(of: "\r\n\r\n"),
                let field = answer[..<end.lowerBound].split(separator: "\r\n").first(where: {
                    $0.hasPrefix("Content-Length: ")
                }), let length = Int(field.dropFirst(16)), answer[end.upperBound...].utf8.count >= length
            {
                return answer
            }
            let bytes = socket.receive()
            guard !bytes.isEmpty else { return answer }
            plaintext += client.receive(bytes)
            flush()
        }
    }

    private func flush() {
        let bytes = client.transport.outgoing
        client.transport.outgoing = []
        socket.send(bytes)
    }
}
