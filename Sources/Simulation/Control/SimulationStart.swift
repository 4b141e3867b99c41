/// What the slots hold at the beginning.
public enum SimulationStart: String, Hashable, Sendable, CaseIterable {
    /// What a random step finds: each slot has a request drawn in proportion to its length, at a uniform age. There is no
    /// warm-up.
    case stationary
    /// New requests, all at age 0 (the paper's).
    case cold
}
