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
        let x: ClosedRange<Int>
        /// B in steps of ``step``.
        let batches: ClosedRange<Int>
        let step: Int
    }

    private struct Box {
        var space: Int
        var x: ClosedRange<Int>
        var batches: ClosedRange<Int>
    }

    let spaces: [Space]
    /// Boxes bounded so far.
    private(set) var boxes = 0
    /// Boxes bounded at most: hundreds of times what fleets need; only a request made for it comes near. Beyond it the best
    /// found so far stands, and ``isComplete`` is false.
    static let maximumBoxes = 500_000
    /// Whether everything was looked at that could be better.
    private(set) var isComplete = true

    init(_ problem: PlanProblem) {
        let normals = LargestNormal()
        var spaces: [Space] = []
        for index in problem.pairs.indices {
            let pair = problem.pairs[index]
            if let memory = pair.memory, !memory.ffnFits { continue }
            for m in problem.limits.microbatches {
                guard let (batches, step) = Self.batches(problem, pair, microbatches: m) else { continue }
                for y in 1...problem.limits.maximumFFNInstances {
                    guard let x = Self.ratios(problem, pair, ffn: y) else { continue }
                    let evaluator = BundleEvaluator(
                        problem, pair: index, ffn: y, microbatches: m, largestNormal: normals)
                    spaces.append(Space(evaluator: evaluator, x: x, batches: batches, step: step))
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

    static func ratios(_ problem: PlanProblem, _ pair: InstancePair, ffn y: Int) -> ClosedRange<Int>? {
        var least = 1
        if problem.limits.attentionRanksAtLeastFFN {
            least = (y * pair.ffn.devices + pair.attention.devices - 1) / pair.attention.devices
        }
        return least <= problem.limits.maximumRatio ? least...problem.limits.maximumRatio : nil
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
                let shape = BundleShape(pair: space.evaluator.pairIndex, attention: x, ffn: space.evaluator.ffn)
                let box = Box(space: index, x: x...x, batches: space.batches)
                // A point that only equals the threshold counts, so the search starts a rounding error below it.
                let floor = max(found[shape]?.score ?? 0, score * (1 - 1e-12))
                if let point = search([box], above: floor), point.score >= score { found[shape] = point }
            }
        }
        return found.values.sorted { $0.isBetter(than: $1) }
    }

    /// The x of a box whose bound over all batches reaches `score`, by halving.
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
        let space = spaces.first {
            $0.evaluator.pairIndex == point.pair && $0.evaluator.ffn == point.ffnInstances
                && $0.evaluator.microbatches == point.microbatches
        }
        guard let space else { return point }
        var best = point
        var low = space.batches.lowerBound - 1
        var high = point.batchSize / space.step
        while high - low > 1 {
            let middle = (low + high) / 2
            if let other = space.evaluator.point(
                attention: point.attentionInstances, batchSize: middle * space.step), other.score >= point.score
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
            spaces.indices.filter { spaces[$0].x.contains(x) }
                .map { Box(space: $0, x: x...x, batches: spaces[$0].batches) }, above: 0)
    }

    private func bound(_ box: Box) -> Double? {
        guard boxes < Self.maximumBoxes else {
            isComplete = false
            return nil
        }
        boxes += 1
        let space = spaces[box.space]
        return space.evaluator.bound(
            x: box.x, batch: (box.batches.lowerBound * space.step)...(box.batches.upperBound * space.step))
    }

    private func search(_ boxes: [Box], above floor: Double) -> BundlePoint? {
        var queue = BoundedQueue<Box>()
        for box in boxes { if let bound = bound(box), bound > floor { queue.push(box, bound: bound) } }
        var best: BundlePoint?
        while let (box, bound) = queue.pop() {
            guard bound > max(floor, best?.score ?? 0) else { break }
            let space = spaces[box.space]
            let x = Self.middle(box.x)
            let batch = Self.middle(box.batches)
            if let point = space.evaluator.point(attention: x, batchSize: batch * space.step), point.score > floor,
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
