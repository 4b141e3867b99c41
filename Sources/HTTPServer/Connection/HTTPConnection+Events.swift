extension HTTPConnection {
    /// When ``deadlinePassed(now:)`` is to be called; nil where time does not matter.
    var deadline: UInt64? { machine.deadline }

    /// All of `output` was sent.
    mutating func outputSent(now: UInt64) {
        recycleHead()
        reportAnswers(completed: true, now: now)
        if let stream { stream.backlog.subtract(stream.takePending()) }
        perform(machine.outputSent(), now: now)
    }

    /// The socket takes no more of `output` for now; to be called whenever it took some but not all.
    mutating func outputBlocked(now: UInt64) { machine.outputBlocked(now: now) }

    /// The client has closed its side; there may be bytes before that which were not offered yet.
    mutating func clientClosed(now: UInt64) { machine.clientClosed(now: now) }

    /// The client has closed its side, and all bytes before that were offered and used.
    mutating func inputClosed(now: UInt64) { perform(machine.inputClosed(now: now), now: now) }

    /// Bytes came that nobody will parse.
    mutating func discard(_ count: Int) {
        guard count > 0 else { return }
        if machine.inputDiscarded(count) == .close { end(.close) }
    }

    mutating func deadlinePassed(now: UInt64) { perform(machine.deadlinePassed(now: now), now: now) }

    mutating func drainBegan(now: UInt64, grace: UInt64) { machine.drainBegan(now: now, grace: grace) }

    /// There is no room for this connection: says so, and ends it.
    mutating func refuseConnection(now: UInt64) { perform(machine.connectionRefused(), now: now) }

    /// The connection is gone; its work is not wanted any more.
    mutating func connectionLost(now: UInt64) {
        machine.connectionClosed()
        end(.close)
        if head != nil { finishRequest(status: 499, sentBytes: 0) }
        reportAnswers(completed: false, now: now)
    }

    /// The transport below can carry no more requests or answers. It may have a last thing to say, so the connection
    /// ends as after a last answer.
    mutating func transportFailed(now: UInt64) {
        work?.cancel()
        work = nil
        stream = nil
        body = .none
        output = OutputBuffer()
        machine.transportFailed()
        if head != nil { finishRequest(status: 499, sentBytes: 0) }
        reportAnswers(completed: false, now: now)
    }

    mutating func end(_ command: Command) {
        self.command = command
        work?.cancel()
        work = nil
        stream = nil
        body = .none
    }

    /// Gives back the memory that an idle connection does not need.
    mutating func releaseBuffers() {
        output.release(to: services.buffers)
    }
}
