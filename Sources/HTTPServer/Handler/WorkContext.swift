import Synchronization

/// What a job on the work pool knows of its request.
public final class WorkContext: Sendable {
    private let cancelled = Atomic<Bool>(false)

    public init() {}

    /// True once the response is no longer wanted: the client has gone, or the server stops. Long work ought to look at
    /// it every few milliseconds and return any response as soon as it is set.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Marks the work as no longer wanted.
    public func cancel() { cancelled.store(true, ordering: .relaxed) }
}
