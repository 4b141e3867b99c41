import JSON
import Simulation
import Sizing

/// What a request says about a simulation beside the bundle itself: in `/v1/simulate` at the top, in `/v1/size` under
/// `simulation`.
struct SimulationSettings: Sendable {
    var requestsPerInstance: Int
    var start: SimulationStart
    var seed: Int
    /// Milliseconds.
    var timeout: Int

    static let fields: [StaticString] = ["requests_per_instance", "start", "seed", "timeout_ms"]
    static let defaultRequests = 10_000
    static let defaultSeed = 1

    static func decode(
        _ object: ObjectReader, _ limits: SimulationLimits, _ errors: inout ValidationErrors
    ) -> SimulationSettings {
        let requests = object.optional("requests_per_instance")?
            .integer(in: 1...SimulationProblem.maximumRequests, &errors)
        let start = object.optional("start")?.choice(of: SimulationStart.self, &errors)
        // Whole numbers that every JSON reader keeps exactly.
        let seed = object.optional("seed")?.integer(in: 0...(1 << 53) - 1, &errors)
        let timeout = object.optional("timeout_ms")?.integer(in: 1...limits.maximumTimeout, &errors)
        return SimulationSettings(
            requestsPerInstance: requests ?? defaultRequests, start: start ?? .stationary, seed: seed ?? defaultSeed,
            timeout: timeout ?? limits.defaultTimeout)
    }
}

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
