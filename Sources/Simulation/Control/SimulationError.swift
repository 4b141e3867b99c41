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
