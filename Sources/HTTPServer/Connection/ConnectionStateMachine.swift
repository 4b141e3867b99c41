/// What happens next on a connection: a pure state machine. Events are methods in the past tense; what is to be done is
/// the ``Action`` that they return; the time comes in with each event, in nanoseconds of a clock that never goes back.
///
/// One request is served at a time and the next is not looked at before its answer is complete, so answers are in the
/// order of requests.
struct ConnectionStateMachine {
    enum State: Equatable {
        /// Nothing of a next request has come.
        case idle
        /// The end of the header section is awaited.
        case head
        /// The handler's plan is awaited.
        case planning
        /// The rest of a body that the handler wants is awaited.
        case receiving
        /// The body has come, or is not wanted any more; the answer is awaited.
        case answering
        /// The answer was given; the rest of the unread body is awaited, to be thrown away.
        case discarding
        /// The last answer was given; the end of its transmission is awaited.
        case closing
        /// The last answer was sent and our side closed; the client's end is awaited (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    enum Action: Equatable {
        case none
        /// Ask the handler for its plan.
        case plan
        /// Answer as the server as a whole (`OPTIONS *`).
        case answerForServer
        /// Answer with the response of the plan.
        case answer
        /// Write an interim 100 and then read the body.
        case sendContinue
        /// Give the bytes to whoever takes the body.
        case deliver
        case discard
        /// The body is complete: go on to the answer.
        case finishBody
        /// Answer with this error; the connection ends with it.
        case refuse(ServerError)
        /// The answer is no longer wanted.
        case cancelWork
        /// Close our side.
        case halfClose
        /// Close the socket.
        case close
        /// Close the socket and forget what has not been sent.
        case reset
    }

    /// What the framing of an answer depends on.
    struct AnswerTerms: Equatable {
        var keepAlive: Bool
        /// The request was HTTP/1.0: no chunked coding, and `keep-alive` must be said.
        var isHTTP10: Bool
        /// The answer has no body, whatever its fields say.
        var isHead: Bool
    }

    /// What of a header section matters here.
    struct Head: Equatable {
        var method = MethodCode.get
        var form = TargetForm.origin
        var minorVersion = 1
        var framing = BodyFraming.none
        var connectionClose = false
        var connectionKeepAlive = false
        var expectsContinue = false
        var unknownExpectation = false
    }

    private(set) var state = State.idle
    /// When ``deadlinePassed(now:)`` is to be called next; nil where time does not matter.
    var deadline: UInt64? {
        guard let stalled = writeDeadline else { return stateDeadline }
        return min(stalled, stateDeadline ?? .max)
    }

    private let timeouts: Timeouts
    private let drainBytes: Int
    private let requestsPerConnection: Int

    private var stateDeadline: UInt64?
    private var writeDeadline: UInt64?
    private var requests = 0
    private var isDraining = false
    /// The client has closed its side and all its bytes were read.
    private var inputEnded = false

    // The request being served.
    private var head = Head()
    private var keepAlive = true
    private var bodyLimit = 0
    private var bodyReceived = 0
    private var bodyEnded = false
    private var discarded = 0
    private var bodyDeadline: UInt64 = 0
    private var windowStart: UInt64 = 0
    private var windowReceived = 0
    /// Bytes since `bodyDeadline` was set.
    private var stretchReceived = 0
    private var pausedAt: UInt64?

    init(limits: ServerLimits, timeouts: Timeouts, now: UInt64) {
        self.timeouts = timeouts
        drainBytes = limits.drainBytes
        requestsPerConnection = limits.requestsPerConnection
        stateDeadline = now + timeouts.idle
    }

    /// Whether bytes may be parsed now. In the other states they stay where they are, but for ``discardsInput``.
    var acceptsInput: Bool {
        switch state {
        case .idle, .head, .discarding: true
        case .receiving: pausedAt == nil
        case .planning, .answering, .closing, .lingering, .closed: false
        }
    }

    /// Whether bytes are to be thrown away unparsed.
    var discardsInput: Bool { state == .closing || state == .lingering }

    /// Whether the request being served still has its answer to come.
    var owesAnswer: Bool { state == .receiving || state == .answering || state == .planning }

    // MARK: Reading

    /// The first byte of a request was seen.
    mutating func requestBegan(now: UInt64) {
        guard state == .idle else { return }
        state = .head
        head = Head()
        stateDeadline = now + timeouts.header
    }

    /// The header section is complete.
    mutating func headReceived(_ head: Head, now: UInt64) -> Action {
        self.head = head
        requests += 1
        bodyReceived = 0
        bodyEnded = false
        discarded = 0
        pausedAt = nil
        keepAlive =
            !head.connectionClose && (head.minorVersion > 0 || head.connectionKeepAlive)
            && requests < requestsPerConnection && !isDraining
        state = .planning
        stateDeadline = nil
        if head.method == .connect { return refused(.connectRefused) }
        if head.method == .other { return refused(.unknownMethod) }
        if head.unknownExpectation { return refused(.unknownExpectation) }
        if head.form == .asterisk {
            settleUnreadBody()
            return .answerForServer
        }
        return .plan
    }

    /// The handler answers without the body.
    mutating func answerPlanned() -> Action {
        settleUnreadBody()
        return .answer
    }

    /// The handler wants the body, of at most `limit` bytes.
    mutating func bodyPlanned(limit: Int, now: UInt64) -> Action {
        bodyLimit = limit
        if case .length(let length) = head.framing, length > limit { return refused(.bodyTooLarge) }
        state = .receiving
        bodyDeadline = now + timeouts.body
        stretchReceived = 0
        windowStart = now
        windowReceived = 0
        updateBodyDeadline()
        let hasBody = head.framing != .none && head.framing != .length(0)
        return hasBody && head.expectsContinue ? .sendContinue : .none
    }

    /// The handler wants the body, but it cannot be had.
    mutating func bodyRefused(_ error: ServerError) -> Action { refused(error) }

    /// Bytes of the body came.
    ///
    /// - Parameter ahead: bytes that are known to follow, in the same chunk.
    mutating func bodyReceived(_ count: Int, ahead: Int, now: UInt64) -> Action {
        switch state {
        case .receiving:
            bodyReceived += count
            // `ahead` may be near Int.max.
            guard bodyReceived <= bodyLimit, ahead <= bodyLimit - bodyReceived else { return refused(.bodyTooLarge) }
            windowReceived += count
            stretchReceived += count
            if stretchReceived >= timeouts.bodyStretch {
                // A body that may be longer than most has the same time for each such stretch of it.
                stretchReceived = 0
                bodyDeadline = now + timeouts.body
                updateBodyDeadline()
            }
            if now >= windowStart + timeouts.rateWindow, windowReceived >= timeouts.windowBytes {
                windowStart = now
                windowReceived = 0
                updateBodyDeadline()
            }
            return .deliver
        case .discarding:
            discarded += count
            if discarded > drainBytes { becomeClosing() }
            return .discard
        default:
            return .discard
        }
    }

    /// The request is complete.
    mutating func requestEnded(now: UInt64) -> Action {
        bodyEnded = true
        switch state {
        case .receiving:
            state = .answering
            stateDeadline = nil
            return .finishBody
        case .discarding:
            becomeIdle(now: now)
            return .none
        default:
            return .none
        }
    }

    /// The bytes are not HTTP, or too much of it.
    mutating func parseFailed(_ error: ParseError) -> Action {
        guard state == .discarding else { return refused(.malformed(error)) }
        // An answer was given to this request already: there is nothing more to say.
        becomeClosing()
        return .none
    }

    /// Whoever takes the body is busy, and its next chunk waits: the connection is not read, and the client's clock stands still.
    mutating func bodyPaused(now: UInt64) {
        guard state == .receiving, pausedAt == nil else { return }
        pausedAt = now
        stateDeadline = nil
    }

    mutating func bodyResumed(now: UInt64) {
        guard state == .receiving, let since = pausedAt else { return }
        pausedAt = nil
        bodyDeadline += now - since
        windowStart = now
        windowReceived = 0
        updateBodyDeadline()
    }

    /// The whole body is wanted no more: the answer comes early.
    mutating func bodyAbandoned() {
        guard state == .receiving else { return }
        if !bodyEnded { keepAlive = false }
        state = .answering
        stateDeadline = nil
    }

    // MARK: Answering

    /// An answer begins: on these terms.
    func answerTerms() -> AnswerTerms {
        AnswerTerms(
            keepAlive: keepAlive && !isDraining && !inputEnded, isHTTP10: head.minorVersion == 0,
            isHead: head.method == .head)
    }

    /// An answer was given to the transport in full, on those terms.
    mutating func answerEnded(_ terms: AnswerTerms, now: UInt64) {
        guard state != .closed else { return }
        if !terms.keepAlive {
            becomeClosing()
        } else if bodyEnded || head.framing == .none {
            becomeIdle(now: now)
        } else {
            state = .discarding
            bodyDeadline = now + timeouts.body
            windowStart = now
            windowReceived = 0
            stateDeadline = bodyDeadline
        }
    }

    /// Everything that was to be sent has been.
    mutating func outputSent() -> Action {
        writeDeadline = nil
        guard state == .closing else { return .none }
        if inputEnded { return closed() }
        return .halfClose
    }

    /// Our side is closed.
    mutating func halfClosed(now: UInt64) {
        state = .lingering
        stateDeadline = now + timeouts.drain
    }

    /// The transport takes no more for now. Called again whenever it took something.
    mutating func outputBlocked(now: UInt64) { writeDeadline = now + timeouts.write }

    // MARK: The end

    /// The client has closed its side, and there may be bytes before that which have not been read.
    mutating func clientClosed(now: UInt64) {
        if state == .answering || pausedAt != nil {
            stateDeadline = min(stateDeadline ?? .max, now + timeouts.halfClose)
        }
    }

    /// The client has closed its side and all bytes before that were read.
    mutating func inputClosed(now: UInt64) -> Action {
        inputEnded = true
        switch state {
        case .idle, .head, .receiving, .discarding, .lingering:
            // An incomplete request gets no answer: its client is as good as gone (RFC 9112, section 8).
            if writeDeadline != nil, state == .idle || state == .discarding {
                becomeClosing()
                return .none
            }
            return closed()
        case .planning, .answering:
            clientClosed(now: now)
            return .none
        case .closing, .closed:
            return .none
        }
    }

    /// Bytes were thrown away unparsed.
    mutating func inputDiscarded(_ count: Int) -> Action {
        discarded += count
        return discarded > drainBytes && state == .lingering ? closed() : .none
    }

    /// The server is going to stop: this request is the last, and an idle connection has `grace` for another one.
    mutating func drainBegan(now: UInt64, grace: UInt64) {
        isDraining = true
        if state == .idle { stateDeadline = min(stateDeadline ?? .max, now + grace) }
    }

    /// There is no room for this connection.
    mutating func connectionRefused() -> Action { refused(.tooManyConnections) }

    /// No more requests can be read and no more answers written; what the transport itself has to say is to be sent.
    mutating func transportFailed() {
        guard state != .closed, state != .lingering else { return }
        becomeClosing()
    }

    mutating func connectionClosed() { _ = closed() }

    /// The deadline has passed.
    mutating func deadlinePassed(now: UInt64) -> Action {
        if let writeDeadline, now >= writeDeadline {
            _ = closed()
            return .reset
        }
        guard let stateDeadline, now >= stateDeadline else { return .none }
        switch state {
        case .idle, .lingering: return closed()
        case .discarding:
            becomeClosing()
            return .none
        case .head: return refused(.headerTimeout)
        case .receiving where pausedAt == nil:
            if now < bodyDeadline, windowReceived >= timeouts.windowBytes {
                windowStart = now
                windowReceived = 0
                updateBodyDeadline()
                return .none
            }
            return refused(.bodyTimeout)
        case .receiving, .answering:
            self.stateDeadline = nil
            return .cancelWork
        case .planning, .closing, .closed:
            self.stateDeadline = nil
            return .none
        }
    }

    // MARK: Transitions

    private mutating func becomeIdle(now: UInt64) {
        if inputEnded {
            becomeClosing()
        } else {
            state = .idle
            stateDeadline = now + timeouts.idle
        }
    }

    private mutating func becomeClosing() {
        state = .closing
        stateDeadline = nil
        discarded = 0
    }

    private mutating func updateBodyDeadline() {
        stateDeadline = min(bodyDeadline, windowStart + timeouts.rateWindow)
    }

    /// Before an answer without the body: may the connection go on after it?
    private mutating func settleUnreadBody() {
        switch head.framing {
        case .none, .length(0): return
        case .length(let length): if length > drainBytes || head.expectsContinue { keepAlive = false }
        case .chunked: if head.expectsContinue { keepAlive = false }
        }
    }

    private mutating func refused(_ error: ServerError) -> Action {
        // After an unknown method, expectation or coding the framing is still sound.
        switch error {
        case .unknownMethod, .unknownExpectation, .unsupportedCoding: settleUnreadBody()
        default: keepAlive = false
        }
        stateDeadline = nil
        state = .answering
        return .refuse(error)
    }

    private mutating func closed() -> Action {
        state = .closed
        stateDeadline = nil
        writeDeadline = nil
        return .close
    }
}
