import Glibc
import Sizing
import SizingNumerics

/// The answer to a ``PlanProblem``.
public struct Plan: Sendable {
    /// What is deployed.
    public let best: BundlePoint
    /// The best point of each other shape within 2 % of the best, best first.
    public let alternatives: [BundlePoint]
    /// Points of the chosen pair that no other point of the front beats in both throughput per instance and TPOT, by
    /// rising TPOT: the best ratio at each of a geometric grid of batches.
    public let pareto: [BundlePoint]
    /// The limit whose loosening by one unit brings most; nil where none brings anything.
    public let binding: ShadowPrice?
    /// What one more unit of each limit in force brings, largest first.
    public let shadowPrices: [ShadowPrice]
    public let colocated: Colocation?
    /// Steps of the search, for diagnosis: the same for the same problem.
    public let evaluations: Int
    /// Whether more shapes were near the best than are listed.
    public let alternativesCut: Bool
    /// Whether the search ended by itself, not at its bound of work: then `best` is the best there is.
    public let isProven: Bool
}

/// What one more unit of a limit would bring.
public struct ShadowPrice: Hashable, Sendable {
    public enum Limit: String, Hashable, Sendable, CaseIterable {
        case kvMemory = "kv_memory"
        case tpot
        case batchSize = "batch_size"
        case ratio = "max_ratio"
        case devices
        case attentionDevices = "attention_devices"
        case ffnDevices = "ffn_devices"

        /// One more of what.
        public var unit: String {
            switch self {
            case .kvMemory: "GB of HBM on each Attention device"
            case .tpot: "ms of TPOT"
            case .batchSize: "request a batch"
            case .ratio: "Attention instance a bundle"
            case .devices, .attentionDevices, .ffnDevices: "instance's devices"
            }
        }
    }

    public let limit: Limit
    /// Relative gain of the score.
    public let gain: Double
}

/// Why no deployment is possible: each limit that stands in the way, with what it would take.
public struct Infeasibility: Error, Hashable, Sendable {
    public struct Conflict: Hashable, Sendable {
        /// A field of the request: `limits.tpot_ms`.
        public let field: String
        public let detail: String
    }

    public let conflicts: [Conflict]
}

/// Why there is no plan.
public enum PlanError: Error, Hashable, Sendable {
    case infeasible(Infeasibility)
    /// Nobody waits for it any more.
    case cancelled
}

extension PlanProblem {
    /// Alternatives listed at most.
    public static let maximumAlternatives = 20
    /// Regret up to which a shape counts as near-optimal.
    public static let nearOptimal = 0.02

    /// Answers the question, or says what stands in the way.
    ///
    /// - Parameter stop: asked every few microseconds of work; true ends it with ``PlanError/cancelled``.
    public func solve(stop: @escaping @Sendable () -> Bool) throws(PlanError) -> Plan {
        let budget = SearchBudget(stop: stop)
        let search = BundleSearch(self, budget)
        guard var best = search.best() else {
            if budget.isCancelled { throw .cancelled }
            let infeasibility = infeasibility(search, budget)
            throw budget.isCancelled ? .cancelled : .infeasible(infeasibility)
        }
        best = search.smallestBatch(as: best)
        let near = search.bestOfEachShape(atLeast: (1 - Self.nearOptimal) * best.score)
        // Of shapes that are equally good the one with the least TPOT: a fleet of whole bundles has many.
        for point in near where point.score >= best.score * (1 - 1e-12) {
            let smaller = search.smallestBatch(as: point)
            if smaller.score >= best.score, smaller.tpot < best.tpot { best = smaller }
        }
        let isProven = !budget.isExhausted
        let others = near.filter { [best] in
            ($0.pair, $0.attentionInstances, $0.ffnInstances)
                != (best.pair, best.attentionInstances, best.ffnInstances)
        }
        let prices = shadowPrices(of: best, budget)
        let plan = Plan(
            best: best, alternatives: Array(others.prefix(Self.maximumAlternatives)),
            pareto: pareto(of: best, budget), binding: prices.first { $0.gain > 1e-9 }, shadowPrices: prices,
            colocated: colocation(of: best, budget), evaluations: search.evaluations,
            alternativesCut: others.count > Self.maximumAlternatives, isProven: isProven)
        if budget.isCancelled { throw .cancelled }
        return plan
    }

    /// The same without cancellation.
    public func solve() throws(Infeasibility) -> Plan {
        do throws(PlanError) {
            return try solve { false }
        } catch {
            switch error {
            case .infeasible(let infeasibility): throw infeasibility
            case .cancelled: throw Infeasibility(conflicts: [])
            }
        }
    }

    /// The best point alone, without what stands around it in a plan.
    ///
    /// - Parameter stop: asked every few microseconds of work; true ends it with ``PlanError/cancelled``.
    public func bestBundle(stop: @escaping @Sendable () -> Bool = { false }) throws(PlanError) -> BundlePoint {
        let budget = SearchBudget(stop: stop)
        let search = BundleSearch(self, budget)
        let best = search.best()
        if budget.isCancelled { throw .cancelled }
        guard let best else {
            let infeasibility = infeasibility(search, budget)
            throw budget.isCancelled ? .cancelled : .infeasible(infeasibility)
        }
        return best
    }

    /// The pair of `point` alone.
    func restricted(to point: BundlePoint) -> PlanProblem { with(pairs: [pairs[point.pair]]) }

    /// The front of throughput per instance against TPOT, without the TPOT bound: what loosening or tightening it does.
    private func pareto(of best: BundlePoint, _ budget: SearchBudget) -> [BundlePoint] {
        var limits = self.limits
        limits.tpot = nil
        limits.maximumFFNInstances = 1
        limits.microbatches = [best.microbatches]
        let search = BundleSearch(PlanProblem.instances(pairs: [pairs[best.pair]], limits: limits), budget)
        guard let space = search.spaces.first else { return [] }
        var points: [BundlePoint] = []
        for index in Self.grid(upTo: space.batches.upperBound, points: 32) {
            if let point = search.best(space: 0, batchIndex: index) { points.append(point) }
        }
        points.sort { ($0.tpot, -$0.throughputPerInstance) < ($1.tpot, -$1.throughputPerInstance) }
        var front: [BundlePoint] = []
        for point in points where point.throughputPerInstance > front.last?.throughputPerInstance ?? 0 {
            front.append(point)
        }
        return front
    }

    /// Whole numbers from 1 to `last`, both included, about geometric.
    static func grid(upTo last: Int, points: Int) -> [Int] {
        GeometricGrid.wholeNumbers(
            upTo: last, growth: max(1.05, exp(log(Double(max(2, last))) / Double(points))))
    }
}
