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
