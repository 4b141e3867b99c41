/// Latencies that grow along lines from step to step, and the largest of them at each step: while nobody comes or goes, the
/// load of an instance grows by its requests a step, so a step takes the largest of x lines, or a floor.
///
/// Over a stretch of steps that is convex and piecewise linear; ``walk(from:atMost:until:)`` goes from piece to piece and adds
/// each up as an arithmetic series. So a stretch costs its pieces, not its steps.
struct StretchLines {
    private struct Four {
        /// Value of each line at step 0, microseconds; −∞ where there is none.
        var values = SIMD4<Double>(repeating: -.infinity)
        /// What it grows by a step; not negative.
        var slopes = SIMD4<Double>.zero

        @inline(__always)
        func value(at step: Double) -> SIMD4<Double> { values + slopes * step }
    }

    private var fours: [Four] = []
    /// No step is shorter.
    var floor = 0.0

    /// Makes room for `count` lines, none of which is there.
    mutating func reset(count: Int) {
        makeRoom(count: count)
        for index in fours.indices { fours[index] = Four() }
    }

    /// Makes room for `count` lines, each four of which are set by ``set(vector:values:slopes:)``.
    @inline(__always)
    mutating func makeRoom(count: Int) {
        let vectors = (count + 3) / 4
        if fours.count != vectors { fours = [Four](repeating: Four(), count: vectors) }
    }

    /// Sets line `index`.
    @inline(__always)
    mutating func set(_ index: Int, value: Double, slope: Double) {
        fours[index >> 2].values[index & 3] = value
        fours[index >> 2].slopes[index & 3] = slope
    }

    /// Sets the four lines from `4 * vector` on.
    @inline(__always)
    mutating func set(vector: Int, values: SIMD4<Double>, slopes: SIMD4<Double>) {
        fours[vector] = Four(values: values, slopes: slopes)
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
        for four in fours {
            let value = four.value(at: step)
            let isLarger = value .> best
            best.replace(with: value, where: isLarger)
            growth.replace(with: four.slopes, where: isLarger)
        }
        var (value, slope) = (best[0], growth[0])
        for lane in 1..<4 where best[lane] > value { (value, slope) = (best[lane], growth[lane]) }
        return (value, slope)
    }

    /// The largest value at `step`.
    @inline(__always)
    private func highest(after step: Double) -> Double {
        var best = SIMD4(repeating: floor)
        for four in fours { best.raise(to: four.value(at: step)) }
        return best.largest
    }

    /// Steps from `step` on in which the line at `value` and `slope` is the largest: up to the first at which another one is above
    /// it; 1 … `limit`.
    private func crossing(after step: Double, _ value: Double, _ slope: Double, within limit: Int) -> Int {
        var ratios = SIMD4<Double>(repeating: .infinity)
        for four in fours {
            let ratio = (value - four.value(at: step)) / (four.slopes - slope)
            ratios.lower(to: ratio.replacing(with: .infinity, where: four.slopes .<= slope))
        }
        let least = min(Double(limit), ratios.least.rounded(.down) + 1)
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

/// Least and largest of lanes. Those of the standard library go over the lanes one by one, by calls.
extension SIMD4<Double> {
    @inline(__always)
    var least: Double { Swift.min(Swift.min(self[0], self[1]), Swift.min(self[2], self[3])) }

    @inline(__always)
    var largest: Double { Swift.max(Swift.max(self[0], self[1]), Swift.max(self[2], self[3])) }

    /// Takes `other`'s lanes where they are less.
    @inline(__always)
    mutating func lower(to other: Self) { replace(with: other, where: other .< self) }

    /// Takes `other`'s lanes where they are larger.
    @inline(__always)
    mutating func raise(to other: Self) { replace(with: other, where: other .> self) }
}
