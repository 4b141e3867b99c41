/// The HTTP side of a connection: request bytes in, answer bytes out, and commands to whoever holds the socket.
///
/// It joins the parser, the state machine, the handler and the serialiser, and does no I/O: time and bytes come in with
/// each call, so that tests and fuzzers can hold whole dialogues with it.
struct HTTPConnection {
    /// What the holder of the socket is to do, once `output` has been dealt with.
    enum Command: Equatable {
        /// Close our side of the connection.
        case halfClose
        case close
        /// Close at once; what has not been sent is given up.
        case reset
    }

    /// Bytes waiting to be sent beyond which no further request is looked at.
    static let outputLimit = 64 * 1024

    let services: ConnectionServices
    let info: ConnectionInfo
    let id: ConnectionID
    var parser: RequestParser
    var machine: ConnectionStateMachine
    var output = OutputBuffer()
    var command: Command?

    // The request being served.
    /// Its header section; nil between requests and where it could not be read.
    var head: RequestHead?
    /// The header section of the last request, not yet given back.
    var spent: HeadStorage?
    var route = ""
    var body = BodyReceiver.none
    /// The job that makes its answer.
    var work: WorkContext?
    var stream: StreamingAnswer?
    var began: UInt64 = 0
    var receivedBytes = 0
    /// Answers that were written to `output` and not yet reported.
    var unreported: [FinishedAnswer] = []

    init(services: ConnectionServices, info: ConnectionInfo, id: ConnectionID, now: UInt64) {
        self.services = services
        self.info = info
        self.id = id
        parser = RequestParser(limits: services.limits, pool: services.heads)
        machine = ConnectionStateMachine(limits: services.limits, timeouts: services.timeouts, now: now)
    }

    /// Whether ``receive(_:now:)`` would use bytes now.
    var acceptsInput: Bool { machine.acceptsInput && output.count < Self.outputLimit }

    /// Takes bytes from the client, as many as can be used now.
    ///
    /// - Returns: how many were used. The others are to be offered again when ``acceptsInput`` is true again; then it
    ///   has to be called even without bytes, because the end of a request may be pending.
    mutating func receive(_ input: Span<UInt8>, now: UInt64) -> Int {
        var position = 0
        while acceptsInput {
            let event = parser.next(input, &position)
            if machine.state == .idle, !parser.isBetweenRequests || event == .head {
                machine.requestBegan(now: now)
                began = now
            }
            switch event {
            case .needMore:
                flushBody(now: now)
                return position
            case .head:
                receiveHead(now: now)
            case .body(let range):
                receivedBytes += range.count
                let action = machine.bodyReceived(range.count, ahead: parser.remaining, now: now)
                if action == .deliver {
                    deliver(input.extracting(range), now: now)
                } else {
                    perform(action, now: now)
                }
            case .end:
                flushBody(now: now)
                perform(machine.requestEnded(now: now), now: now)
            case .failed(let error):
                perform(machine.parseFailed(error), now: now)
            }
        }
        if machine.discardsInput {
            discard(input.count - position)
            return input.count
        }
        return position
    }
}
