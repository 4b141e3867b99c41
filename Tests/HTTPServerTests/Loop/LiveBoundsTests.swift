import Testing

@testable import HTTPServer

/// What a few clients can take from the others, over sockets.
@Suite(.ownThreads, .timeLimit(.minutes(1)))
struct LiveBoundsTests {
    /// `/large` makes eight megabytes on the pool, `/block` keeps its event loop until the gate opens.
    private struct Handler: HTTPHandler {
        let gate: Gate

        func handling(of head: RequestHead) -> RequestHandling {
            let gate = gate
            switch head.path {
            case "/large":
                return RequestHandling(
                    route: "/large",
                    body: .collect(limit: nil) { _ in
                        .deferred { _ in Response(status: .ok, body: .bytes([UInt8](repeating: 1, count: 8 << 20))) }
                    })
            case "/block":
                return RequestHandling(
                    route: "/block",
                    body: .collect(limit: nil) { _ in
                        gate.wait()
                        return .now(Response(status: .ok, body: .text("done")))
                    })
            default: return DialogueHandler().handling(of: head)
            }
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let large = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"

    private func withServer(
        gate: Gate = Gate(), _ change: (inout ServerConfiguration) -> Void,
        _ body: (HTTPServer, Int) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(listeners: [.init(port: 0), .init(port: 0, role: .probe)])
        configuration.loops = 1
        configuration.workers = 1
        change(&configuration)
        let server = HTTPServer(configuration: configuration, handler: Handler(gate: gate))
        try server.start()
        let port = try #require(server.boundPorts.first)
        do {
            try await body(server, port)
        } catch {
            gate.release()
            await server.stop()
            throw error
        }
        gate.release()
        await server.stop()
    }

    @Test func heavyWorkIsRefusedWhileResponsesWaitForTheirClients() async throws {
        try await withServer {
            $0.limits.maximumWaitingOutput = 1 << 20
        } _: { server, port in
            let silent = TestClient(port: port)
            silent.send(Self.large)
            await Gate.until { server.statistics.waitingOutput > 1 << 20 }
            let client = TestClient(port: port)
            let refused = client.ask(Self.large)
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("Retry-After: "))
            #expect(client.ask(Self.get).hasSuffix("root"), "what is light is answered")
            silent.hangUp()
            await Gate.until { server.statistics.waitingOutput == 0 }
            client.send(Self.large)
            #expect(client.receive().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aClientThatSendsAllBeforeItReadsLearnsThatItsBodyIsTooLarge() async throws {
        try await withServer {
            $0.limits.maximumBody = 1 << 20
        } _: { _, port in
            for _ in 0..<20 {
                let client = TestClient(port: port)
                client.send("POST /block HTTP/1.1\r\nHost: a\r\nContent-Length: \(4 << 20)\r\n\r\n")
                client.send(String(repeating: "x", count: 4 << 20))
                #expect(client.receive().hasPrefix("HTTP/1.1 413 "))
            }
        }
    }

    @Test func clientsThatReadNothingMakeRoomForOthers() async throws {
        let metrics = ServerMetrics(product: "test", buildInformation: [])
        try await withServer {
            $0.limits.maximumWaitingOutput = 1 << 20
            $0.limits.bodyRateWindow = 0.1
            $0.observer = metrics
        } _: { server, port in
            let silent = (0..<3).map { _ in TestClient(port: port) }
            for client in silent { client.send(Self.large) }
            await Gate.until { metrics.text().contains("http_rejections_total{reason=\"output_limit\"} 3") }
            await Gate.until { server.statistics.waitingOutput == 0 }
            let client = TestClient(port: port)
            client.send(Self.large)
            #expect(client.receive().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func bodiesThatNeverEndLeaveRoomForOthers() async throws {
        try await withServer {
            $0.limits.maximumWaitingInput = 1 << 20
        } _: { server, port in
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 600001\r\n\r\n"
            let slow = TestClient(port: port)
            slow.send(head + String(repeating: "x", count: 600_000))
            await Gate.until { server.statistics.waitingInput == 600_000 }
            // Whoever makes it too much is refused, before the whole of it has come.
            let client = TestClient(port: port)
            client.send(head + String(repeating: "x", count: 600_000))
            let refused = client.receiveAll()
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("Retry-After: "))
            let small = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
            #expect(TestClient(port: port).ask(small).hasSuffix("hi"), "what is small is let in")
            slow.send("x")
            #expect(slow.receive().hasPrefix("HTTP/1.1 200 "))
            await Gate.until { server.statistics.waitingInput == 0 }
        }
    }

    @Test func probesHaveALoopOfTheirOwn() async throws {
        let gate = Gate()
        try await withServer(gate: gate) { _ in
        } _: { server, port in
            let busy = TestClient(port: port)
            busy.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n")
            await Gate.until { gate.entered.load(ordering: .relaxed) == 1 }
            let probe = TestClient(port: server.boundPorts[1])
            for _ in 0..<3 { #expect(probe.ask(Self.get).hasSuffix("root")) }
            gate.release()
            #expect(busy.receiveAnswer().hasSuffix("done"))
        }
    }

    // MARK: Handshakes

    private func certificates() throws -> TLSCertificateStore {
        let folder = try TemporaryFolder()
        try folder.write(TestIdentity(name: "localhost"))
        return try TLSCertificateStore(
            TLSConfiguration(certificatePath: folder.path("tls.crt"), privateKeyPath: folder.path("tls.key")), now: 0)
    }

    @Test func handshakesUnderWayAreLimited() async throws {
        let metrics = ServerMetrics(product: "test", buildInformation: [])
        let store = try certificates()
        try await withServer {
            $0.listeners = [.init(port: 0, certificates: store)]
            $0.limits.maximumHandshakes = 2
            $0.observer = metrics
        } _: { server, port in
            // A connection that has finished its handshake does not count.
            let client = try LiveTLSClient(port: port)
            #expect(client.ask(Self.get).hasSuffix("root"))
            var idle = (0..<2).map { _ in LoopbackSocket(port: port) }
            await Gate.until { server.statistics.connections == 3 }
            #expect(LoopbackSocket(port: port).receive().isEmpty, "closed at once")
            #expect(metrics.text().contains("http_rejections_total{reason=\"handshake_limit\"} 1"))
            #expect(client.ask(Self.get).hasSuffix("root"))
            idle.removeAll()
            await Gate.until { server.statistics.connections == 1 }
            #expect(try LiveTLSClient(port: port).ask(Self.get).hasSuffix("root"))
        }
    }

    @Test func theRateOfHandshakes() {
        var limits = ServerLimits()
        limits.handshakeRate = 10
        let state = ServerState(limits)
        var now: UInt64 = 1_000_000_000
        var begun = 0
        for _ in 0..<100 {
            while state.isHandshakeDue(now: now), state.beginHandshake(now: now) { begun += 1 }
            now += 100_000_000
        }
        // Ten seconds of ten, and what may be ahead.
        #expect((100...104).contains(begun))
        #expect(ServerState(ServerLimits()).isHandshakeDue(now: 0), "without a rate always")
    }
}
