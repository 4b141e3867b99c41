import Synchronization

/// Counts that the loops of one server share.
final class ServerState: Sendable {
    private let maximumWaitingOutput: Int
    private let maximumWaitingInput: Int
    private let maximumHandshakes: Int
    /// Nanoseconds from one TLS handshake to the next; 0 where their rate is not limited.
    private let handshakeInterval: UInt64
    /// When the handshakes that were begun are paid for, in nanoseconds.
    private let handshakesPaidAt = Monitor<UInt64>(0)

    /// How far handshakes may be ahead of their rate, in nanoseconds: a loop that waits for its turn looks every tenth of a second.
    private static let handshakeTolerance: UInt64 = 250_000_000

    /// Connections that are open, but for those that are only being refused.
    let connections = Atomic<Int>(0)
    /// Connections that are open only to be told that there are too many.
    let refusals = Atomic<Int>(0)
    /// Bytes of memory that are held for clients to read.
    let waitingOutput = Atomic<Int>(0)
    /// Bytes of memory that are held of requests whose rest is awaited.
    let waitingInput = Atomic<Int>(0)
    /// TLS handshakes under way.
    let handshakes = Atomic<Int>(0)

    init(_ limits: ServerLimits) {
        maximumWaitingOutput = limits.maximumWaitingOutput
        maximumWaitingInput = limits.maximumWaitingInput
        maximumHandshakes = limits.maximumHandshakes
        handshakeInterval = limits.handshakeRate.map { Timeouts.nanoseconds(1 / max($0, 1e-3)) } ?? 0
    }

    /// So much waits for clients to read it that nothing is to be added.
    var isOutputFull: Bool { waitingOutput.load(ordering: .relaxed) > maximumWaitingOutput }

    /// So many bytes more are held of requests whose rest is awaited. True where it is too much.
    func holdInput(_ count: Int) -> Bool {
        waitingInput.add(count, ordering: .relaxed).newValue > maximumWaitingInput
    }

    /// Whether the rate allows one more handshake now.
    func isHandshakeDue(now: UInt64) -> Bool {
        handshakeInterval == 0 || handshakesPaidAt.withLock { $0 <= now &+ Self.handshakeTolerance }
    }

    /// A TLS connection was accepted. False where there are too many handshakes under way; else it counts as one of them until
    /// `handshakes` is lowered.
    func beginHandshake(now: UInt64) -> Bool {
        guard handshakes.add(1, ordering: .relaxed).newValue <= maximumHandshakes else {
            handshakes.subtract(1, ordering: .relaxed)
            return false
        }
        if handshakeInterval > 0 { handshakesPaidAt.withLock { $0 = max($0, now) &+ handshakeInterval } }
        return true
    }
}
