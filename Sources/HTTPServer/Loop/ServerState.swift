import Synchronization

/// Counts that the loops of one server share.
final class ServerState: Sendable {
    /// Connections that are open, but for those that are only being refused.
    let connections = Atomic<Int>(0)
    /// Connections that are open only to be told that there are too many.
    let refusals = Atomic<Int>(0)
}
