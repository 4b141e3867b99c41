import COpenSSL

@testable import HTTPServer

/// The other end of a `TLSSession`, joined to it in memory.
final class TLSTestClient: OpenSSLClient {
    var session: TLSSession
    /// What the server decrypted.
    var receivedByServer: [UInt8] = []

    init(of server: TLSContext, _ options: Options = Options()) throws {
        session = try TLSSession(server, handshakeDeadline: .max)
        try super.init(options)
    }

    /// Goes to and fro until neither side has anything to say. Throws the server's error.
    func handshake() throws {
        var input: [UInt8] = []
        repeat {
            // A ticket may follow the handshake, and is read too.
            _ = receive(input)
            try deliver()
            input = takeOutgoing()
        } while !input.isEmpty
    }

    /// Hands to the server what the client has written.
    func deliver() throws {
        let bytes = transport.outgoing
        transport.outgoing = []
        if !bytes.isEmpty {
            try bytes.withUnsafeBytes { try session.receive($0, into: &receivedByServer) }
        }
    }

    /// The ciphertext that the server would send.
    func takeOutgoing() -> [UInt8] {
        var taken: [UInt8] = []
        while session.outgoingCount > 0 {
            _ = session.sendOutgoing { bytes in
                taken += bytes
                return .bytes(bytes.count)
            }
        }
        return taken
    }

    /// Decrypts what the server has to say.
    func read() -> [UInt8] {
        receive(takeOutgoing())
    }
}
