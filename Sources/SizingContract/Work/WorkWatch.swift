import Synchronization

/// Ends a run that takes longer than it may: an estimate can be wrong, a clock cannot.
public final class WorkWatch: Sendable {
    private let end: Double
    private let isCancelled: @Sendable () -> Bool
    private let clock: @Sendable () -> Double
    private let late = Atomic<Bool>(false)

    /// - Parameters:
    ///   - seconds: from now on.
    ///   - isCancelled: whether the answer is no longer wanted.
    ///   - clock: milliseconds, never going back.
    public init(
        seconds: Double, isCancelled: @escaping @Sendable () -> Bool = { false },
        clock: @escaping @Sendable () -> Double = MonotonicClock.milliseconds
    ) {
        end = clock() + 1e3 * seconds
        self.isCancelled = isCancelled
        self.clock = clock
    }

    /// Whether the run is to end. Runs ask every few microseconds to milliseconds.
    public func isOver() -> Bool {
        if isCancelled() { return true }
        guard clock() > end else { return false }
        late.store(true, ordering: .relaxed)
        return true
    }

    /// Whether the run was told to end because its time was over: what it gave is not whole.
    public var ranOut: Bool { late.load(ordering: .relaxed) }
}
