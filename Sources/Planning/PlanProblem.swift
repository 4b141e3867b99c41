import Sizing
import Text

/// What is to be had for as little as possible, or as much as possible of.
public enum Objective: String, Hashable, Sendable, CaseIterable {
    /// Throughput per instance.
    case instances
    /// Per device.
    case devices
    /// Per price.
    case cost
    /// Per watt, that is per joule.
    case energy
}

/// How large the fleet is to be.
public enum FleetTarget: Hashable, Sendable {
    /// One bundle; only its shape is asked for.
    case shape
    /// At least so many tokens a second, headroom included, with spare instances of each kind beside.
    case demand(tokensPerSecond: Double, spareInstances: Int)
    /// At most so many devices of both kinds together.
    case total(devices: Int)
    /// At most so many devices of each kind.
    case each(attention: Int, ffn: Int)
}

/// A planning question: which pair, which bundle, how many.
public struct PlanProblem: Sendable {
    public let pairs: [InstancePair]
    public let limits: PlanLimits
    public let objective: Objective
    public let target: FleetTarget

    /// Most pairs to choose from.
    public static let maximumPairs = 4096

    /// - Throws: `InvalidInput` naming `objective` where a pair has no price or power for it, `hardware` where no stage of a pair takes
    ///   time, or what is out of range.
    public init(
        pairs: [InstancePair], limits: PlanLimits, objective: Objective = .instances, target: FleetTarget = .shape
    ) throws(InvalidInput) {
        guard 1...Self.maximumPairs ~= pairs.count else {
            throw InvalidInput(field: "hardware", rule: "must give from 1 to \(Self.maximumPairs) pairs of devices")
        }
        // By index: a pair is large, and an open plan makes many problems of the same thousands of them.
        for index in pairs.indices {
            guard pairs[index].takesTime(batchSize: limits.batchSize ?? 1) else {
                throw InvalidInput(field: "hardware", rule: StageLatencies.timeRule)
            }
            switch objective {
            case .instances, .devices: break
            case .cost:
                guard pairs[index].attention.price != nil, pairs[index].ffn.price != nil else {
                    throw InvalidInput(field: "objective", rule: "needs prices of both kinds of instances")
                }
            case .energy:
                guard pairs[index].attention.power != nil, pairs[index].ffn.power != nil else {
                    throw InvalidInput(
                        field: "objective",
                        rule: "needs the power of both kinds of instances: give watts, or devices whose power is known")
                }
            }
        }
        switch target {
        case .shape: break
        case .demand(let tokens, let spares):
            guard tokens.isFinite, tokens > 0, tokens <= 1e15 else {
                throw InvalidInput(field: "demand", rule: "must be greater than 0 and at most 1e15 tokens a second")
            }
            guard 0...10_000 ~= spares else {
                throw InvalidInput(field: "demand.spare_instances", rule: "must be a whole number from 0 to 10000")
            }
        case .total(let devices):
            guard 1...10_000_000 ~= devices else {
                throw InvalidInput(field: "devices.total", rule: "must be a whole number from 1 to 10000000")
            }
        case .each(let attention, let ffn):
            guard 1...10_000_000 ~= attention, 1...10_000_000 ~= ffn else {
                throw InvalidInput(field: "devices", rule: "must be whole numbers from 1 to 10000000")
            }
        }
        self.pairs = pairs
        self.limits = limits
        self.objective = objective
        self.target = target
    }

    /// What one instance of each kind of `pair` counts under the objective.
    func weights(of pair: InstancePair) -> (attention: Double, ffn: Double) {
        switch objective {
        case .instances: (1, 1)
        case .devices: (Double(pair.attention.devices), Double(pair.ffn.devices))
        case .cost: (pair.attention.price ?? 1, pair.ffn.price ?? 1)
        case .energy: (pair.attention.power ?? 1, pair.ffn.power ?? 1)
        }
    }

    /// Devices that so many instances take, in whole nodes where a rule says so.
    public func devices(_ instances: Int, _ kind: InstancePair.Kind) -> Int {
        guard let node = limits.devicesPerNode else { return instances * kind.devices }
        return (instances * kind.devices + node - 1) / node * node
    }

    /// Instances that those devices amount to.
    public func countedInstances(_ instances: Int, _ kind: InstancePair.Kind) -> Double {
        Double(devices(instances, kind)) / Double(kind.devices)
    }

    /// The same question with other limits, target or pairs.
    func with(pairs: [InstancePair]? = nil, limits: PlanLimits? = nil, target: FleetTarget? = nil) -> PlanProblem {
        PlanProblem(unchecked: pairs ?? self.pairs, limits ?? self.limits, objective, target ?? self.target)
    }

    /// Throughput per instance of one bundle, for comparisons whose parts are known to be in range.
    static func instances(pairs: [InstancePair], limits: PlanLimits) -> PlanProblem {
        PlanProblem(unchecked: pairs, limits, .instances, .shape)
    }

    private init(
        unchecked pairs: [InstancePair], _ limits: PlanLimits, _ objective: Objective, _ target: FleetTarget
    ) {
        self.pairs = pairs
        self.limits = limits
        self.objective = objective
        self.target = target
    }
}
