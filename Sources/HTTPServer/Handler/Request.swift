/// A complete request: its head and its whole body.
public struct Request: Sendable {
    public let head: RequestHead
    /// The body after transfer and content decoding; empty when there was none.
    public let body: [UInt8]

    public init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}
