extension Workload {
    /// h: how fast a slot forgets its load, a step, as one exponential e^(−hk) for its autocorrelation; 0 where single
    /// requests are not known or the load does not vary.
    ///
    /// Two rates are known without a simulation, and equal where the autocorrelation is exponential (fixed P, geometric D:
    /// both 1/E[D]); the slower is taken.
    /// - At once: a step changes the load by one token, or, with probability 1/E[D], from P + D to the P′ of the next
    ///   request, so 1 − ρ(1) ≈ (2 Var P + Var D + 2 Cov(P, D) + E[D]²)/(2 ν² E[D]). The drift is left out.
    /// - In the long run: with S = Σ_{j<D} (P + j − θ), whose mean is 0, a mean over w steps has the variance
    ///   E[S²]/(w E[D]) (renewal–reward), against 2ν²/(wh) of an exponential.
    var decorrelationRate: Double {
        guard slotLoad.standardDeviation > 0 else { return 0 }
        var jump = 0.0
        var square = 0.0
        let meanDecode: Double
        switch requests {
        case .moments: return 0
        case .independent(let prefill, let decode):
            let p = prefill.moments
            let d = decode.decodeMoments
            meanDecode = d.mean
            jump = 2 * p.variance + d.variance + d.mean * d.mean
            // S = D(P − θ) + D(D − 1)/2.
            let offset = p.mean - slotLoad.mean
            square =
                (d.factorial2 + d.mean) * (p.variance + offset * offset)
                + offset * (d.factorial3 + 2 * d.factorial2)
                + (d.factorial4 + 4 * d.factorial3 + 2 * d.factorial2) / 4
        case .trace(let trace):
            var total = 0.0
            var steps = 0.0
            var start = (first: 0.0, second: 0.0)
            var end = (first: 0.0, second: 0.0)
            for index in 0..<trace.count {
                let weight = trace.weight(at: index)
                let d = Double(trace.decode[index])
                let x = Double(trace.prefill[index]) - slotLoad.mean
                let sum = d * x + d * (d - 1) / 2
                total += weight
                steps += weight * d
                start.first += weight * x
                start.second += weight * x * x
                end.first += weight * (x + d)
                end.second += weight * (x + d) * (x + d)
                square += weight * sum * sum
            }
            meanDecode = steps / total
            square /= total
            func variance(_ moments: (first: Double, second: Double)) -> Double {
                moments.second / total - (moments.first / total) * (moments.first / total)
            }
            jump = variance(start) + variance(end) + meanDecode * meanDecode
        }
        let power = 2 * slotLoad.variance * meanDecode
        return min(1, max(0, jump / power), square > 0 ? power / square : 1)
    }
}
