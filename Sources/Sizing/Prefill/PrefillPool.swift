/// Prefill instances, each serving one prompt after another: from one queue, or each from its own.
public struct PrefillPool: Sendable {
    public let time: PrefillTime
    /// t over prompts, microseconds.
    public let times: WeightedValues
    public let service: ServiceTime

    public init(_ time: PrefillTime, lengths: RequestLengths) {
        self.time = time
        times = time.times(lengths.prefill)
        service = ServiceTime(times)
    }

    /// Requests a second that `instances` could serve if they never idled.
    public func capacity(instances: Int) -> Double { Double(instances) / service.mean * 1e6 }

    /// Time to first token: the wait and the prefill, which emits that token. nil where the load is more than the pool.
    ///
    /// - Parameters:
    ///   - routing: least loaded is one queue for all; else each instance has its own, and with random routing of Poisson
    ///     arrivals Pollaczek and Khinchine's mean is exact.
    ///   - instances: c, prefill instances.
    ///   - arrivals: rate and dispersion of the arrivals, or the arrivals themselves.
    public func timeToFirstToken(
        _ arrivals: Arrivals, instances: Int, routing: Routing = .leastLoaded
    ) -> DelayedValues? {
        var (servers, arrivals) = (instances, arrivals)
        switch routing {
        case .leastLoaded: break
        case .roundRobin: (servers, arrivals) = (1, arrivals.everyNth(instances))
        case .random: (servers, arrivals) = (1, arrivals.thinned(to: instances))
        }
        return WaitingTime.pool(
            servers: servers, rate: arrivals.rate, service: service, dispersion: arrivals.dispersion
        ).map { DelayedValues(times, after: $0) }
    }

    /// Share of the time that an instance works.
    public func utilisation(_ arrivals: Arrivals, instances: Int) -> Double {
        arrivals.rate * service.mean / Double(instances)
    }
}
