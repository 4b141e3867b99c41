/// How the load of the requests present makes their number scatter more than π says.
///
/// The KV load of k requests is k(θ + εν/√k) with ε of deviation 1, remembered over κE[D] steps (``OpenLoad/memory``). Linearised
/// around k, with TPOT ∝ k^s on the curve and ∝ load^l where k stands still, the number obeys
/// dk/dt = (k₀ + k₀ l u − (1 − s)(k − k₀))/T, T = E[D]·TPOT, u = ε ν/(θ√k): a relaxation over T/(1 − s) that is driven by a noise
/// remembered over κT. The variance that it adds to k is k²l²(ν/θ)²/(k (1 − s)²) · κ/(κ + 1/(1 − s)), against k/(1 − s) of Poisson
/// arrivals; so numbers are as peaked as if z were larger by
///
///     l² (ν/θ)² κ/(κ(1 − s) + 1).
struct LoadModulation {
    /// What it adds to the peakedness.
    let noise: Double
    /// Deviation of TPOT at a given number, microseconds: half of what lies between the steps at the slowest instance's ±1σ.
    let deviation: Double
    /// Relative rise of TPOT where the slowest instance is at five deviations of its load, and as many requests are present as there
    /// are at three of theirs.
    let rise: Double

    /// - Parameter peakedness: of the arrivals.
    init(_ solved: SolvedBundle, work: Double, peakedness: Double) {
        let load = solved.bundle.load
        let requests = Self.fixedPoint(solved.curve, work: work)
        guard load.slotLoad.mean > 0, load.slotLoad.standardDeviation > 0, requests > 0,
            let (pace, byNumber, byLoad) = solved.sensitivity(requests: requests),
            let scatter = solved.scatter(requests: requests)
        else {
            noise = 0
            deviation = 0
            rise = 0
            return
        }
        let spread = load.slotLoad.standardDeviation / load.slotLoad.mean
        noise = byLoad * byLoad * spread * spread * load.memory / (load.memory * (1 - byNumber) + 1)
        self.deviation = scatter.deviation
        let deviation = (requests * (noise + peakedness) / (1.05 - byNumber)).squareRoot()
        let crowd = min(solved.curve.slots, requests + 3 * deviation)
        rise = max(scatter.rise, solved.scatter(requests: crowd)?.rise ?? 0) / pace
    }

    /// k = λE[D]·TPOT(k), the least; S where there is none below.
    private static func fixedPoint(_ curve: PaceCurve, work: Double) -> Double {
        var previous = 0.0
        for (index, knot) in curve.knots.enumerated() {
            if knot.requests >= work * knot.pace {
                guard index > 0 else { return work * knot.pace }
                var (low, high) = (previous, knot.requests)
                for _ in 0..<40 {
                    let middle = (low + high) / 2
                    if middle >= work * curve.pace(at: middle, in: index - 1) { high = middle } else { low = middle }
                }
                return high
            }
            previous = knot.requests
        }
        return curve.slots
    }
}
