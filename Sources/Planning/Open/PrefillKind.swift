import Sizing

/// A prefill instance as a plan counts it.
public struct PrefillKind: Sendable {
    /// Devices, price and power of one instance.
    public var kind: InstancePair.Kind
    public var time: PrefillTime

    public init(kind: InstancePair.Kind, time: PrefillTime) {
        self.kind = kind
        self.time = time
    }
}

/// So many prefill instances of one kind.
public struct PrefillChoice: Hashable, Sendable {
    /// Index of the kind in the problem.
    public let kind: Int
    public let instances: Int
    /// What they count under the objective.
    public let weight: Double
}
