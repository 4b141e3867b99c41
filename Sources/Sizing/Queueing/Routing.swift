/// How requests are sent to the instances of a pool.
public enum Routing: String, Hashable, Sendable, CaseIterable {
    /// To the one with the fewest requests: nearly one of n times the slots.
    case leastLoaded = "least_loaded"
    /// To one after the other.
    case roundRobin = "round_robin"
    /// To any, whatever it holds.
    case random
}
