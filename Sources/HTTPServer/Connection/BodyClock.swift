/// How long a client may take over the body of one request. Pure: the time comes in with each event, in nanoseconds.
///
/// Two rules hold at once. Each stretch of the body has `ServerLimits.bodyTimeout` to arrive, and each window of
/// `ServerLimits.bodyRateWindow` must bring a minimum of bytes. Neither runs while the server itself does not read.
struct BodyClock: Equatable {
    private let time: UInt64
    private let stretch: Int
    private let window: UInt64
    private let minimum: Int
    /// When the current stretch must have arrived.
    private var stretchEnd: UInt64
    private var stretchBytes = 0
    private var windowStart: UInt64
    private var windowBytes = 0
    private var pausedAt: UInt64?

    init(_ timeouts: Timeouts, now: UInt64) {
        time = timeouts.body
        stretch = timeouts.bodyStretch
        window = timeouts.rateWindow
        minimum = timeouts.windowBytes
        stretchEnd = now + time
        windowStart = now
    }

    /// When ``isLate(now:)`` is to be asked; nil while the clock stands still.
    var deadline: UInt64? {
        pausedAt == nil ? min(stretchEnd, windowStart + window) : nil
    }

    /// Bytes of the body arrived.
    mutating func received(_ count: Int, now: UInt64) {
        windowBytes += count
        stretchBytes += count
        if stretchBytes >= stretch {
            // A body that may be longer than most has the same time for each such stretch of it.
            stretchBytes = 0
            stretchEnd = now + time
        }
        if now >= windowStart + window, windowBytes >= minimum { startWindow(now: now) }
    }

    /// Stops or restarts the clock. The time in between does not count against the client.
    mutating func setPaused(_ isPaused: Bool, now: UInt64) {
        if isPaused {
            if pausedAt == nil { pausedAt = now }
        } else if let since = pausedAt {
            pausedAt = nil
            stretchEnd += now - since
            startWindow(now: now)
        }
    }

    /// The deadline has passed: whether the body is too late. If not, the next window begins.
    mutating func isLate(now: UInt64) -> Bool {
        guard let deadline, now >= deadline else { return false }
        if now >= stretchEnd || windowBytes < minimum { return true }
        startWindow(now: now)
        return false
    }

    private mutating func startWindow(now: UInt64) {
        windowStart = now
        windowBytes = 0
    }
}

/// The time limits of ``ServerLimits`` in nanoseconds, the unit of the monotonic clock that the loops read.
struct Timeouts: Sendable, Equatable {
    let header: UInt64
    let body: UInt64
    /// Bytes of a body that have `body` to arrive; then the next ones have it.
    let bodyStretch: Int
    let rateWindow: UInt64
    /// Bytes that must arrive in one window.
    let windowBytes: Int
    let write: UInt64
    /// Bytes of responses that a client has `write` to take.
    let writeStretch: Int
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
        writeStretch = max(1, Int(max(0, min(1e15, Double(limits.minimumReadRate) * limits.writeTimeout))))
        idle = Self.nanoseconds(limits.idleTimeout)
        handshake = Self.nanoseconds(limits.handshakeTimeout)
        halfClose = Self.nanoseconds(limits.halfCloseGrace)
        drain = Self.nanoseconds(limits.drainTimeout)
    }

    /// Seconds to nanoseconds. NaN and anything beyond a century become a century; a negative time becomes 0.
    static func nanoseconds(_ seconds: Double) -> UInt64 {
        let century = 3.2e18
        let value = seconds * 1e9
        return value >= 0 && value < century ? UInt64(value) : seconds < 0 ? 0 : UInt64(century)
    }
}

/// How long a client may take to read the responses that wait for it. Pure: the time comes in with each event, in nanoseconds.
///
/// Each stretch of them has ``ServerLimits/writeTimeout`` to be taken. So a client that takes a byte now and then is given up like one
/// that takes nothing, and what waits for it is not held for ever.
struct WriteClock {
    private let time: UInt64
    private let stretch: Int
    /// When the current stretch must have been taken.
    private(set) var deadline: UInt64
    /// When the client last took something.
    private(set) var lastTaken: UInt64
    /// Bytes that it had taken by then.
    private var taken: Int
    private var stretchStart: Int

    /// - Parameter sent: bytes that the transport has taken so far, of the whole connection.
    init(_ timeouts: Timeouts, sent: Int, now: UInt64) {
        time = timeouts.write
        stretch = timeouts.writeStretch
        deadline = now + time
        lastTaken = now
        taken = sent
        stretchStart = sent
    }

    /// The transport takes no more for now.
    mutating func blocked(sent: Int, now: UInt64) {
        if sent != taken { lastTaken = now }
        taken = sent
        guard sent - stretchStart >= stretch else { return }
        stretchStart = sent
        deadline = now + time
    }
}

/// How many requests a connection is answered before others have their turn. Pure: the time comes in with each event.
///
/// Clients may send requests before they have the responses to earlier ones. Each takes less than a millisecond of an event loop, but
/// a client that sends hundreds at once would have it to itself.
struct RequestTurn {
    /// The time of a turn in nanoseconds, from the end of its first request. The one that exceeds it is the last.
    static let length: UInt64 = 500_000

    private var firstEnded: UInt64?
    /// The next request has to wait until others have had their turn.
    private(set) var isOver = false

    /// A request is answered, or given to the pool, and another one waits.
    mutating func requestEnded(now: UInt64) {
        guard let firstEnded else {
            firstEnded = now
            return
        }
        if now &- firstEnded >= Self.length { isOver = true }
    }
}
