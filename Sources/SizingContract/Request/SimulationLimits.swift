/// What simulations may take of the process.
public struct SimulationLimits: Sendable, Hashable {
    /// The most work of one request, in completions and worker-steps (some ten to twenty nanoseconds each): more is refused.
    public var maximumWork: Double
    /// The longest `timeout_ms`, and the one where none is given.
    public var maximumTimeout: Int
    public var defaultTimeout: Int
    /// Threads of one request.
    public var threads: Int
    /// Results that are kept for requests that come again.
    public var cachedResults: Int

    public init(
        maximumWork: Double = 5e8, maximumTimeout: Int = 60_000, defaultTimeout: Int = 10_000, threads: Int = 2,
        cachedResults: Int = 256
    ) {
        self.maximumWork = maximumWork
        self.maximumTimeout = maximumTimeout
        self.defaultTimeout = min(defaultTimeout, maximumTimeout)
        self.threads = threads
        self.cachedResults = cachedResults
    }
}
