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
