import COpenSSL
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct TLSSessionTests {
    let folder: TemporaryFolder
    let context: TLSContext

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(TestIdentity(name: "localhost"))
        context = try TLSContext(
            TLSConfiguration(certificatePath: folder.path("tls.crt"), privateKeyPath: folder.path("tls.key")))
    }

    @Test(arguments: [(TLS1_2_VERSION, "TLSv1.2"), (TLS1_3_VERSION, "TLSv1.3")])
    func bothDirectionsOfBothVersions(version: Int32, name: String) throws {
        let client = try TLSTestClient(of: context, .init(maximumVersion: version))
        try client.handshake()
        #expect(client.session.state == .established)
        #expect(String(cString: SSL_get_version(client.ssl)) == name)
        client.write("GET / HTTP/1.1\r\n")
        try client.deliver()
        #expect(client.receivedByServer == Array("GET / HTTP/1.1\r\n".utf8))
        try Array("HTTP/1.1 200 OK\r\n".utf8).withUnsafeBytes { try client.session.send($0) }
        #expect(client.read() == Array("HTTP/1.1 200 OK\r\n".utf8))
    }

    @Test func ciphertextMayArriveByteByByte() throws {
        let client = try TLSTestClient(of: context)
        var input: [UInt8] = []
        repeat {
            client.lend(input) { _ = SSL_do_handshake($0) }
            let output = client.transport.outgoing
            client.transport.outgoing = []
            for byte in output {
                try withUnsafeBytes(of: byte) { try client.session.receive($0, into: &client.receivedByServer) }
            }
            input = client.takeOutgoing()
        } while !input.isEmpty
        client.write("abc")
        for byte in client.transport.outgoing {
            try withUnsafeBytes(of: byte) { try client.session.receive($0, into: &client.receivedByServer) }
        }
        #expect(client.receivedByServer == Array("abc".utf8))
    }

    @Test func requestInTheSameSegmentAsFinished() throws {
        let client = try TLSTestClient(of: context)
        client.lend([]) { _ = SSL_do_handshake($0) }
        try client.deliver()
        client.lend(client.takeOutgoing()) { _ = SSL_do_handshake($0) }
        client.write("hello")
        try client.deliver()
        #expect(client.session.state == .established)
        #expect(client.receivedByServer == Array("hello".utf8))
    }

    @Test func longAnswersAreSplitIntoRecords() throws {
        let client = try TLSTestClient(of: context)
        try client.handshake()
        let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try body.withUnsafeBytes { try client.session.send($0) }
        #expect(client.session.outgoingCount > body.count)
        let same = client.read() == body  // Outside the macro, which would print all of it.
        #expect(same)
        #expect(client.session.outgoingCount == 0)
    }

    @Test func ciphertextIsSentInParts() throws {
        let client = try TLSTestClient(of: context)
        try client.handshake()
        try Array("a".utf8).withUnsafeBytes { try client.session.send($0) }
        var sent: [UInt8] = []
        let first = client.session.outgoingCount
        #expect(client.session.sendOutgoing { _ in .wouldBlock } == .wouldBlock)
        #expect(client.session.outgoingCount == first)
        _ = client.session.sendOutgoing { bytes in
            sent += bytes.prefix(3)
            return .bytes(3)
        }
        #expect(client.session.outgoingCount == first - 3)
        try Array("b".utf8).withUnsafeBytes { try client.session.send($0) }
        sent += client.takeOutgoing()
        #expect(client.receive(sent) == Array("ab".utf8))
        #expect(client.session.outgoingCount == 0)
    }

    // MARK: - Ends of the stream

    @Test func closeNotifyIsSentOnce() throws {
        let client = try TLSTestClient(of: context)
        try client.handshake()
        client.session.close()
        let once = client.session.outgoingCount
        client.session.close()
        #expect(client.session.outgoingCount == once)
        #expect(client.read().isEmpty)
        #expect(client.sawCloseNotify)
    }

    @Test func closeNotifyBeforeFINIsACleanEnd() throws {
        let client = try TLSTestClient(of: context)
        try client.handshake()
        client.write("last")
        SSL_shutdown(client.ssl)
        try client.deliver()
        #expect(client.receivedByServer == Array("last".utf8))
        #expect(client.session.state == .closedByPeer)
        try client.session.receiveEnd()
        // The other direction is still open (RFC 8446 section 6.1).
        try Array("answer".utf8).withUnsafeBytes { try client.session.send($0) }
        #expect(client.session.outgoingCount > 0)
    }

    @Test func endWithoutCloseNotifyIsTruncation() throws {
        let client = try TLSTestClient(of: context)
        try client.handshake()
        client.write("half a request")
        try client.deliver()
        #expect(throws: TLSError.truncated) { try client.session.receiveEnd() }
        #expect(client.session.state == .failed)
    }

    @Test func endDuringTheHandshake() throws {
        var session = try TLSSession(context, handshakeDeadline: .max)
        #expect(throws: TLSError.handshake("peer closed the connection")) { try session.receiveEnd() }
    }

    // MARK: - Hostile peers

    @Test func plainHTTPIsRefused() throws {
        var session = try TLSSession(context, handshakeDeadline: .max)
        var plaintext: [UInt8] = []
        #expect(throws: TLSError.self) {
            try Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).withUnsafeBytes {
                try session.receive($0, into: &plaintext)
            }
        }
        #expect(session.state == .failed)
        #expect(plaintext.isEmpty)
    }

    @Test func flippedBitInARecordIsRefusedWithAnAlert() throws {
        let client = try TLSTestClient(of: context)
        try client.handshake()
        _ = client.takeOutgoing()
        client.write("hello")
        client.transport.outgoing[client.transport.outgoing.count - 1] ^= 1
        #expect(throws: TLSError.self) { try client.deliver() }
        #expect(client.receivedByServer.isEmpty)
        #expect(client.session.outgoingCount > 0)
        #expect(throws: TLSError.self) { try Array("x".utf8).withUnsafeBytes { try client.session.send($0) } }
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func oldVersionsAreRefused(version: Int32) throws {
        let client = try TLSTestClient(of: context, .init(maximumVersion: version, minimumVersion: version))
        #expect(throws: TLSError.self) { try client.handshake() }
        #expect(client.session.outgoingCount > 0)
    }

    @Test(arguments: ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA"])
    func ciphersOutsideTheProfileAreRefused(cipher: String) throws {
        let client = try TLSTestClient(of: context, .init(maximumVersion: TLS1_2_VERSION, ciphers: cipher))
        #expect(throws: TLSError.self) { try client.handshake() }
    }

    @Test func renegotiationIsRefused() throws {
        let client = try TLSTestClient(of: context, .init(maximumVersion: TLS1_2_VERSION))
        try client.handshake()
        #expect(SSL_renegotiate(client.ssl) == 1)
        client.lend([]) { _ = SSL_do_handshake($0) }
        try client.deliver()
        // The answer is the warning no_renegotiation, which ends the client's attempt.
        var failed = false
        client.lend(client.takeOutgoing()) { ssl in
            failed = SSL_get_error(ssl, SSL_do_handshake(ssl)) == SSL_ERROR_SSL
        }
        #expect(failed)
    }

    @Test func randomBytesNeverTrap() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let client = try TLSTestClient(of: context)
            if Bool.random(using: &generator) { try client.handshake() }
            _ = client.takeOutgoing()
            var bytes = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes.replaceSubrange(0..<min(3, bytes.count), with: [23, 3, 3]) }
            var plaintext: [UInt8] = []
            try? bytes.withUnsafeBytes { try client.session.receive($0, into: &plaintext) }
            try? client.session.receiveEnd()
            client.session.close()
            #expect(plaintext.isEmpty)
        }
    }

    // MARK: - ALPN

    @Test(
        arguments: [
            (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), (["http/1.1", "h2"], "http/1.1"), (nil, nil),
        ] as [([String]?, String?)])
    func alpn(offered: [String]?, agreed: String?) throws {
        let client = try TLSTestClient(of: context, .init(protocols: offered))
        try client.handshake()
        #expect(client.negotiatedProtocol == agreed)
    }

    @Test(arguments: [["h2"], ["http/1.0"], ["HTTP/1.1"], ["http/1.1x", "ttp/1.1"]])
    func alpnMismatchIsFatal(offered: [String]) throws {
        let client = try TLSTestClient(of: context, .init(protocols: offered))
        #expect(throws: TLSError.self) { try client.handshake() }
        client.lend(client.takeOutgoing()) { _ = SSL_do_handshake($0) }
        let reason = ERR_peek_error() & 0x7F_FFFF
        #expect(reason == 1000 + 120)  // SSL_R_TLSV1_ALERT + no_application_protocol
    }
}
