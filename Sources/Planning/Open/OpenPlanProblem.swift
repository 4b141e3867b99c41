import Hardware
import Sizing
import Text

/// How large an open deployment is to be.
public enum OpenTarget: Hashable, Sendable {
    /// As light as possible at the rate of arrivals.
    case lightest
    /// The largest rate with at most so many devices of all kinds together.
    case total(devices: Int)
    /// The largest rate with at most so many devices of each kind; prefill nil where none is described.
    case each(attention: Int, ffn: Int, prefill: Int?)
}

/// A planning question about an open system: prefill instances, a link and bundles for a rate of arrivals, or the largest rate for so
/// many devices.
public struct OpenPlanProblem: Sendable {
    public private(set) var pairs: [InstancePair]
    /// Requests as a full slot sees them, at one token a step.
    public let load: OpenLoad
    /// Shapes of bundles, batches and rules. Its bound on TPOT is not used.
    public private(set) var limits: PlanLimits
    public private(set) var service: ServiceLimits
    public let objective: Objective
    public let arrivals: Arrivals
    public private(set) var target: OpenTarget
    /// Kinds of prefill instances to choose from; none where only decoding is looked at.
    public let prefill: [PrefillKind]
    public let transfer: CacheTransfer?
    public let routing: Routing
    /// nil where one pool for prefill and decode is not asked about.
    public let mixing: MixedPrefill?

    /// - Throws: `InvalidInput` as `PlanProblem` does, and naming `objective` where a prefill instance has no price or power for it.
    public init(
        pairs: [InstancePair], load: OpenLoad, limits: PlanLimits, service: ServiceLimits, objective: Objective,
        arrivals: Arrivals, target: OpenTarget = .lightest, prefill: [PrefillKind] = [],
        transfer: CacheTransfer? = nil, routing: Routing = .leastLoaded, mixing: MixedPrefill? = nil
    ) throws(InvalidInput) {
        // The same checks of pairs and prices.
        _ = try PlanProblem(pairs: pairs, limits: limits, objective: objective, target: .shape)
        for kind in prefill {
            switch objective {
            case .instances, .devices: break
            case .cost where kind.kind.price == nil:
                throw InvalidInput(
                    field: "objective", rule: "needs a price of prefill instances, too: prices.prefill_instance")
            case .energy where kind.kind.power == nil:
                throw InvalidInput(
                    field: "objective", rule: "needs the power of prefill instances, too: power.prefill_instance")
            case .cost, .energy: break
            }
        }
        self.pairs = pairs
        self.load = load
        self.limits = limits
        self.service = service
        self.objective = objective
        self.arrivals = arrivals
        self.target = target
        self.prefill = prefill
        self.transfer = transfer
        self.routing = routing
        self.mixing = mixing
    }

    /// The same question of other pairs, or with other limits or target, which are known to be in range.
    func with(
        pairs: [InstancePair]? = nil, limits: PlanLimits? = nil, service: ServiceLimits? = nil,
        target: OpenTarget? = nil
    ) -> OpenPlanProblem {
        var copy = self
        if let pairs { copy.pairs = pairs }
        if let limits { copy.limits = limits }
        if let service { copy.service = service }
        if let target { copy.target = target }
        return copy
    }

    /// What one prefill instance counts under the objective; under a budget a device.
    func weight(of kind: InstancePair.Kind) -> Double {
        switch objective {
        case .instances: 1
        case .devices: Double(kind.devices)
        case .cost: kind.price ?? 1
        case .energy: kind.power ?? 1
        }
    }

    /// The saturated question whose answer no open bundle beats: the same shapes at constantly as many requests as TPOT allows.
    func atConstantLoad(target: FleetTarget) -> PlanProblem? {
        var fluid = limits
        fluid.tpot = service.tpot.map { $0.time * Self.margin }
        fluid.percentile = .mean
        return try? PlanProblem(pairs: pairs, limits: fluid, objective: objective, target: target)
    }

    /// What so many Attention and FFN instances count under the objective, each role's devices in whole nodes where a rule says so.
    func bundleWeight(attention: Int, ffn: Int, _ pair: InstancePair) -> Double {
        func counted(_ instances: Int, _ kind: InstancePair.Kind) -> Double {
            var count = Double(instances)
            if let node = limits.devicesPerNode {
                count = Double((instances * kind.devices + node - 1) / node * node) / Double(kind.devices)
            }
            return count * weight(of: kind)
        }
        return counted(attention, pair.attention) + counted(ffn, pair.ffn)
    }

    /// What the saturated bound allows for: the error of its Gaussian barrier.
    static let margin = 1.05
}

/// Bundles of one shape that serve a rate of arrivals.
public struct OpenPoint: Sendable {
    public let pair: Int
    public let bundles: Int
    /// Weight of all bundles under the objective.
    public let weight: Double
    /// Requests a second that its bundles bear within the limits, and what bounds them.
    public let largestRate: Double
    public let bound: ServiceBound?
    /// One of the bundles, at its batch.
    public let solved: SolvedBundle

    public var attentionInstances: Int { solved.bundle.attentionInstances }
    public var ffnInstances: Int { solved.bundle.ffnInstances }
    public var batchSize: Int { solved.bundle.batchSize }
    public var microbatches: Int? { solved.bundle.microbatches }
    public var ratio: Double { Double(attentionInstances) / Double(ffnInstances) }
}
