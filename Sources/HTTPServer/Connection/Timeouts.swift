/// The time limits in nanoseconds, the unit of the monotonic clock that the loops read.
struct Timeouts: Sendable {
    let header: UInt64
    let body: UInt64
    /// Bytes of a body that have `body` to arrive; then the next ones have it.
    let bodyStretch: Int
    let rateWindow: UInt64
    /// Bytes that must arrive in one window.
    let windowBytes: Int
    let write: UInt64
    let idle: UInt64
    let handshake: UInt64
    let halfClose: UInt64
    let drain: UInt64

    init(_ limits: ServerLimits) {
        header = Self.nanoseconds(limits.headerTimeout)
        body = Self.nanoseconds(limits.bodyTimeout)
        bodyStretch = max(1, limits.maximumBody)
        rateWindow = Self.nanoseconds(limits.bodyRateWindow)
        windowBytes = Int(max(0, min(1e15, Double(limits.minimumBodyRate) * limits.bodyRateWindow)))
        write = Self.nanoseconds(limits.writeTimeout)
        idle = Self.nanoseconds(limits.idleTimeout)
        handshake = Self.nanoseconds(limits.handshakeTimeout)
        halfClose = Self.nanoseconds(limits.halfCloseGrace)
        drain = Self.nanoseconds(limits.drainTimeout)
    }

    /// Seconds to nanoseconds; anything beyond a century, and what is no number, becomes a century.
    static func nanoseconds(_ seconds: Double) -> UInt64 {
        let century = 3.2e18
        let value = seconds * 1e9
        return value >= 0 && value < century ? UInt64(value) : seconds < 0 ? 0 : UInt64(century)
    }
}
