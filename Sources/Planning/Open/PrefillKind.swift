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

/// What prefill instances have to keep.
struct PrefillNeed {
    let pool: PrefillPool
    let arrivals: Arrivals
    let limits: ServiceLimits
    let routing: Routing

    func keeps(_ instances: Int) -> Bool { keeps(instances, arrivals) }

    private func keeps(_ instances: Int, _ arrivals: Arrivals) -> Bool {
        guard let time = pool.timeToFirstToken(arrivals, instances: instances, routing: routing) else { return false }
        if let most = limits.prefillUtilisation, pool.utilisation(arrivals, instances: instances) > most {
            return false
        }
        guard let limit = limits.ttft else { return true }
        guard let fraction = limit.percentile.fraction else { return time.mean <= limit.time }
        return time.percentile(fraction) <= limit.time
    }

    /// Requests a second that so many instances bear.
    func largestRate(_ instances: Int) -> Double {
        var (low, high) = (0.0, pool.capacity(instances: instances))
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if keeps(instances, arrivals.scaled(by: middle / arrivals.requestsPerSecond)) {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }
}
