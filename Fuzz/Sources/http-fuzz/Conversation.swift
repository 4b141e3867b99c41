import HTTPTypes

@testable import HTTPServer

/// What a connection answers to a stream of bytes.
struct Conversation: Equatable {
    var output: [UInt8] = []
    /// Answers but for interim ones.
    var finals = 0
    var isClosing = false

    static func answers(_ pieces: [ArraySlice<UInt8>]) -> Conversation {
        let handler = EchoHandler()
        let queue = Queue()
        let services = ConnectionServices(handler: handler, limits: ServerLimits(), seed: 1) { work, _ in
            queue.works.append(work)
            return queue.works.count < 100 ? nil : .workQueueFull
        }
        services.date.update(to: 0)
        var http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: .unknown, listener: .main, isTLS: false),
            id: ConnectionID(index: 0, generation: 0), now: 0)
        var result = Conversation()
        var pending: [UInt8] = []
        for piece in pieces + [[]] {
            pending += piece
            var progressed = true
            while progressed {
                progressed = http.awaitsTurn
                http.turnCame(now: 0)
                if http.discardsInput {
                    http.discard(pending.count)
                    pending = []
                } else if http.acceptsInput {
                    let used = http.receive(pending.span, now: 0)
                    pending.removeFirst(used)
                    progressed = used > 0
                }
                while let bytes = http.output.withNext({ Array($0) }) {
                    result.output += bytes
                    http.output.consume(bytes.count)
                    progressed = true
                }
                http.outputSent(now: 0)
                if !queue.works.isEmpty {
                    run(queue.works.removeFirst(), &http)
                    progressed = true
                }
                if let command = http.takeCommand() {
                    result.isClosing = true
                    if command != .halfClose {
                        pending = []
                        progressed = false
                    }
                }
            }
        }
        result.finals = handler.answers(in: result.output)
        return result
    }

    private static func run(_ work: Work, _ http: inout HTTPConnection) {
        switch work {
        case .respond(let job, let context): http.workFinished(.response(job(context)), now: 0)
        case .consume(let consumer, let chunk):
            http.workFinished(.consumed(by: consumer, consumer.consume(chunk)), now: 0)
        case .stream: http.workFinished(.streamEnded, now: 0)
        }
    }

    private final class Queue { var works: [Work] = [] }
}

/// Every way of answering, chosen by the path. Answers are counted by a field that no request can put there and that interim ones lack.
private struct EchoHandler: HTTPHandler {
    func handling(of head: RequestHead) -> RequestHandling {
        _ = (head.fields, head.queryItems, head.query, head[.accept], head.requestID)
        switch head.path.utf8.count % 5 {
        case 0: return .respond(route: "", response(.text("head")))
        case 1:
            return RequestHandling(
                route: "", body: .collect(limit: nil) { .now(response(.text("\($0.body.count)"))) })
        case 2:
            return RequestHandling(
                route: "",
                body: .collect(limit: 100) { request in .deferred { _ in response(.text("\(request.body.count)")) } })
        case 3: return RequestHandling(route: "", body: .stream(limit: 1000, Counter()))
        default: return .respond(route: "", Response(status: .noContent))
        }
    }

    func answers(in output: [UInt8]) -> Int {
        let mark = Array("\r\nDate: ".utf8)
        return output.indices.filter { output[$0...].starts(with: mark) }.count
    }
}

private func response(_ body: ResponseBody) -> Response { Response(status: .ok, body: body) }

/// `@unchecked Sendable`: calls never overlap, as `BodyConsumer` says.
private final class Counter: BodyConsumer, @unchecked Sendable {
    private var count = 0
    private var sum = 0

    // Only what does not depend on how the body was cut.
    func consume(_ chunk: [UInt8]) -> Response? {
        count += chunk.count
        sum = chunk.reduce(sum) { ($0 &* 31) &+ Int($1) }
        return nil
    }

    func finish() -> ResponseDelivery { .deferred { _ in response(.text("\(self.count) \(self.sum)")) } }
}
