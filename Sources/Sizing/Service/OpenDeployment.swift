/// Prefill instances, the link, and bundles: what requests go through.
public struct OpenDeployment: Sendable {
    public let bundle: SolvedBundle
    public let bundles: Int
    public let routing: Routing
    /// nil where only decoding is looked at.
    public let prefill: PrefillPool?
    public let prefillInstances: Int
    /// nil where caches are there at once.
    public let transfer: TransferStage?

    public init(
        bundle: SolvedBundle, bundles: Int = 1, routing: Routing = .leastLoaded, prefill: PrefillPool? = nil,
        prefillInstances: Int = 0, transfer: TransferStage? = nil
    ) {
        self.bundle = bundle
        self.bundles = max(1, bundles)
        self.routing = routing
        self.prefill = prefill
        self.prefillInstances = max(0, prefillInstances)
        self.transfer = transfer
    }

    /// What bundles give at a rate; nil where it is more than they can serve.
    public func bundleService(_ arrivals: Arrivals) -> BundleService? {
        let (bundle, arrivals) = routing.split(arrivals, bundle, bundles: bundles)
        return bundle.service(arrivals)
    }

    /// The first of prefill, link and bundles that stands against `arrivals` under `limits`; nil where all is well.
    public func bound(_ arrivals: Arrivals, _ limits: ServiceLimits) -> ServiceBound? {
        if let bound = prefillBound(arrivals, limits) { return bound }
        if let bound = transfer?.bound(arrivals, limits) { return bound }
        return bundleBound(arrivals, limits)
    }

    public func prefillBound(_ arrivals: Arrivals, _ limits: ServiceLimits) -> ServiceBound? {
        guard let prefill else { return nil }
        guard let time = prefill.timeToFirstToken(arrivals, instances: prefillInstances, routing: routing)
        else { return .prefill }
        if let most = limits.prefillUtilisation,
            prefill.utilisation(arrivals, instances: prefillInstances) > most
        {
            return .prefill
        }
        return limits.ttft.map { time.keeps($0) } ?? true ? nil : .ttft
    }

    public func bundleBound(_ arrivals: Arrivals, _ limits: ServiceLimits) -> ServiceBound? {
        guard let service = bundleService(arrivals) else { return .slots }
        if let limit = limits.tpot, !service.keepsTPOT(limit) { return .tpot }
        if let limit = limits.wait, !service.keepsWait(limit) { return .wait }
        if let most = limits.waitingProbability, service.waitingProbability > most { return .wait }
        return nil
    }

    /// The largest rate that keeps `limits`, with the dispersion of `arrivals`, in requests a second, and what bounds it; 0 where none
    /// does. What binds each of the three parts falls with the rate, so the largest is found by halving.
    ///
    /// - Parameters:
    ///   - tolerance: how far below the largest the answer may be, relative.
    ///   - limits: what has to hold.
    ///   - arrivals: rate and dispersion of the arrivals, or the arrivals themselves.
    ///   - known: a rate that keeps them, from which to look; 0 where none is known.
    public func largestRate(
        like arrivals: Arrivals, _ limits: ServiceLimits, tolerance: Double = 1e-5, known: Double = 0
    ) -> (rate: Double, bound: ServiceBound?) {
        var capacity = bundle.capacity * Double(bundles)
        if let prefill { capacity = min(capacity, prefill.capacity(instances: prefillInstances)) }
        if let transfer { capacity = min(capacity, transfer.capacity) }
        guard capacity > 0, capacity.isFinite else { return (0, .slots) }
        func bound(_ rate: Double) -> ServiceBound? {
            self.bound(arrivals.scaled(by: rate / arrivals.requestsPerSecond), limits)
        }
        var (low, high) = (0.0, capacity)
        var binding = bound(capacity) ?? .slots
        if known > 0 {
            low = min(known, capacity)
            // In growing steps, since it is most often near.
            var step = 0.02
            while low < capacity, (1 + step) * low < high {
                if let found = bound((1 + step) * low) {
                    high = (1 + step) * low
                    binding = found
                } else {
                    low *= 1 + step
                    step *= 4
                }
            }
        } else {
            guard bound(capacity * 1e-6) == nil else { return (0, bound(capacity * 1e-6)) }
            low = capacity * 1e-6
        }
        while high - low > tolerance * high {
            let middle = low < high / 8 ? (low * high).squareRoot() : (low + high) / 2
            if let found = bound(middle) {
                high = middle
                binding = found
            } else {
                low = middle
            }
        }
        // A rate that is asked for is borne in full where no limit stands against it.
        let asked = arrivals.requestsPerSecond
        return (low < asked && asked < high && bound(asked) == nil ? asked : low, binding)
    }
}

extension DelayedValues {
    /// Whether the bounded value is within its limit.
    func keeps(_ limit: ServiceLimit) -> Bool {
        guard let fraction = limit.percentile.fraction else { return mean <= limit.time }
        return share(within: limit.time) >= fraction || percentile(fraction) <= limit.time
    }
}

extension BundleService {
    func keepsTPOT(_ limit: ServiceLimit) -> Bool {
        guard let fraction = limit.percentile.fraction else { return meanTPOT <= limit.time }
        return tpotShare(within: limit.time) >= fraction
    }

    func keepsWait(_ limit: ServiceLimit) -> Bool {
        guard let fraction = limit.percentile.fraction else { return meanWait <= limit.time }
        return waitShare(within: limit.time) >= fraction
    }

    /// TPOT, microseconds.
    public func tpot(_ percentile: ServicePercentile) -> Double {
        percentile.fraction.map { tpot(percentile: $0) } ?? meanTPOT
    }

    /// Wait, microseconds.
    public func wait(_ percentile: ServicePercentile) -> Double {
        percentile.fraction.map { wait(percentile: $0) } ?? meanWait
    }
}

extension Routing {
    /// What one of n bundles gets, and the bundle that gets it.
    func split(_ arrivals: Arrivals, _ bundle: SolvedBundle, bundles n: Int) -> (SolvedBundle, Arrivals) {
        guard n > 1 else { return (bundle, arrivals) }
        switch self {
        case .leastLoaded: return (bundle.pooled(n), arrivals)
        case .roundRobin: return (bundle, arrivals.everyNth(n))
        case .random: return (bundle, arrivals.thinned(to: n))
        }
    }
}
