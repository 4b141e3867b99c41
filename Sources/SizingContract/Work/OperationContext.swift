import Glibc

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
