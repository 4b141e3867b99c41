import Glibc
import Testing

@testable import HTTPServer

/// A driver with TLS, and an OpenSSL client in the place of its socket.
final class TLSPeer: SystemCalls {
    let client: OpenSSLClient
    private(set) var driver: ConnectionDriver!
    let observer = TLSObserver()
    let limits: ServerLimits
    /// Nanoseconds.
    var now: UInt64 = 1_000_000_000
    /// Jobs that were given to the pool.
    private(set) var works: [Work] {
        get { box.works }
        set { box.works = newValue }
    }

    // The script.
    var bytesPerReceive = Int.max
    var bytesPerSend = Int.max
    /// The client sends nothing but what `sendRaw` says.
    var isSilent = false
    /// The client takes nothing.
    var isBlocked = false
    /// The client's FIN follows what it has sent.
    var endsInput = false
    /// The call, counted from 0, at which the connection turns out to be reset.
    var failsAt: Int?

    // What happened.
    private(set) var plaintext: [UInt8] = []
    private(set) var sentBytes = 0
    private(set) var calls = 0
    private(set) var isShutDown = false
    private(set) var hadCloseNotifyAtShutdown = false
    private(set) var closes = 0
    private(set) var resets = 0
    /// Bytes that the server has not read yet.
    var unread: Int { toServer.count + client.transport.outgoing.count }

    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []
    private let buffer: UnsafeMutableRawBufferPointer
    private final class Box { var works: [Work] = [] }
    private let box = Box()

    init(_ context: TLSContext, _ options: OpenSSLClient.Options = .init(), limits: ServerLimits = .init()) throws {
        client = try OpenSSLClient(options)
        self.limits = limits
        buffer = .allocate(byteCount: 4096, alignment: 16)
        let services = ConnectionServices(
            handler: DialogueHandler(), limits: limits, observer: observer, seed: 1
        ) { [box] work, _ in
            box.works.append(work)
            return nil
        }
        services.date.update(to: 0)
        let http = HTTPConnection(
            services: services, info: ConnectionInfo(peer: .unknown, listener: .main, isTLS: true),
            id: ConnectionID(index: 0, generation: 0), now: now)
        let session = try TLSSession(context, handshakeDeadline: now + services.timeouts.handshake)
        driver = ConnectionDriver(
            stream: SocketStream(descriptor: -1, system: self, tls: session), http: http, buffer: buffer)
    }

    deinit { buffer.deallocate() }

    /// Breaks the cycle of driver and socket.
    func finish() { driver = nil }

    var text: String { String(decoding: plaintext, as: UTF8.self) }

    /// The statuses of the answers so far.
    var statuses: [String] { text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) } }

    /// Lets both sides go on until nothing changes any more.
    func run() {
        var before: [Int]
        repeat {
            before = [sentBytes, unread, works.count, plaintext.count, closes]
            receiveAsClient()
            if !driver.isClosed { driver.becameReady([.readable, .writable], now: now) }
            while !driver.isClosed, driver.wantsTurn { driver.pump(now: now) }
            receiveAsClient()
        } while before != [sentBytes, unread, works.count, plaintext.count, closes]
    }

    private func receiveAsClient() {
        guard !isSilent else { return }
        plaintext += client.receive(toClient)
        toClient = []
    }

    func say(_ text: String) {
        client.write(text)
        run()
    }

    func wait(seconds: Double) {
        now += UInt64(seconds * 1e9)
        driver.deadlinePassed(now: now)
        run()
    }

    /// Bytes that do not come from OpenSSL.
    func sendRaw(_ bytes: [UInt8]) {
        toServer += bytes
        run()
    }

    // MARK: - System calls

    private func begin() -> IOResult? {
        defer { calls += 1 }
        return calls == failsAt ? .failed(ECONNRESET) : nil
    }

    func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
        if let result = begin() { return result }
        toServer += client.transport.outgoing
        client.transport.outgoing = []
        guard !toServer.isEmpty else { return endsInput ? .end : .wouldBlock }
        let count = min(toServer.count, bytesPerReceive, buffer.count)
        buffer.copyBytes(from: toServer[..<count])
        toServer.removeFirst(count)
        return .bytes(count)
    }

    func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> IOResult {
        if let result = begin() { return result }
        guard !isBlocked else { return .wouldBlock }
        let count = min(bytes.count, bytesPerSend)
        toClient += bytes[..<count]
        sentBytes += count
        return .bytes(count)
    }

    func shutdownWrite(_ descriptor: Int32) {
        receiveAsClient()
        hadCloseNotifyAtShutdown = client.sawCloseNotify
        isShutDown = true
    }

    func close(_ descriptor: Int32) {
        receiveAsClient()
        closes += 1
    }

    func reset(_ descriptor: Int32) { resets += 1 }
}

/// Counts handshakes and answers.
///
/// `@unchecked Sendable`: used by one test on one thread.
final class TLSObserver: ServerObserver, @unchecked Sendable {
    private(set) var handshakes: [Bool] = []
    private(set) var records: [RequestRecord] = []

    func requestFinished(_ record: RequestRecord) { records.append(record) }
    func handshakeFinished(succeeded: Bool) { handshakes.append(succeeded) }
    func connectionOpened(role: ListenerRole) {}
    func connectionClosed(role: ListenerRole) {}
    func rejected(_ reason: RejectionReason) {}
}
