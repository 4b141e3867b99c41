import Glibc

/// A distribution of whole loads on a grid of equal steps, from an origin.
///
/// A load between two nodes is split between them so that its mean is kept (a "hat"). That adds the variance ρ(h − ρ) to a
/// load ρ above its node, which is counted in ``addedVariance`` so that the user can take it off again. What lies beyond
/// the last node is put on it.
struct LoadGrid {
    /// h, tokens between nodes, 1 or more.
    let step: Int
    /// The mass at each node; sums to what was added.
    private(set) var masses: [Double]
    /// Σ mass · (variance added by the splitting), tokens².
    private(set) var addedVariance = 0.0
    /// ``masses`` before the running sum of ``accumulate()``: what each node has more than the one before.
    private var rises: [Double]
    private var hasRises = false

    init(step: Int, count: Int) {
        self.step = step
        masses = [Double](repeating: 0, count: count)
        rises = masses
    }

    /// Adds `mass` at `load` tokens above the origin, not negative.
    mutating func add(_ mass: Double, at load: Int) {
        let last = masses.count - 1
        let node = load / step
        guard node < last else {
            masses[last] += mass
            return
        }
        let above = Double(load - node * step)
        let h = Double(step)
        masses[node] += mass * (1 - above / h)
        masses[node + 1] += mass * (above / h)
        addedVariance += mass * above * (h - above)
    }

    /// Adds `mass` at each of the loads start, start + 1, …, end − 1.
    mutating func add(_ mass: Double, from start: Int, to end: Int) {
        addBelow(end, mass)
        addBelow(start, -mass)
        let h = Double(step)
        addedVariance += mass * Double(end - start) * (h * h - 1) / 6
    }

    /// Adds `mass` at every load below `end`, however far down. Far below, a node gets h · mass; near the end, the sums of
    /// the hats are those of whole numbers.
    private mutating func addBelow(_ end: Int, _ mass: Double) {
        let last = masses.count - 1
        let end = min(end, last * step)
        let node = end / step
        let rest = Double(end - node * step)
        let h = Double(step)
        let next = rest * (rest - 1) / (2 * h)
        hasRises = true
        rises[0] += mass * h
        rises[node] -= mass * h
        masses[node] += mass * ((h - 1) / 2 + rest - next)
        if node < last { masses[node + 1] += mass * next }
    }

    /// Adds the distribution whose stop-loss function is given: G(x) = E[(X − x)⁺] for whole x from 0 on.
    ///
    /// The mass of a node is the second difference of G over h. G is not asked again once it has fallen below rounding.
    mutating func add(stopLoss: (Double) -> Double) {
        let h = Double(step)
        let last = masses.count - 1
        var current = stopLoss(0)
        let first = current
        // G continues below 0 with slope −1, because no load is negative.
        var previous = current + h
        for node in 0...last {
            let next = node < last && current > 1e-15 * first ? max(0, stopLoss(Double(node + 1) * h)) : 0
            masses[node] += max(0, (previous - 2 * current + next) / h)
            previous = current
            current = next
            if previous == 0 && current == 0 { break }
        }
        // Of a smooth distribution; of one that lies well inside the first step, ρ(h − ρ) ≈ ρh.
        addedVariance += min((h * h - 1) / 6, h * first)
    }

    /// Makes ``masses`` complete after additions of ranges.
    mutating func accumulate() {
        guard hasRises else { return }
        var level = 0.0
        for node in masses.indices {
            level += rises[node]
            rises[node] = 0
            masses[node] = max(0, masses[node] + level)
        }
        hasRises = false
    }

    /// Divides all masses by `total`.
    mutating func normalise(by total: Double) {
        for node in masses.indices { masses[node] /= total }
        addedVariance /= total
    }
}
