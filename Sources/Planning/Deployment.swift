import Hardware

/// What a plan deploys, spare instances included, and what that takes.
public struct Deployment: Hashable, Sendable {
    /// Spare instances of each kind.
    public let spareInstances: Int
    public let attentionDevices: Int
    public let ffnDevices: Int
    /// Tokens a second of the whole fleet, spare instances aside.
    public let throughput: Double
    /// What is asked for, as a fraction of ``throughput``; 1 where nothing is.
    public let utilisation: Double
    /// In the unit of the prices; nil where they are unknown, as for ``costPerMillionTokens``.
    public let costPerHour: Double?
    public let costPerMillionTokens: Double?
    /// Joules a token; nil where the power is unknown.
    public let energyPerToken: Double?
    /// nil where only coefficients are known.
    public let memory: MemoryUse?
}

extension PlanProblem {
    /// The figures of the best point of `plan`.
    ///
    /// - Parameters:
    ///   - plan: an answer of this problem.
    ///   - demand: tokens a second that are asked for, without headroom; nil where none are.
    public func deployment(of plan: Plan, demand: Double?) -> Deployment {
        let best = plan.best
        let pair = pairs[best.pair]
        var spares = 0
        if case .demand(_, let count) = target { spares = count }
        let attention = best.bundles * best.attentionInstances + spares
        let ffn = best.bundles * best.ffnInstances + spares
        let throughput = best.throughput * Double(best.bundles)
        let served = demand ?? throughput
        func total(_ attentionRate: Double?, _ ffnRate: Double?) -> Double? {
            guard let attentionRate, let ffnRate else { return nil }
            return attentionRate * countedInstances(attention, pair.attention)
                + ffnRate * countedInstances(ffn, pair.ffn)
        }
        let hourly = total(pair.attention.price, pair.ffn.price)
        let watts = total(pair.attention.power, pair.ffn.power)
        let microbatches = best.microbatches ?? 1
        return Deployment(
            spareInstances: spares, attentionDevices: devices(attention, pair.attention),
            ffnDevices: devices(ffn, pair.ffn), throughput: throughput, utilisation: served / throughput,
            costPerHour: hourly, costPerMillionTokens: hourly.map { $0 / 3600 / served * 1e6 },
            energyPerToken: watts.map { $0 / served },
            memory: pair.memory?.use(batchSize: best.batchSize, microbatches: microbatches))
    }
}

extension Plan {
    /// How far `point` falls short of the best, as a fraction of the best one's score.
    public func regret(of point: BundlePoint) -> Double { max(0, 1 - point.score / best.score) }
}
