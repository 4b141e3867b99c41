/// What a controller would do that knows what comes: for each window the plan of that window's own requests, ready when it begins. A
/// yardstick; nobody can have it.
enum OraclePlan {
    /// - Parameters:
    ///   - source: the requests that will come.
    ///   - window: seconds, positive.
    ///   - startDelay: seconds that an instance takes to start.
    /// - Returns: sizes at the beginning, and those to ask for later.
    static func schedule(
        _ source: some ReplaySource, window: Double, startDelay: Double, bounds: PoolBounds, sizes: PoolSizes,
        planner: AdvicePlanner
    ) -> (first: PoolSizes, steps: [(time: Double, sizes: PoolSizes)]) {
        var source = source
        var plans: [PoolSizes] = []
        var current = ReplayWindow()
        var last = sizes
        var latest = 0.0
        func close(seconds: Double) {
            if let demand = AdviceDemand(current, seconds: seconds), let plan = planner(demand) {
                last = bounds.clamp(plan)
            }
            plans.append(last)
            current = ReplayWindow(after: current)
        }
        while let request = source.next() {
            while request.arrival >= Double(plans.count + 1) * window, plans.count < Self.mostWindows {
                close(seconds: window)
            }
            latest = request.arrival
            current.add(
                prompt: request.prefill, cached: request.cached, decode: request.decode, at: request.arrival * 1e6)
        }
        // The last window ends with the last arrival, where there is enough of it to tell a rate.
        let rest = latest - Double(plans.count) * window
        let isEnough = rest >= window / 10 && current.arrivals >= Self.fewest
        close(seconds: isEnough ? min(window, rest) : window)
        var steps: [(time: Double, sizes: PoolSizes)] = []
        for index in 1..<max(1, plans.count) where plans[index] != plans[index - 1] {
            // What grows is asked for before the window, what shrinks at its beginning.
            let start = Double(index) * window
            let (before, after) = (plans[index - 1], plans[index])
            let grown = PoolSizes(
                prefill: max(before.prefill, after.prefill), decode: max(before.decode, after.decode))
            if grown != before { steps.append((max(0, start - startDelay), grown)) }
            if grown != after { steps.append((start, after)) }
        }
        return (plans[0], steps)
    }

    /// Fewest arrivals that a last window which is shorter is planned of by itself.
    private static let fewest = 30

    /// Most windows that are planned; later ones keep the last plan.
    static let mostWindows = 10_000
}
