@testable import HTTPServer

/// A dialogue with the state machine of a connection alone: events in, and what it wants done as words.
final class MachineDialogue {
    private(set) var machine: ConnectionStateMachine
    /// Nanoseconds.
    private(set) var now: UInt64 = 1_000_000_000_000

    init(_ change: (inout ServerLimits) -> Void = { _ in }) {
        var limits = ServerLimits()
        change(&limits)
        machine = ConnectionStateMachine(limits: limits, timeouts: Timeouts(limits), now: now)
    }

    var input: InputUse { machine.inputUse }

    /// Seconds until the next deadline; nil where there is none.
    var secondsLeft: Double? { machine.deadline.map { (Double($0) - Double(now)) / 1e9 } }

    // MARK: The request

    func seen() -> String { Self.words(machine.requestSeen(now: now)) }

    /// First byte and header section.
    func head(
        _ method: MethodCode = .get, _ body: BodyFraming = .none, change: (inout RequestFraming) -> Void = { _ in }
    ) -> String {
        _ = machine.requestSeen(now: now)
        var request = RequestFraming(method: method, body: body)
        change(&request)
        return Self.words(machine.headReceived(request, now: now))
    }

    func want(
        _ delivery: BodyFlow.Delivery = .whole, coding: ContentCoding.Requested = .identity, limit: Int = 1000
    ) -> String {
        Self.words(machine.bodyWanted(delivery, coding: coding, limit: limit, now: now))
    }

    /// So many bytes of the body, and whether all that was read is used up with them.
    func body(_ count: Int, ahead: Int = 0, batchEnds: Bool = true) -> String {
        let bytes = [UInt8](repeating: 65, count: count)
        let action = Self.words(machine.bodyReceived(bytes.span, ahead: ahead, now: now))
        guard action == "", batchEnds else { return action }
        return Self.words(machine.batchEnded(now: now))
    }

    func end() -> String { Self.words(machine.requestEnded(now: now)) }
    func garbage() -> String { Self.words(machine.parseFailed(.malformedRequestLine, now: now)) }
    func consumed() -> String { Self.words(machine.chunkConsumed(now: now)) }

    // MARK: The response

    func respond(_ status: Int = 200) -> String {
        guard Response(status: .init(code: status)).isFinal else {
            return Self.words(machine.responseFailed(now: now))
        }
        return machine.responseMade(now: now).map { "send \(status) \(Self.words($0))" } ?? ""
    }
    func stream() -> String { machine.streamBegan().map { "stream \(Self.words($0))" } ?? "" }
    func piece(_ count: Int) -> String {
        machine.pieceMade().map { "piece \(count) \(Self.words($0))" } ?? ""
    }
    func streamEnded() -> String { Self.words(machine.streamEnded(now: now)) }
    func poolIsFull() -> String { Self.words(machine.workRefused(.workQueueFull, now: now)) }
    func graceEnds() -> String { Self.words(machine.workRefused(.stopping, now: now)) }
    func sent() -> String { Self.words(machine.outputSent(now: now)) }
    /// The client takes no more, after so many bytes.
    func blocked(after sent: Int = 0) { machine.outputBlocked(sent: sent, now: now) }

    // MARK: Time and ends

    func wait(_ seconds: Double) -> String {
        now += Timeouts.nanoseconds(seconds)
        return Self.words(machine.deadlinePassed(now: now))
    }
    func clientCloses() { machine.clientClosed(now: now) }
    func inputEnds() -> String { Self.words(machine.inputClosed(now: now)) }
    func discard(_ count: Int) -> String { Self.words(machine.inputDiscarded(count)) }
    func drain(_ grace: Double = 1) { machine.drainBegan(now: now, grace: Timeouts.nanoseconds(grace)) }
    func tooManyConnections() -> String { Self.words(machine.connectionRefused(now: now)) }
    func transportFails() { machine.transportFailed() }
    func socketCloses() { machine.connectionClosed() }

    private static func words(_ action: ConnectionAction?) -> String {
        switch action {
        case nil: ""
        case .beginRequest: "begin"
        case .askHandler: "ask"
        case .sendContinue: "continue"
        case .giveChunk(let bytes): "give \(bytes.count)"
        case .finishBody(let bytes): "finish \(bytes.count)"
        case .sendOptions(let terms): "options \(words(terms))"
        case .refuse(let error, let terms): "refuse \(error.status.code) \(words(terms))"
        case .endStream(let terms): "end \(words(terms))"
        case .cancelWork: "cancel"
        case .halfClose: "half-close"
        case .close: "close"
        case .reset: "reset"
        }
    }

    private static func words(_ terms: ResponseTerms) -> String {
        (terms.keepAlive ? "keep" : "last") + (terms.isHTTP10 ? " 1.0" : "") + (terms.isHead ? " head" : "")
    }
}
