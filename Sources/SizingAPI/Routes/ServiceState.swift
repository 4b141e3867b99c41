import Synchronization

/// What routes ask about the process that they are part of.
public final class ServiceState: Sendable {
    private let draining = Atomic<Bool>(false)

    public init() {}

    /// True from the moment when the process was asked to end: `/readyz` then answers 503.
    public var isDraining: Bool { draining.load(ordering: .relaxed) }

    public func beginDraining() { draining.store(true, ordering: .relaxed) }
}
