import Sizing

/// The best bundle of all pairs, shapes and batches, found exactly without trying them all.
///
/// Branch and bound over boxes of x and B: the box with the largest bound (``BundleEvaluator``) is taken, one point of it
/// evaluated, and its longer side halved, until no bound beats the best point. The bound holds for every theory of the
/// barrier in use, so the result is that of an exhaustive search.
final class BundleSearch {
    /// A pair with a number of FFN instances and of microbatches, and the ranges that limits leave.
    struct Space {
        let evaluator: BundleEvaluator
        /// x in steps of ``xStep``.
        let x: ClosedRange<Int>
        let xStep: Int
        /// B in steps of ``step``.
        let batches: ClosedRange<Int>
        let step: Int
    }

    private struct Box {
        var space: Int
        var x: ClosedRange<Int>
        var batches: ClosedRange<Int>
    }

    private struct SpaceKey: Hashable {
        let pair: Int
        let ffn: Int
        let microbatches: Int?
    }

    let spaces: [Space]
    /// Where in ``spaces`` each is: of many equal shapes each is looked up.
    private lazy var places = Dictionary(
        spaces.enumerated().map { index, space in
            let evaluator = space.evaluator
            return (
                SpaceKey(pair: evaluator.pair.index, ffn: evaluator.ffn, microbatches: evaluator.microbatches), index
            )
        }, uniquingKeysWith: { first, _ in first })
    private let budget: SearchBudget

    init(_ problem: PlanProblem, _ budget: SearchBudget = SearchBudget()) {
        self.budget = budget
        let normals = LargestNormal()
        let cache = StageCache()
        var spaces: [Space] = []
        for index in problem.pairs.indices {
            budget.look()
            if budget.isCancelled { break }
            let pair = problem.pairs[index]
            if let memory = pair.memory, !memory.ffnFits { continue }
            let shared = PairInSearch(problem, pair: index, largestNormal: normals, cache: cache)
            for m in problem.limits.microbatches {
                guard let (batches, step) = Self.batches(problem, pair, microbatches: m) else { continue }
                for y in 1...problem.limits.maximumFFNInstances {
                    guard let (x, xStep) = Self.ratios(problem, pair, ffn: y) else { continue }
                    let evaluator = BundleEvaluator(shared, ffn: y, microbatches: m)
                    spaces.append(Space(evaluator: evaluator, x: x, xStep: xStep, batches: batches, step: step))
                }
            }
        }
        self.spaces = spaces
    }

    /// Exact evaluations so far.
    var evaluations: Int { spaces.reduce(0) { $0 + $1.evaluator.evaluations } }

    static func batches(
        _ problem: PlanProblem, _ pair: InstancePair, microbatches: Int?
    ) -> (batches: ClosedRange<Int>, step: Int)? {
        let fits = pair.memory?.largestBatch(microbatches: microbatches ?? 1) ?? SizingLimits.maximumBatchSize
        let largest = min(fits, problem.limits.maximumBatch)
        if let fixed = problem.limits.batchSize { return fixed <= largest ? (1...1, fixed) : nil }
        let step = pair.batchStep
        return largest >= step ? (1...(largest / step), step) : nil
    }

    /// x of a bundle with y FFN instances, in steps; nil where the rules leave none.
    static func ratios(
        _ problem: PlanProblem, _ pair: InstancePair, ffn y: Int
    ) -> (x: ClosedRange<Int>, step: Int)? {
        let (attention, ffn) = (pair.attention.devices, y * pair.ffn.devices)
        var least = 1
        if problem.limits.attentionRanksAtLeastFFN || problem.limits.rankRule != nil {
            least = (ffn + attention - 1) / attention
        }
        let largest = problem.limits.maximumRatio
        // x·attention is a multiple of ffn where x is one of ffn/gcd.
        let step = problem.limits.rankRule == .multiple ? ffn / greatestCommonDivisor(ffn, attention) : 1
        let first = (least + step - 1) / step
        return first <= largest / step ? (first...(largest / step), step) : nil
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// The best point, or nil where every one breaks a limit.
    func best() -> BundlePoint? {
        search(spaces.indices.map { Box(space: $0, x: spaces[$0].x, batches: spaces[$0].batches) }, above: 0)
    }

    /// For each shape with a point of at least `score`, its best point; best first.
    func bestOfEachShape(atLeast score: Double) -> [BundlePoint] {
        var found: [BundleShape: BundlePoint] = [:]
        for index in spaces.indices {
            let space = spaces[index]
            for x in ratios(near: score, Box(space: index, x: space.x, batches: space.batches)) {
                let shape = BundleShape(
                    pair: space.evaluator.pair.index, attention: x * space.xStep, ffn: space.evaluator.ffn)
                let box = Box(space: index, x: x...x, batches: space.batches)
                // A point that only equals the threshold counts, so the search starts a rounding error below it.
                let floor = max(found[shape]?.score ?? 0, score * (1 - 1e-12))
                if let point = search([box], above: floor), point.score >= score { found[shape] = point }
            }
        }
        return found.values.sorted { $0.isBetter(than: $1) }
    }

    /// The x of a box, in steps, whose bound over all batches reaches `score`, by halving.
    private func ratios(near score: Double, _ box: Box) -> [Int] {
        guard let bound = bound(box), bound >= score else { return [] }
        guard box.x.count > 1 else { return [box.x.lowerBound] }
        var (low, high) = (box, box)
        let middle = min(Self.middle(box.x), box.x.upperBound - 1)
        low.x = box.x.lowerBound...middle
        high.x = (middle + 1)...box.x.upperBound
        return ratios(near: score, low) + ratios(near: score, high)
    }

    /// The best point for one batch size of every space; nil where none is allowed. For the front over batches.
    func best(space index: Int, batchIndex: Int) -> BundlePoint? {
        search([Box(space: index, x: spaces[index].x, batches: batchIndex...batchIndex)], above: 0)
    }

    /// The shape of `point` at the smallest batch found by halving that scores as well: under a demand whole bundles leave
    /// room, and a smaller batch is faster. `point` itself where its score moves with the batch.
    func smallestBatch(as point: BundlePoint) -> BundlePoint {
        let key = SpaceKey(pair: point.pair, ffn: point.ffnInstances, microbatches: point.microbatches)
        guard let space = places[key].map({ spaces[$0] }) else { return point }
        var best = point
        var low = space.batches.lowerBound - 1
        var high = point.batchSize / space.step
        while high - low > 1 {
            budget.look()
            if budget.isCancelled { break }
            let middle = (low + high) / 2
            if let other = space.evaluator.point(
                attention: point.attentionInstances, batchSize: middle * space.step, scoring: point.score)
            {
                best = other
                high = middle
            } else {
                low = middle
            }
        }
        return best
    }

    /// The best point with exactly so many Attention instances, over every batch.
    func best(attention x: Int) -> BundlePoint? {
        search(
            spaces.indices.filter { x % spaces[$0].xStep == 0 && spaces[$0].x.contains(x / spaces[$0].xStep) }
                .map {
                    let step = x / spaces[$0].xStep
                    return Box(space: $0, x: step...step, batches: spaces[$0].batches)
                }, above: 0)
    }

    private func bound(_ box: Box) -> Double? {
        guard budget.take() else { return nil }
        let space = spaces[box.space]
        return space.evaluator.bound(
            x: (box.x.lowerBound * space.xStep)...(box.x.upperBound * space.xStep),
            batch: (box.batches.lowerBound * space.step)...(box.batches.upperBound * space.step))
    }

    private func search(_ boxes: [Box], above floor: Double) -> BundlePoint? {
        var queue = BoundedQueue<Box>()
        for box in boxes { if let bound = bound(box), bound > floor { queue.push(box, bound: bound) } }
        var best: BundlePoint?
        while !budget.isCancelled, let (box, bound) = queue.pop() {
            guard bound > max(floor, best?.score ?? 0) else { break }
            let space = spaces[box.space]
            let x = Self.middle(box.x)
            let batch = Self.middle(box.batches)
            let candidate = space.evaluator.point(
                attention: x * space.xStep, batchSize: batch * space.step, scoring: max(floor, best?.score ?? 0))
            if let point = candidate, point.score > floor,
                best.map({ point.isBetter(than: $0) }) ?? true
            {
                best = point
            }
            for half in Self.halves(box) {
                if let bound = self.bound(half), bound > max(floor, best?.score ?? 0) { queue.push(half, bound: bound) }
            }
        }
        return best
    }

    /// Halves the side that is longer in proportion; nothing for a single point. The half of larger values comes first.
    private static func halves(_ box: Box) -> [Box] {
        if box.x.count == 1, box.batches.count == 1 { return [] }
        func stretch(_ range: ClosedRange<Int>) -> Double {
            range.count == 1 ? 0 : Double(range.upperBound) / Double(range.lowerBound)
        }
        var (low, high) = (box, box)
        if stretch(box.x) > stretch(box.batches) {
            let middle = min(Self.middle(box.x), box.x.upperBound - 1)
            low.x = box.x.lowerBound...middle
            high.x = (middle + 1)...box.x.upperBound
        } else {
            let middle = min(Self.middle(box.batches), box.batches.upperBound - 1)
            low.batches = box.batches.lowerBound...middle
            high.batches = (middle + 1)...box.batches.upperBound
        }
        return [high, low]
    }

    /// The geometric mean of a range, which lies in it.
    private static func middle(_ range: ClosedRange<Int>) -> Int {
        let mean = (Double(range.lowerBound) * Double(range.upperBound)).squareRoot()
        return min(range.upperBound, max(range.lowerBound, Int(mean.rounded())))
    }
}

extension BundlePoint {
    /// Higher score; of equal scores fewer instances, then the smaller batch, so that the answer is determined.
    func isBetter(than other: BundlePoint) -> Bool {
        if score != other.score { return score > other.score }
        let mine = (attentionInstances + ffnInstances, batchSize, pair, microbatches ?? 0)
        let others = (
            other.attentionInstances + other.ffnInstances, other.batchSize, other.pair, other.microbatches ?? 0
        )
        return mine < others
    }
}
