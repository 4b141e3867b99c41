/// The responses of a connection that were written and whose bytes are not all sent: they are reported once they are.
struct ResponseReports {
    private struct Report {
        var head: RequestHead?
        let route: String
        let status: Int
        let receivedBytes: Int
        let sentBytes: Int
        let began: UInt64
        /// The identifier of a request without a head.
        let unreadID: UInt64

        func record(peer: PeerAddress, completed: Bool, now: UInt64) -> RequestRecord {
            RequestRecord(
                head: head, route: route, status: status, receivedBytes: receivedBytes, sentBytes: sentBytes,
                duration: now >= began ? now - began : 0, peer: peer, completed: completed,
                unreadID: unreadID)
        }
    }

    private let services: ConnectionServices
    private let peer: PeerAddress
    private var waiting: [Report] = []
    /// The header section of the last request, not yet given back.
    private var spent: HeadStorage?

    init(_ services: ConnectionServices, peer: PeerAddress) {
        self.services = services
        self.peer = peer
    }

    /// A response was written, or given up.
    ///
    /// - Parameters:
    ///   - request: what it answers; nil where nothing of a request could be read.
    ///   - unreadID: the identifier of one whose header section could not be read; 0 where it could.
    mutating func add(_ request: ServedRequest?, status: Int, sentBytes: Int, unreadID: UInt64 = 0, now: UInt64) {
        recycleHead()
        if services.observer != nil {
            waiting.append(
                Report(
                    head: request?.head, route: request?.route ?? "", status: status,
                    receivedBytes: request?.receivedBytes ?? 0, sentBytes: sentBytes, began: request?.began ?? now,
                    unreadID: unreadID))
        } else {
            // Callers up the stack may still hold it, and only what nobody holds can be used again.
            spent = request?.head?.storage
        }
    }

    /// Tells the observer of the responses that were sent, or given up.
    mutating func send(completed: Bool, now: UInt64) {
        recycleHead()
        guard let observer = services.observer, !waiting.isEmpty else { return }
        let end = services.clock?() ?? now
        for index in waiting.indices {
            observer.requestFinished(waiting[index].record(peer: peer, completed: completed, now: end))
            giveBack(&waiting[index].head)
        }
        waiting.removeAll(keepingCapacity: waiting.count <= 4)
    }

    /// Gives the last request's header section back to the pool.
    private mutating func recycleHead() {
        guard spent != nil else { return }
        var storage: HeadStorage?
        swap(&storage, &spent)
        services.heads.give(&storage)
    }

    private func giveBack(_ head: inout RequestHead?) {
        var storage = head?.storage
        head = nil
        services.heads.give(&storage)
    }
}
