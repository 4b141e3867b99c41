import COpenSSL
import Foundation
import Testing

@testable import HTTPServer

@Suite struct TLSContextTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(TestIdentity(name: "localhost"))
    }

    private var configuration: TLSConfiguration {
        TLSConfiguration(certificatePath: folder.path("tls.crt"), privateKeyPath: folder.path("tls.key"))
    }

    // MARK: - Files

    @Test func keyOfAnotherCertificateIsRefused() throws {
        try folder.write(TestIdentity(name: "other").keyPEM, to: "tls.key")
        #expect(throws: TLSError.self) { try TLSContext(configuration) }
    }

    @Test(arguments: ["tls.crt", "tls.key"])
    func missingOrMalformedFilesAreRefused(name: String) throws {
        try folder.write("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", to: name)
        #expect(throws: TLSError.self) { try TLSContext(configuration) }
        try FileManager.default.removeItem(atPath: folder.path(name))
        let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
        #expect("\(try #require(error))".contains(folder.path(name)))
    }

    @Test func encryptedKeyIsRefusedWithoutAPrompt() throws {
        let identity = try TestIdentity(name: "localhost")
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        let passphrase = Array("secret".utf8)
        #expect(
            PEM_write_bio_PrivateKey(
                bio, identity.key, EVP_aes_128_cbc(), passphrase, Int32(passphrase.count), nil, nil) == 1)
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = BIO_read(bio, &bytes, Int32(bytes.count))
        try folder.write(identity.certificatePEM, to: "tls.crt")
        try folder.write(String(decoding: bytes.prefix(Int(count)), as: UTF8.self), to: "tls.key")
        #expect(throws: TLSError.self) { try TLSContext(configuration) }
    }

    @Test func expiryIsReadFromTheCertificate() throws {
        try folder.write(TestIdentity(name: "localhost", validFor: 3600))
        let expected = Int(Date().timeIntervalSince1970) + 3600
        #expect(abs(try TLSContext(configuration).certificateExpiry - expected) <= 60)
    }

    // MARK: - Reload

    @Test func newConnectionsGetTheNewCertificateAndOldOnesKeepTheirs() throws {
        let store = try TLSCertificateStore(configuration, now: 0)
        let old = try TLSTestClient(of: store.current)
        try old.handshake()
        try folder.write(TestIdentity(name: "renewed"))
        store.poll(now: 1)
        let new = try TLSTestClient(of: store.current)
        try new.handshake()
        #expect(new.serverName == "renewed")
        #expect(old.serverName == "localhost")
        old.write("still here")
        try old.deliver()
        #expect(old.receivedByServer == Array("still here".utf8))
    }

    @Test func halfReplacedPairKeepsTheOldOneUntilItIsWhole() throws {
        let events = EventRecorder()
        let store = try TLSCertificateStore(configuration, now: 0) { events.add($0) }
        let renewed = try TestIdentity(name: "renewed")
        try folder.write(renewed.certificatePEM, to: "tls.crt")
        store.poll(now: 1)
        let between = try TLSTestClient(of: store.current)
        try between.handshake()
        #expect(between.serverName == "localhost")
        try folder.write(renewed.keyPEM, to: "tls.key")
        store.poll(now: 2)
        let after = try TLSTestClient(of: store.current)
        try after.handshake()
        #expect(after.serverName == "renewed")
        #expect(events.all.count == 2)
        #expect(events.all.last == .reloaded(name: "TLS certificate"))
    }

    @Test func ticketsEndWithTheirContext() throws {
        let store = try TLSCertificateStore(configuration, now: 0)
        let first = try TLSTestClient(of: store.current)
        try first.handshake()
        // The ticket comes with the first answer.
        #expect(first.session.outgoingCount == 0)
        try Array("answer".utf8).withUnsafeBytes { try first.session.send($0) }
        #expect(first.read() == Array("answer".utf8))
        let session = try #require(SSL_get1_session(first.ssl))
        defer { SSL_SESSION_free(session) }
        #expect(SSL_SESSION_is_resumable(session) == 1)

        let resumed = try TLSTestClient(of: store.current)
        SSL_set_session(resumed.ssl, session)
        try resumed.handshake()
        #expect(SSL_session_reused(resumed.ssl) == 1)

        store.poll(now: TLSCertificateStore.ticketKeyLifetime)
        let later = try TLSTestClient(of: store.current)
        SSL_set_session(later.ssl, session)
        try later.handshake()
        #expect(SSL_session_reused(later.ssl) == 0)
        #expect(later.session.state == .established)
    }

    // MARK: - Client certificates

    private func contextThatTrusts(_ authority: TestIdentity) throws -> TLSContext {
        try folder.write(authority.certificatePEM, to: "ca.crt")
        var configuration = configuration
        configuration.clientAuthorityPath = folder.path("ca.crt")
        return try TLSContext(configuration)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func clientsOfTheAuthorityAreLetIn(version: Int32) throws {
        let authority = try TestIdentity(name: "authority")
        let client = try TLSTestClient(
            of: contextThatTrusts(authority),
            .init(maximumVersion: version, identity: TestIdentity(name: "client", issuer: authority, serial: 2)))
        try client.handshake()
        #expect(client.session.state == .established)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func clientsWithoutACertificateAreNot(version: Int32) throws {
        let context = try contextThatTrusts(TestIdentity(name: "authority"))
        let client = try TLSTestClient(of: context, .init(maximumVersion: version))
        #expect(throws: TLSError.self) { try client.handshake() }
        #expect(client.session.state == .failed && client.session.handshakeDeadline != nil)
        #expect(client.session.outgoingCount > 0)
    }

    @Test func clientsOfAnotherAuthorityAreNot() throws {
        let stranger = try TestIdentity(name: "authority")  // The same name, another key.
        let client = try TLSTestClient(
            of: contextThatTrusts(TestIdentity(name: "authority")),
            .init(identity: TestIdentity(name: "client", issuer: stranger, serial: 2)))
        #expect(throws: TLSError.self) { try client.handshake() }
    }

    @Test func expiredClientsAreNot() throws {
        let authority = try TestIdentity(name: "authority")
        let client = try TLSTestClient(
            of: contextThatTrusts(authority),
            .init(identity: TestIdentity(name: "client", issuer: authority, serial: 2, validFor: -30)))
        #expect(throws: TLSError.self) { try client.handshake() }
    }

    // MARK: - Revocation

    private func isLetIn(_ client: TestIdentity, by context: TLSContext) throws -> Bool {
        let client = try TLSTestClient(of: context, .init(identity: client))
        do { try client.handshake() } catch { return false }
        return client.session.state == .established
    }

    @Test func revokedClientsAreNotLetInFromTheNextLookOn() throws {
        let authority = try TestIdentity(name: "authority")
        let clients = try (2...3).map { try TestIdentity(name: "client", issuer: authority, serial: $0) }
        var configuration = configuration
        configuration.clientAuthorityPath = try folder.write(authority.certificatePEM, to: "ca.crt")
        configuration.revocationListPath = try folder.write(authority.revocationListPEM(of: []), to: "ca.crl")
        let store = try TLSCertificateStore(configuration, now: 0)
        #expect(try clients.map { try isLetIn($0, by: store.current) } == [true, true])
        try folder.write(authority.revocationListPEM(of: [3]), to: "ca.crl")
        store.poll(now: 1)
        #expect(try clients.map { try isLetIn($0, by: store.current) } == [true, false])
        // A file that is no list keeps the one before.
        try folder.write("nonsense", to: "ca.crl")
        store.poll(now: 2)
        #expect(try clients.map { try isLetIn($0, by: store.current) } == [true, false])
    }

    @Test func aListThatIsOutOfDateOrOfAnotherAuthorityLetsNobodyIn() throws {
        let authority = try TestIdentity(name: "authority")
        let client = try TestIdentity(name: "client", issuer: authority, serial: 2)
        var configuration = configuration
        configuration.clientAuthorityPath = try folder.write(authority.certificatePEM, to: "ca.crt")
        configuration.revocationListPath = folder.path("ca.crl")
        for list in [
            try authority.revocationListPEM(of: [], validFor: -60),
            try TestIdentity(name: "another").revocationListPEM(of: []),
        ] {
            try folder.write(list, to: "ca.crl")
            #expect(try !isLetIn(client, by: TLSContext(configuration)))
        }
        configuration.revocationListPath = nil
        #expect(try isLetIn(client, by: TLSContext(configuration)))
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["tls.crt", "tls.key", "ca.crt", "ca.crl"])
    func aPipeInPlaceOfAFileIsRefusedWithoutWaiting(name: String) throws {
        let authority = try TestIdentity(name: "authority")
        var configuration = configuration
        configuration.clientAuthorityPath = try folder.write(authority.certificatePEM, to: "ca.crt")
        configuration.revocationListPath = try folder.write(authority.revocationListPEM(of: []), to: "ca.crl")
        try FileManager.default.removeItem(atPath: folder.path(name))
        try #require(mkfifo(folder.path(name), 0o600) == 0)
        let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
        #expect("\(try #require(error))".contains("\(folder.path(name)): not a regular file"))
    }

    @Test func missingAuthorityFileIsRefused() throws {
        var configuration = configuration
        configuration.clientAuthorityPath = folder.path("nowhere.crt")
        #expect(throws: TLSError.self) { try TLSContext(configuration) }
    }
}
