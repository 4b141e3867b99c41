/// The body of a response that is written in pieces from the work pool.
///
/// Sending never blocks. A client that reads too slowly loses pieces that were marked as droppable and gets all others.
public final class ResponseStream: Sendable {
    public let context: WorkContext
    private let sink: @Sendable ([UInt8], Bool) -> Bool

    init(context: WorkContext, sink: @escaping @Sendable ([UInt8], Bool) -> Bool) {
        self.context = context
        self.sink = sink
    }

    /// True once nobody reads any more: the client has gone, or the server stops.
    public var isCancelled: Bool { context.isCancelled }

    /// Sends a piece of the body.
    ///
    /// - Parameters:
    ///   - bytes: the piece.
    ///   - droppable: whether the piece may be left out when the client has not yet read the earlier ones
    ///     (a progress report that the next one replaces).
    /// - Returns: false if the piece was dropped or the client has gone.
    @discardableResult
    public func send(_ bytes: [UInt8], droppable: Bool = false) -> Bool { sink(bytes, droppable) }
}
