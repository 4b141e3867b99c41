import Sizing

/// What one answer may cost: boxes of the search, and whether anybody still waits for it.
final class SearchBudget {
    /// Boxes bounded at most by all searches of one answer: hundreds of times what fleets need; only a request made for it
    /// comes near. A box takes about 60 bytes and some microseconds.
    static let maximumBoxes = 250_000
    /// Boxes between two looks at whether to go on.
    private static let interval = 64

    private let limit: Int
    private let stop: @Sendable () -> Bool
    private(set) var boxes = 0
    private(set) var isCancelled = false
    /// Whether something was left out because the boxes were used up.
    private(set) var isExhausted = false

    /// - Parameter stop: asked every few boxes; true ends the search.
    init(limit: Int = maximumBoxes, stop: @escaping @Sendable () -> Bool = { false }) {
        self.limit = limit
        self.stop = stop
    }

    /// Takes one box; false where there are no more, or nobody waits.
    func take() -> Bool {
        guard boxes < limit else {
            isExhausted = true
            return false
        }
        if boxes % Self.interval == 0 { look() }
        boxes += 1
        return !isCancelled
    }

    /// Asks whether to go on, for work that is no box.
    func look() { if !isCancelled, stop() { isCancelled = true } }
}

/// The stages of the pairs at the batches asked for last. A search asks for the same few batches again and again; all that it ever
/// asked for would be gigabytes.
final class StageCache {
    private struct Key: Hashable {
        let pair: Int
        let batchSize: Int
    }

    /// Entries of some hundred bytes each.
    private static let capacity = 4096
    private var known: [Key: StageLatencies] = [:]

    /// Nil where the model cannot be asked.
    func stages(_ pair: InstancePair, index: Int, batchSize: Int) -> StageLatencies? {
        if case .given(let stages) = pair.latencies { return stages }
        let key = Key(pair: index, batchSize: batchSize)
        if let stages = known[key] { return stages }
        guard let stages = pair.stagesIfAny(batchSize: batchSize) else { return nil }
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = stages
        return stages
    }
}

/// What a plan takes, before anything of it is derived. The constants were measured (docs/operations.md).
///
/// How many boxes a search bounds depends on how flat the objective is: a few hundred as a rule, and as many as there may be where
/// everything scores alike. The estimate is of what nineteen of twenty plans stay below.
public struct PlanEffort: Hashable, Sendable {
    /// Seconds of one core.
    public let time: Double
    /// Bytes.
    public let memory: Double

    /// - Parameters:
    ///   - pairs: that there may be.
    ///   - areDerived: whether their latencies come from names.
    ///   - segments: of the curves of one pair together.
    ///   - limits: what bounds the shapes.
    public init(pairs: Int, areDerived: Bool, segments: Int, limits: PlanLimits) {
        let pairs = Double(pairs)
        let spaces = pairs * Double(limits.maximumFFNInstances * limits.microbatches.count)
        let boxes = min(Double(SearchBudget.maximumBoxes), 20_000 + 50 * spaces)
        // A box of derived latencies asks for curves at new batches; an evaluation goes over the pieces that loads reach.
        let box = (areDerived ? 12e-6 : 4e-6) + 0.2e-6 * Double(segments)
        time = (areDerived ? 0.5e-3 : 0) * pairs + 2e-6 * spaces + box * boxes
        memory = 4e6 + 8e3 * pairs + 256 * spaces + 160 * boxes
    }
}
