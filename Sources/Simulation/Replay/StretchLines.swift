/// Latencies that grow along lines from step to step, and the largest of them at each step: while nobody comes or goes, the
/// load of an instance grows by its requests a step, so a step takes the largest of x lines, or a floor.
///
/// Over a stretch of steps that is convex and piecewise linear; ``walk(from:atMost:until:)`` goes from piece to piece and adds
/// each up as an arithmetic series. So a stretch costs its pieces, not its steps.
struct StretchLines {
    /// Value of each line at step 0, microseconds; −∞ where there is none.
    private var values: [SIMD4<Double>] = []
    /// What it grows by a step; not negative.
    private var slopes: [SIMD4<Double>] = []
    /// No step is shorter.
    var floor = 0.0

    /// Makes room for `count` lines, none of which is there.
    mutating func reset(count: Int) {
        let vectors = (count + 3) / 4
        guard values.count == vectors else {
            values = [SIMD4<Double>](repeating: SIMD4(repeating: -.infinity), count: vectors)
            slopes = [SIMD4<Double>](repeating: .zero, count: vectors)
            return
        }
        for index in 0..<vectors {
            values[index] = SIMD4(repeating: -.infinity)
            slopes[index] = .zero
        }
    }

    /// Sets line `index`.
    @inline(__always)
    mutating func set(_ index: Int, value: Double, slope: Double) {
        values[index >> 2][index & 3] = value
        slopes[index >> 2][index & 3] = slope
    }

    /// Sets the four lines from `4 * vector` on.
    @inline(__always)
    mutating func set(vector: Int, values: SIMD4<Double>, slopes: SIMD4<Double>) {
        self.values[vector] = values
        self.slopes[vector] = slopes
    }

    /// The first step's time.
    var first: Double { largest(after: 0).value }

    /// Goes on until `limit` steps are done (1 or more), or to the first end of a step at or after `until`.
    ///
    /// - Returns: how many steps that is, 1 or more, and when the last one ends.
    func walk(from start: Double, atMost limit: Int, until: Double) -> (steps: Int, time: Double) {
        var done = 0
        var time = start
        while true {
            let (value, slope) = largest(after: Double(done))
            var count = limit - done
            // Where a line is the largest at both ends it is the largest all the way.
            if count > 1, highest(after: Double(limit - 1)) > value + slope * Double(count - 1) {
                count = crossing(after: Double(done), value, slope, within: count)
            }
            let total = Self.sum(Double(count), value, slope)
            if time + total >= until {
                let steps = Self.steps(toReach: until - time, value, slope, within: count)
                return (done + steps, time + Self.sum(Double(steps), value, slope))
            }
            done += count
            time += total
            if done >= limit { return (done, time) }
        }
    }

    /// The largest line at `step`, and what it grows by.
    @inline(__always)
    private func largest(after step: Double) -> (value: Double, slope: Double) {
        var best = SIMD4(repeating: floor)
        var growth = SIMD4<Double>.zero
        for index in values.indices {
            let value = values[index] + slopes[index] * step
            let isLarger = value .> best
            best.replace(with: value, where: isLarger)
            growth.replace(with: slopes[index], where: isLarger)
        }
        var (value, slope) = (best[0], growth[0])
        for lane in 1..<4 where best[lane] > value { (value, slope) = (best[lane], growth[lane]) }
        return (value, slope)
    }

    /// The largest value at `step`.
    @inline(__always)
    private func highest(after step: Double) -> Double {
        var best = SIMD4(repeating: floor)
        for index in values.indices {
            let value = values[index] + slopes[index] * step
            best.replace(with: value, where: value .> best)
        }
        return max(max(best[0], best[1]), max(best[2], best[3]))
    }

    /// Steps from `step` on in which the line at `value` and `slope` is the largest: up to the first at which another one is above
    /// it; 1 … `limit`.
    private func crossing(after step: Double, _ value: Double, _ slope: Double, within limit: Int) -> Int {
        var least = Double(limit)
        for index in values.indices {
            for lane in 0..<4 where slopes[index][lane] > slope {
                let gap = value - (values[index][lane] + slopes[index][lane] * step)
                let steps = (gap / (slopes[index][lane] - slope)).rounded(.down) + 1
                if steps < least { least = steps }
            }
        }
        return least > 1 ? Int(least) : 1
    }

    /// Σ_{j<n} (value + slope j).
    @inline(__always)
    private static func sum(_ count: Double, _ value: Double, _ slope: Double) -> Double {
        count * value + slope * (count * (count - 1) * 0.5)
    }

    /// The least number of steps whose sum is `time` or more; 1 … `limit`.
    private static func steps(toReach time: Double, _ value: Double, _ slope: Double, within limit: Int) -> Int {
        // b/2 n² + (a − b/2) n = t, by the form that does not cancel.
        let linear = value - slope / 2
        let root = (linear * linear + 2 * slope * time).squareRoot()
        let estimate = (2 * time / (linear + root)).rounded(.up)
        guard estimate < Double(limit) else {
            // Also where no step takes time.
            return limit
        }
        var steps = max(1, Int(estimate))
        while steps > 1, sum(Double(steps - 1), value, slope) >= time { steps -= 1 }
        while steps < limit, sum(Double(steps), value, slope) < time { steps += 1 }
        return steps
    }
}
