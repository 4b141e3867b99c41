import Testing

@testable import HTTPServer

/// How many pipelined requests are answered at once.
@Suite struct RequestTurnTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Requests that are answered before others have their turn, where each takes so many nanoseconds.
    private func answers(inATurn nanoseconds: UInt64, of requests: Int) -> [Int] {
        var time: UInt64 = 1_000_000_000
        let services = ConnectionServices(
            handler: DialogueHandler(), limits: ServerLimits(), seed: 1,
            clock: {
                time += nanoseconds
                return time
            }, submit: { _, _ in nil })
        var http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: .unknown, listener: .main, isTLS: false),
            id: ConnectionID(index: 0, generation: 0), now: time)
        var pending = Array(String(repeating: Self.get, count: requests).utf8)
        var turns: [Int] = []
        while !pending.isEmpty {
            let used = http.receive(pending.span, now: time)
            pending.removeFirst(used)
            turns.append(used / Self.get.utf8.count)
            #expect(http.awaitsTurn == !pending.isEmpty)
            #expect(http.acceptsInput == pending.isEmpty)
            http.output.consume(http.output.count)
            http.outputSent(now: time)
            http.turnCame(now: time)
            #expect(http.acceptsInput)
        }
        return turns
    }

    @Test func shortRequestsAreAnsweredAtOnce() {
        #expect(answers(inATurn: 1000, of: 100) == [100])
    }

    /// The time counts from the end of the first.
    @Test func longOnesInSeveralTurns() {
        #expect(answers(inATurn: 250_000, of: 10) == [3, 3, 3, 1])
        #expect(answers(inATurn: 1_000_000, of: 5) == [2, 2, 1])
    }
}
