import Glibc

@testable import HTTPServer

/// The system calls of one socket, played by a script: how much each call takes, and at which call what goes wrong.
final class ScriptedSocket: SystemCalls {
    /// Bytes that the client sends, and how many of them a call gives at most.
    var input: [UInt8] = []
    var bytesPerReceive = Int.max
    /// The client closes its side after `input`.
    var endsInput = false
    /// Bytes that a call takes at most; 0 is a window that stays closed.
    var bytesPerSend = Int.max
    /// Every call of that many says EAGAIN first; 0 for none.
    var blocksEvery = 0
    /// The call, counted from 0, at which the connection turns out to be reset.
    var failsAt: Int?

    private(set) var output: [UInt8] = []
    /// The most bytes that were offered at once.
    private(set) var largestSend = 0
    private(set) var calls = 0
    private(set) var closes = 0
    private(set) var resets = 0
    private(set) var isShutDown = false
    /// Calls after the descriptor was closed: it may be somebody else's by then.
    private(set) var callsAfterClose = 0
    private var blockedOnce = false

    private func begin() -> IOResult? {
        if closes + resets > 0 { callsAfterClose += 1 }
        if blocksEvery > 0, calls % blocksEvery == 0, !blockedOnce {
            blockedOnce = true
            return .wouldBlock
        }
        blockedOnce = false
        defer { calls += 1 }
        return calls == failsAt ? .failed(ECONNRESET) : nil
    }

    func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
        if let result = begin() { return result }
        guard !input.isEmpty else { return endsInput ? .end : .wouldBlock }
        let count = min(input.count, bytesPerReceive, buffer.count)
        buffer.copyBytes(from: input[..<count])
        input.removeFirst(count)
        return .bytes(count)
    }

    func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> IOResult {
        if let result = begin() { return result }
        largestSend = max(largestSend, bytes.count)
        let count = min(bytes.count, bytesPerSend)
        guard count > 0 else { return .wouldBlock }
        output += bytes[..<count]
        return .bytes(count)
    }

    func shutdownWrite(_ descriptor: Int32) {
        if closes + resets > 0 { callsAfterClose += 1 }
        isShutDown = true
    }

    func close(_ descriptor: Int32) {
        if closes + resets > 0 { callsAfterClose += 1 }
        closes += 1
    }

    func reset(_ descriptor: Int32) {
        if closes + resets > 0 { callsAfterClose += 1 }
        resets += 1
    }
}

/// A driver on a scripted socket, and the loop that it would have.
final class ScriptedConnection {
    let socket: ScriptedSocket
    let driver: ConnectionDriver
    private let buffer: UnsafeMutableRawBufferPointer
    /// Nanoseconds.
    var now: UInt64 = 1_000_000_000

    init(
        _ socket: ScriptedSocket, limits: ServerLimits = ServerLimits(),
        handler: any HTTPHandler = DialogueHandler()
    ) {
        self.socket = socket
        buffer = .allocate(byteCount: 4096, alignment: 16)
        let box = Box()
        let services = ConnectionServices(handler: handler, limits: limits, seed: 1) { work, _ in
            box.works.append(work)
            return nil
        }
        services.date.update(to: 0)
        let http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: .unknown, listener: .main, isTLS: false),
            id: ConnectionID(index: 0, generation: 0), now: now)
        driver = ConnectionDriver(
            stream: SocketStream(descriptor: -1, system: socket, tls: nil), http: http, buffer: buffer)
        self.box = box
    }

    private final class Box { var works: [Work] = [] }
    private let box: Box

    deinit { buffer.deallocate() }

    /// Tells of readiness and runs work until nothing changes any more. A socket that is not ready says so itself.
    func run() {
        var idleRounds = 0
        while !driver.isClosed, idleRounds < 5 {
            let before = (socket.input.count, socket.output.count, box.works.count)
            driver.becameReady([.readable, .writable], now: now)
            while driver.wantsTurn { driver.pump(now: now) }
            if !box.works.isEmpty { runWork() }
            let after = (socket.input.count, socket.output.count, box.works.count)
            idleRounds = before == after ? idleRounds + 1 : 0
        }
    }

    private func runWork() {
        switch box.works.removeFirst() {
        case .respond(let job, let context): driver.workFinished(.response(job(context)), now: now)
        case .consume(let consumer, let chunk):
            driver.workFinished(.consumed(by: consumer, consumer.consume(chunk)), now: now)
        case .stream: break
        }
    }
}
