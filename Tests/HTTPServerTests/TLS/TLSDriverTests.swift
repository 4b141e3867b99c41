import COpenSSL
import Testing

@testable import HTTPServer

/// TLS between the driver and its socket: deadlines, ends and hostile peers.
@Suite struct TLSDriverTests {
    let context: TLSContext

    init() throws {
        let folder = try TemporaryFolder()
        try folder.write(TestIdentity(name: "localhost"))
        context = try TLSContext(
            TLSConfiguration(certificatePath: folder.path("tls.crt"), privateKeyPath: folder.path("tls.key")))
    }

    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A peer whose handshake is done.
    private func established(
        _ options: OpenSSLClient.Options = .init(), limits: ServerLimits = .init()
    ) throws -> TLSPeer {
        let peer = try TLSPeer(context, options, limits: limits)
        peer.run()
        try #require(peer.observer.handshakes == [true])
        return peer
    }

    @Test(arguments: [(Int.max, Int.max), (1, Int.max), (Int.max, 1), (7, 5)])
    func requestsAndAnswers(perReceive: Int, perSend: Int) throws {
        let peer = try TLSPeer(context)
        defer { peer.finish() }
        peer.bytesPerReceive = perReceive
        peer.bytesPerSend = perSend
        peer.run()
        peer.say(get + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        peer.say("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(peer.statuses == ["200", "200", "200"])
        #expect(peer.text.contains("hello"))
        #expect(peer.plaintext.count { $0 == UInt8(ascii: "x") } == 100_000)
        #expect(peer.driver.deadline != nil)
    }

    @Test func headAndBodyOfASmallAnswerAreOneRecord() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.say(get)
        let before = peer.sentBytes
        let plain = peer.plaintext.count
        peer.say(get)
        // TLS 1.3: 5 bytes of header, 1 of type, 16 of tag, once.
        #expect(peer.sentBytes - before == peer.plaintext.count - plain + 22)
    }

    // MARK: - Handshake

    @Test func aHandshakeHasItsTime() throws {
        let peer = try TLSPeer(context)
        defer { peer.finish() }
        peer.isSilent = true
        #expect(peer.driver.deadline == peer.now + 10_000_000_000)
        peer.wait(seconds: 9.9)
        #expect(peer.closes == 0)
        peer.wait(seconds: 0.1)
        #expect(peer.closes == 1)
        #expect(peer.observer.handshakes == [false])
        #expect(peer.sentBytes == 0)
    }

    @Test func bytesDoNotProlongIt() throws {
        let peer = try TLSPeer(context)
        defer { peer.finish() }
        peer.isSilent = true
        for byte: UInt8 in [22, 3, 1, 2, 0, 1] {
            peer.sendRaw([byte])
            #expect(peer.closes == 0)
            peer.wait(seconds: 1.7)
        }
        #expect(peer.closes == 1)
        #expect(peer.observer.handshakes == [false])
    }

    @Test func afterItTheDeadlineIsThatOfHTTP() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.wait(seconds: 20)
        peer.say(get)
        #expect(peer.statuses == ["200"])
        peer.wait(seconds: 60)
        #expect(peer.closes == 1)
        #expect(peer.client.sawCloseNotify)
        #expect(peer.observer.handshakes == [true])
    }

    @Test func plainHTTPGetsNoAnswer() throws {
        let peer = try TLSPeer(context)
        defer { peer.finish() }
        peer.isSilent = true
        peer.sendRaw(Array(get.utf8))
        peer.wait(seconds: 2)
        #expect(peer.plaintext.isEmpty)
        #expect(peer.closes == 1)
        #expect(peer.observer.handshakes == [false])
    }

    @Test func anEndDuringTheHandshake() throws {
        let peer = try TLSPeer(context)
        defer { peer.finish() }
        peer.isSilent = true
        peer.sendRaw([22, 3, 1])
        peer.endsInput = true
        peer.run()
        #expect(peer.closes == 1)
        #expect(peer.observer.handshakes == [false])
    }

    @Test func aRefusedConnectionIsToldSo() throws {
        let peer = try TLSPeer(context)
        defer { peer.finish() }
        peer.driver.refuseConnection(now: peer.now)
        peer.run()
        #expect(peer.statuses == ["503"])
        #expect(peer.hadCloseNotifyAtShutdown)
    }

    // MARK: - Ends

    @Test func closeNotifyComesBeforeTheEnd() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(peer.statuses == ["200"])
        #expect(peer.isShutDown && peer.hadCloseNotifyAtShutdown)
        #expect(peer.closes == 0)
        SSL_shutdown(peer.client.ssl)
        peer.run()
        #expect(peer.closes == 1)
    }

    @Test func aBlockedSocketDelaysTheShutdown() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.isBlocked = true
        peer.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(!peer.isShutDown)
        peer.isBlocked = false
        peer.run()
        #expect(peer.statuses == ["200"])
        #expect(peer.isShutDown && peer.hadCloseNotifyAtShutdown)
    }

    @Test func aClientThatTakesNothingIsReset() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.isBlocked = true
        peer.say("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        peer.wait(seconds: 30)
        #expect(peer.resets == 1)
    }

    @Test func closeNotifyOfTheClientEndsItsRequests() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.client.write(get + get)
        SSL_shutdown(peer.client.ssl)
        peer.run()
        #expect(peer.statuses == ["200", "200"])
        #expect(peer.closes == 1)
        #expect(peer.client.sawCloseNotify)
    }

    @Test func cutOffRequestsAreNotServed() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.client.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
        peer.endsInput = true
        peer.run()
        #expect(peer.statuses.isEmpty)
        #expect(peer.closes == 1)
    }

    @Test func workForACutOffConnectionIsCancelled() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.say("GET /work HTTP/1.1\r\nHost: a\r\n\r\n")
        try #require(peer.works.count == 1)
        peer.endsInput = true
        // The end is noticed while the answer is awaited, at the latest after the grace of a half-close.
        peer.driver.becameReady([.readable, .closedByClient], now: peer.now)
        peer.wait(seconds: 2)
        guard case .respond(_, let context) = peer.works[0] else {
            Issue.record("no job")
            return
        }
        #expect(context.isCancelled)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aDamagedRecordGetsAnAlertAndTimeToReadIt(version: Int32) throws {
        let peer = try established(.init(maximumVersion: version))
        defer { peer.finish() }
        peer.client.write(get)
        let last = peer.client.transport.outgoing.count - 1
        peer.client.transport.outgoing[last] ^= 1
        let before = peer.sentBytes
        peer.run()
        #expect(peer.statuses.isEmpty)
        #expect(peer.sentBytes > before)
        #expect(peer.isShutDown && !peer.hadCloseNotifyAtShutdown && peer.closes == 0)
        // What still comes is thrown away, for two seconds.
        peer.sendRaw([UInt8](repeating: 0, count: 1000))
        peer.wait(seconds: 2)
        #expect(peer.closes == 1)
    }

    @Test func aFailureDuringWorkCancelsIt() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.say("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        peer.sendRaw([23, 3, 3, 0, 20] + [UInt8](repeating: 7, count: 20))
        #expect(peer.isShutDown)
        #expect(peer.observer.records.map(\.completed) == [false])
    }

    // MARK: - Hostile peers

    @Test func requestsForKeyUpdatesDoNotPileUp() throws {
        let peer = try established()
        defer { peer.finish() }
        peer.isBlocked = true
        for _ in 0..<100 {
            for _ in 0..<100 {
                SSL_key_update(peer.client.ssl, SSL_KEY_UPDATE_REQUESTED)
                _ = SSL_do_handshake(peer.client.ssl)
            }
            peer.run()
        }
        // Most of it is left with the client's kernel.
        #expect(peer.unread > 0)
    }

    @Test func renegotiationDoesNotDisturb() throws {
        let peer = try established(.init(maximumVersion: TLS1_2_VERSION))
        defer { peer.finish() }
        SSL_renegotiate(peer.client.ssl)
        _ = SSL_do_handshake(peer.client.ssl)
        peer.run()
        #expect(peer.observer.handshakes == [true])
        #expect(peer.statuses.isEmpty)
    }

    @Test func aResetAtEveryCall() throws {
        func conversation(failsAt: Int?) throws -> TLSPeer {
            let peer = try TLSPeer(context)
            peer.bytesPerReceive = 50
            peer.bytesPerSend = 100
            peer.failsAt = failsAt
            peer.run()
            if !peer.driver.isClosed { peer.say(get + get) }
            return peer
        }
        let whole = try conversation(failsAt: nil)
        #expect(whole.calls > 20)
        for call in 0..<whole.calls {
            let peer = try conversation(failsAt: call)
            #expect(peer.closes == 1 && peer.driver.isClosed, "call \(call)")
            #expect(peer.observer.handshakes.count == 1)
            peer.finish()
        }
        whole.finish()
    }
}
