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
    /// c: how far the load of those present is from its mean, relative, for each part that their number is.
    let follow: Double
    /// ρ²: the part of the variance of that load that goes with the number.
    let explained: Double
    /// Relative rise of TPOT where the slowest instance is at five deviations of its load, and as many requests are present as there
    /// are at three of theirs.
    let rise: Double
    /// dln E[k]/dln TPOT: how much more requests gather than the pace slows down, 1/(1 − s); s at most 1 less a twentieth.
    let response: Double
    /// How much larger E[k] were if an instance held one request more than its even part: l/(n(1 − s)) with n to a microbatch. Requests
    /// come whole, so that the fullest instance holds about half of one more.
    let wholeRequests: Double

    /// - Parameter peakedness: of the arrivals.
    init(_ solved: SolvedBundle, work: Double, peakedness: Double) {
        let load = solved.bundle.load
        let requests = Self.fixedPoint(solved.curve, work: work)
        let sensitivity = solved.sensitivity(requests: requests)
        response = 1 / (1.05 - (sensitivity?.byNumber ?? 0))
        // One microbatch alone waits for no other.
        let isAlone = solved.bundle.attentionInstances == 1 && solved.bundle.microbatchCount == 1
        wholeRequests =
            isAlone ? 0 : (sensitivity?.byLoad ?? 0) * response / max(1, requests / solved.groups)
        guard load.slotLoad.mean > 0, load.slotLoad.standardDeviation > 0, requests > 0,
            let (pace, byNumber, byLoad) = sensitivity,
            let rise = solved.rise(requests: requests)
        else {
            noise = 0
            follow = 0
            explained = 0
            self.rise = 0
            return
        }
        let spread = load.slotLoad.standardDeviation / load.slotLoad.mean
        noise = byLoad * byLoad * spread * spread * load.memory / (load.memory * (1 - byNumber) + 1)
        // Covariance over variance of the number: with σ² = (ν/θ)²/k of u, lκσ²/(κ(1 − s) + 1) over (z + noise)/(k(1 − s)).
        let rest = 1 - byNumber
        follow = byLoad > 0 ? noise * rest / (byLoad * (noise + peakedness)) : 0
        explained = min(1, follow * byLoad * load.memory / (load.memory * rest + 1))
        let deviation = (requests * (noise + peakedness) / (1.05 - byNumber)).squareRoot()
        let crowd = min(solved.curve.slots, requests + 3 * deviation)
        self.rise = max(rise, solved.rise(requests: crowd) ?? 0) / pace
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
