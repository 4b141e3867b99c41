/// How a running simulation hears that it should end, and tells how far it is.
public struct SimulationControl: Sendable {
    /// Worker-steps between two looks.
    static let interval = 4096

    /// Called every few thousand worker-steps, from whatever thread runs; returns why the run should end, if it should.
    public let stop: @Sendable () -> SimulationError?
    /// Called as often with the worker-steps made since the last call.
    let advanced: @Sendable (Int) -> Void

    public init(stop: @escaping @Sendable () -> SimulationError? = { nil }) {
        self.init(stop: stop, advanced: { _ in })
    }

    init(stop: @escaping @Sendable () -> SimulationError?, advanced: @escaping @Sendable (Int) -> Void) {
        self.stop = stop
        self.advanced = advanced
    }

    /// Reports `work` and throws if the run should end.
    func report(_ work: Int) throws(SimulationError) {
        advanced(work)
        if let reason = stop() { throw reason }
    }
}

/// Why a simulation was not run, or not to its end.
public enum SimulationError: Error, Hashable, Sendable {
    /// The workload is known by its moments only; single requests cannot be drawn.
    case momentsOnly
    /// A parameter is out of range: its name in the HTTP contract, and the rule that completes "… must …".
    case invalid(field: String, rule: String)
    /// The estimated work is above the bound; both in completions and worker-steps.
    case tooMuchWork(estimate: Double, bound: Double)
    /// The slots of one run would need more memory than the bound; both in bytes.
    case tooMuchMemory(estimate: Double, bound: Double)
    /// The deadline passed.
    case timedOut
    /// Nobody waits for the answer any more.
    case cancelled
}

/// What the slots hold at the beginning.
public enum SimulationStart: String, Hashable, Sendable, CaseIterable {
    /// What a random step finds: each slot has a request drawn in proportion to its length, at a uniform age. There is no
    /// warm-up.
    case stationary
    /// New requests, all at age 0 (the paper's).
    case cold
}
