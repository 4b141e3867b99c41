import Glibc
import Synchronization

/// What a run knows of the world: since when it is waited for, whether it still is, and who wants to know how far it is.
public struct OperationContext: Sendable {
    /// When the request was there, by ``MonotonicClock``: bounds such as `timeout_ms` count from here.
    public let start: Double
    /// Whether the answer is no longer wanted. Long runs look at it every few milliseconds.
    public let isCancelled: @Sendable () -> Bool
    /// Takes the fraction that is done, 0…1.
    public let progress: (@Sendable (Double) -> Void)?

    public init(
        start: Double = MonotonicClock.milliseconds(), isCancelled: @escaping @Sendable () -> Bool = { false },
        progress: (@Sendable (Double) -> Void)? = nil
    ) {
        self.start = start
        self.isCancelled = isCancelled
        self.progress = progress
    }

    /// Ends a run whose answer is no longer wanted.
    ///
    /// - Throws: 503 that says so.
    func check() throws(ProblemDocument) {
        if isCancelled() { throw .stopped }
    }
}

extension ProblemDocument {
    /// 503 for work that nobody waits for.
    static let stopped = ProblemDocument(.unavailable, "The work was stopped.", retryAfter: 1)
}

/// Time that never goes back.
public enum MonotonicClock {
    /// Since some moment that is the same for the whole process.
    public static func milliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
    }
}

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
