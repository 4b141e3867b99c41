/// An answer that was written and is to be reported once it was sent.
struct FinishedAnswer {
    let head: RequestHead?
    let route: String
    let status: Int
    let receivedBytes: Int
    let sentBytes: Int
    let began: UInt64

    func record(_ info: ConnectionInfo, completed: Bool, now: UInt64) -> RequestRecord {
        RequestRecord(
            head: head, route: route, status: status, receivedBytes: receivedBytes, sentBytes: sentBytes,
            duration: now >= began ? now - began : 0, peer: info.peer, completed: completed)
    }
}
