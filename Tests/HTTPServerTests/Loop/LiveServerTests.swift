import Foundation
import Synchronization
import Testing

@testable import HTTPServer

/// A server on loopback, from accept to close.
@Suite(.ownThreads, .timeLimit(.minutes(1)))
struct LiveServerTests {
    /// `/gate` waits on the pool; everything else as in dialogues.
    private struct GateHandler: HTTPHandler {
        let gate: Gate

        func handling(of head: RequestHead) -> RequestHandling {
            guard head.path == "/gate" else { return DialogueHandler().handling(of: head) }
            let gate = gate
            return RequestHandling(
                route: "/gate",
                body: .collect(limit: nil) { _ in
                    .deferred { context in
                        gate.wait(context)
                        return Response(status: .ok, body: .text("done"))
                    }
                })
        }
    }

    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private let gated = "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n"

    private func withServer(
        gate: Gate = Gate(), _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: (HTTPServer, Int) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(listeners: [.init(port: 0)])
        configuration.loops = 2
        configuration.workers = 2
        change(&configuration)
        let server = HTTPServer(configuration: configuration, handler: GateHandler(gate: gate))
        try server.start()
        let port = try #require(server.boundPorts.first)
        do {
            try await body(server, port)
        } catch {
            await server.stop()
            throw error
        }
        gate.release()
        await server.stop()
    }

    @Test func blockingTestsHaveThreadsOfTheirOwn() async {
        #expect(Self.threadName() == OwnThreads.name)
        await Task.yield()
        #expect(Self.threadName() == OwnThreads.name, "after an await, too")
    }

    private static func threadName() -> String? { Thread.current.name }

    @Test func answersAndKeepsTheConnection() async throws {
        try await withServer { _, port in
            let client = TestClient(port: port)
            for _ in 0..<3 { #expect(client.ask(get).hasSuffix("\r\n\r\nroot")) }
            let echo = client.ask(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
            #expect(echo.hasSuffix("\r\n\r\nhi"))
            #expect(client.ask("POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nyo").hasSuffix("yo"))
            #expect(client.ask("GET /big HTTP/1.1\r\nHost: a\r\n\r\n").utf8.count > 100_000)
        }
    }

    /// Dispatch once took a new loop's epoll descriptor for that of a loop just stopped, and never watched it.
    @Test func aServerAfterAnotherIsServedByAllItsLoops() async throws {
        for _ in 0..<100 {
            try await withServer { _, port in
                let clients = (0..<4).map { _ in TestClient(port: port) }
                for client in clients { #expect(client.ask(get).hasSuffix("\r\n\r\nroot")) }
            }
        }
    }

    @Test func streamsBothWays() async throws {
        try await withServer { _, port in
            let client = TestClient(port: port)
            let chunk = String(repeating: "x", count: 100_000)
            client.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n")
            for _ in 0..<3 { client.send(chunk) }
            #expect(client.receiveAnswer().hasSuffix("\r\n\r\n300000"))
            client.send("GET /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let text = client.receiveAll()
            #expect(text.contains("4\r\none\n\r\n") && text.hasSuffix("5\r\nlast\n\r\n0\r\n\r\n"))
        }
    }

    @Test func connectionsBeyondTheMaximumAreTold() async throws {
        try await withServer {
            $0.limits.maximumConnections = 3
        } _: { server, port in
            let clients = (0..<3).map { _ in TestClient(port: port) }
            for client in clients { #expect(client.ask(get).hasPrefix("HTTP/1.1 200 ")) }
            let refused = TestClient(port: port).receiveAll()
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("Retry-After: 1"))
            #expect(clients[0].ask(get).hasPrefix("HTTP/1.1 200 "))
            clients[1].hangUp()
            await Gate.until { server.statistics.connections < 3 }
            #expect(TestClient(port: port).ask(get).hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aProbeGetsThroughAtTheMaximum() async throws {
        try await withServer { configuration in
            configuration.limits.maximumConnections = 1
            configuration.listeners.append(.init(port: 0, role: .probe))
        } _: { server, port in
            let client = TestClient(port: port)
            #expect(client.ask(get).hasPrefix("HTTP/1.1 200 "))
            #expect(TestClient(port: server.boundPorts[1]).ask(get).hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func withAllWorkersBusyCheapRequestsAreAnsweredAndAFullQueueIsSaid() async throws {
        let gate = Gate()
        try await withServer(gate: gate) {
            $0.workQueue = 1
        } _: { server, port in
            let busy = (0..<3).map { _ in TestClient(port: port) }
            for (index, client) in busy.enumerated() {
                client.send(gated)
                await Gate.until { server.statistics.runningJobs + server.statistics.waitingJobs == index + 1 }
            }
            await Gate.until { gate.entered.load(ordering: .relaxed) == 2 }
            let client = TestClient(port: port)
            for _ in 0..<100 { #expect(client.ask(get).hasSuffix("root")) }
            let refused = client.ask(gated)
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("Retry-After"))
            #expect(client.ask(get).hasSuffix("root"))
            gate.release()
            for client in busy { #expect(client.receiveAnswer().hasSuffix("done")) }
        }
    }

    @Test func workForAClientThatHasGoneIsCancelled() async throws {
        let gate = Gate()
        try await withServer(gate: gate) {
            $0.limits.halfCloseGrace = 0.1
        } _: { server, port in
            let client = TestClient(port: port)
            client.send(gated)
            await Gate.until { gate.entered.load(ordering: .relaxed) == 1 }
            client.hangUp()
            await Gate.until { gate.cancelled.load(ordering: .relaxed) == 1 }
            await Gate.until { server.statistics.connections == 0 }
        }
    }

    @Test func drainingFinishesWhatIsInFlight() async throws {
        let gate = Gate()
        try await withServer(gate: gate) { server, port in
            let busy = TestClient(port: port)
            busy.send(gated)
            await Gate.until { gate.entered.load(ordering: .relaxed) == 1 }
            let idle = TestClient(port: port)
            #expect(idle.ask(get).hasSuffix("root"))
            async let drained = server.drain(after: 0, grace: 30)
            await Gate.until { !TestClient(port: port).isConnected }
            // The loop of this connection learns of the drain a moment after the listeners are closed.
            var last = idle.ask(get)
            for _ in 0..<1000 where last.hasSuffix("root") && !last.contains("Connection: close") {
                last = idle.ask(get)
            }
            #expect(last.contains("Connection: close") && last.hasSuffix("root"))
            gate.release()
            let answer = busy.receiveAll()
            #expect(answer.contains("Connection: close") && answer.hasSuffix("done"))
            #expect(await drained)
        }
    }

    @Test func drainingEndsWhenItsTimeIsOver() async throws {
        let gate = Gate()
        try await withServer(gate: gate) { server, port in
            let busy = TestClient(port: port)
            busy.send(gated)
            await Gate.until { gate.entered.load(ordering: .relaxed) == 1 }
            #expect(await server.drain(after: 0, grace: 0.1) == false, "the client does not close")
            await Gate.until { gate.cancelled.load(ordering: .relaxed) == 1 }
            #expect(busy.receiveAll().hasPrefix("HTTP/1.1 503 "))
        }
    }

    @Test func whatWaitsForAWorkerWhenTheTimeIsOverLearnsThatItWasNotDone() async throws {
        let gate = Gate()
        try await withServer(gate: gate) {
            $0.workers = 1
        } _: { server, port in
            let busy = TestClient(port: port)
            busy.send(gated)
            await Gate.until { gate.entered.load(ordering: .relaxed) == 1 }
            let waiting = (0..<3).map { _ in TestClient(port: port) }
            for client in waiting { client.send(gated) }
            await Gate.until { server.statistics.waitingJobs == 3 }
            async let drained = server.drain(after: 0, grace: 4)
            for client in waiting + [busy] {
                let answer = client.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: "))
                client.hangUp()
            }
            #expect(await drained, "nothing was cut off")
        }
    }

    @Test func anAddressInUseIsAnError() async throws {
        try await withServer { _, port in
            let second = HTTPServer(
                configuration: ServerConfiguration(listeners: [.init(port: port)]), handler: DialogueHandler())
            #expect(throws: ServerStartError.self) { try second.start() }
        }
    }

    @Test func observersAreToldOfEveryAnswer() async throws {
        final class Recorder: ServerObserver {
            let records = Monitor<[String]>([])
            let open = Atomic<Int>(0)
            func requestFinished(_ record: RequestRecord) {
                let line =
                    "\(record.route) \(record.status) \(record.receivedBytes) \(record.sentBytes) \(record.completed)"
                records.withLock { $0.append(line) }
            }
            func connectionOpened(role: ListenerRole) { open.add(1, ordering: .relaxed) }
            func connectionClosed(role: ListenerRole) { open.subtract(1, ordering: .relaxed) }
            func rejected(_ reason: RejectionReason) { records.withLock { $0.append(reason.rawValue) } }
        }
        let recorder = Recorder()
        try await withServer {
            $0.observer = recorder
        } _: { server, port in
            let client = TestClient(port: port)
            _ = client.ask(get)
            _ = client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
            client.send("garbage\r\n")
            _ = client.receiveAll()
            client.hangUp()
            await Gate.until { server.statistics.connections == 0 }
            #expect(
                recorder.records.withLock { $0 } == [
                    "/ 200 0 4 true", "/echo 200 2 2 true", "malformed", " 400 0 123 true",
                ])
            await Gate.until { recorder.open.load(ordering: .relaxed) == 0 }
        }
    }
}
