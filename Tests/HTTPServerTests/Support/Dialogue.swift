@testable import HTTPServer

/// A conversation with the HTTP side of a connection, without sockets, threads or a clock.
///
/// `say` is what the client sends; what comes back is text in which the fields that change from answer to answer are
/// left out. Work for the pool waits in `works` until `runWork`.
final class Dialogue {
    final class WorkBox {
        var works: [Work] = []
        var isFull = false
    }

    private(set) var http: HTTPConnection
    let box = WorkBox()
    /// Nanoseconds.
    private(set) var now: UInt64 = 1_000_000_000_000
    private var pending: [UInt8] = []
    private var answer: [UInt8] = []
    private(set) var commands: [HTTPConnection.Command] = []
    private var hasHungUp = false
    private var endWasSeen = false
    /// The client does not read.
    var isBlocked = false
    /// Bytes that it has read.
    private var taken = 0

    init(
        limits: ServerLimits = ServerLimits(), handler: any HTTPHandler = DialogueHandler(),
        observer: (any ServerObserver)? = nil
    ) {
        let services = ConnectionServices(
            handler: handler, limits: limits, retryAfter: 1, observer: observer, seed: 1
        ) { [box] work, _ in
            guard !box.isFull else { return .workQueueFull }
            box.works.append(work)
            return nil
        }
        services.date.update(to: 0)
        http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: .unknown, listener: .main, isTLS: false),
            id: ConnectionID(index: 0, generation: 0), now: now)
    }

    /// Whether the socket would be closed by now.
    var isClosed: Bool { commands.contains(.close) || commands.contains(.reset) }
    var isHalfClosed: Bool { commands.contains(.halfClose) }

    @discardableResult
    func say(_ text: String) -> String { say(Array(text.utf8)) }

    @discardableResult
    func say(_ bytes: [UInt8]) -> String {
        guard !isClosed else { return "" }
        pending += bytes
        return play()
    }

    /// The client closes its side.
    @discardableResult
    func hangUp() -> String {
        http.clientClosed(now: now)
        hasHungUp = true
        return play()
    }

    /// The connection breaks.
    func breakOff() { http.connectionClosed(now: now) }

    /// The time passes, and the deadlines in it.
    @discardableResult
    func wait(_ seconds: Double) -> String {
        let end = now + Timeouts.nanoseconds(seconds)
        while !isClosed, let deadline = http.deadline, deadline <= end {
            now = max(now, deadline)
            let before = http.deadline
            http.deadlinePassed(now: now)
            _ = play(keeping: true)
            precondition(http.deadline != before || isClosed, "a deadline that passed stays")
        }
        now = end
        return takeAnswer()
    }

    /// Runs the oldest piece of work that was given to the pool.
    @discardableResult
    func runWork() -> String {
        precondition(!box.works.isEmpty, "there is no work")
        switch box.works.removeFirst() {
        case .respond(let job, let context): http.workFinished(.response(job(context)), now: now)
        case .consume(let consumer, let chunk):
            http.workFinished(.consumed(by: consumer, consumer.consume(chunk)), now: now)
        case .stream(let job, let context, let backlog):
            let pieces = Pieces()
            let stream = ResponseStream(context: context) { bytes, droppable in
                if droppable, !backlog.isEmpty { return false }
                backlog.add(bytes.count)
                pieces.add(bytes)
                return true
            }
            job(stream)
            for piece in pieces.take() { http.workFinished(.streamPiece(piece), now: now) }
            http.workFinished(.streamEnded, now: now)
        }
        return play()
    }

    /// The time for what is under way is over.
    @discardableResult
    func graceEnds() -> String {
        http.graceEnds(now: now)
        return play()
    }

    func drain(grace: Double = 1) { http.drainBegan(now: now, grace: Timeouts.nanoseconds(grace)) }

    /// The client reads on.
    @discardableResult
    func unblock() -> String {
        isBlocked = false
        return play()
    }

    private func play(keeping: Bool = false) -> String {
        var progressed = true
        while progressed, !isClosed {
            progressed = http.awaitsTurn
            http.turnCame(now: now)
            if http.discardsInput {
                http.discard(pending.count)
                pending = []
            } else if http.acceptsInput {
                let used = http.receive(pending.span, now: now)
                pending.removeFirst(used)
                progressed = used > 0
            }
            if hasHungUp, !endWasSeen, pending.isEmpty, http.acceptsInput || http.discardsInput {
                endWasSeen = true
                http.inputClosed(now: now)
                progressed = true
            }
            if isBlocked {
                if !http.output.isEmpty { http.outputBlocked(sent: taken, now: now) }
            } else {
                while let count = http.output.withNext({ bytes in
                    answer.append(contentsOf: bytes)
                    taken += bytes.count
                    return bytes.count
                }) {
                    http.output.consume(count)
                    progressed = true
                }
                http.outputSent(now: now)
            }
            if let command = http.takeCommand() {
                commands.append(command)
                progressed = true
            }
        }
        return keeping ? "" : takeAnswer()
    }

    private func takeAnswer() -> String {
        defer { answer = [] }
        return String(decoding: answer, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("Date: ") && !$0.hasPrefix("X-Request-Id: ") }.joined(separator: "\n")
    }
}

/// Pieces of a streamed answer, gathered in a closure that must be Sendable.
///
/// `@unchecked Sendable`: used by one test on one thread.
private final class Pieces: @unchecked Sendable {
    private var pieces: [[UInt8]] = []
    func add(_ bytes: [UInt8]) { pieces.append(bytes) }
    func take() -> [[UInt8]] { pieces }
}

/// Routes for dialogues and for live servers.
struct DialogueHandler: HTTPHandler {
    func handling(of head: RequestHead) -> RequestHandling {
        let route = head.path
        switch route {
        case "/": return .respond(route: route, Response(status: .ok, body: .text("root")))
        case "/big":
            return .respond(route: route, Response(status: .ok, body: .bytes(Array(repeating: 120, count: 100_000))))
        case "/empty": return .respond(route: route, Response(status: .noContent, body: .text("dropped")))
        case "/wrong": return .respond(route: route, Response(status: .init(code: 101)))
        case "/echo":
            return RequestHandling(
                route: route, body: .collect(limit: nil) { .now(Response(status: .ok, body: .bytes($0.body))) })
        case "/small":
            return RequestHandling(
                route: route, body: .collect(limit: 10) { .now(Response(status: .ok, body: .bytes($0.body))) })
        case "/work":
            return RequestHandling(
                route: route,
                body: .collect(limit: nil) { request in
                    .deferred { context in
                        Response(status: context.isCancelled ? .serviceUnavailable : .ok, body: .bytes(request.body))
                    }
                })
        case "/events":
            return RequestHandling(
                route: route,
                body: .collect(limit: nil) { _ in
                    .stream(head: Response(status: .ok)) { stream in
                        stream.send(Array("one\n".utf8), droppable: true)
                        stream.send(Array("two\n".utf8), droppable: true)
                        stream.send(Array("last\n".utf8))
                    }
                })
        case "/up": return RequestHandling(route: route, body: .stream(limit: 1 << 30, Counter()))
        default: return .respond(route: "", Response(status: .notFound, body: .text("none")))
        }
    }
}

/// Counts the bytes of a body, and ends early at an exclamation mark.
///
/// `@unchecked Sendable`: calls never overlap, as ``BodyConsumer`` says.
final class Counter: BodyConsumer, @unchecked Sendable {
    private var count = 0

    func consume(_ chunk: [UInt8]) -> Response? {
        count += chunk.count
        return chunk.contains(UInt8(ascii: "!")) ? Response(status: .badRequest, body: .text("early")) : nil
    }

    func finish() -> ResponseDelivery { .deferred { _ in Response(status: .ok, body: .text("\(self.count)")) } }
}
