/// An answer that was written and is to be reported once it was sent.
struct FinishedAnswer {
    var head: RequestHead?
    let route: String
    let status: Int
    let receivedBytes: Int
    let sentBytes: Int
    let began: UInt64

    /// The header section, to be given back once the answer was reported.
    mutating func takeStorage() -> HeadStorage? {
        defer { head = nil }
        return head?.storage
    }

    func record(_ info: ConnectionInfo, completed: Bool, now: UInt64) -> RequestRecord {
        RequestRecord(
            head: head, route: route, status: status, receivedBytes: receivedBytes, sentBytes: sentBytes,
            duration: now >= began ? now - began : 0, peer: info.peer, completed: completed)
    }
}
