import Glibc

extension Workload {
    /// The mean load of one Attention instance of `batchSize` slots over the horizon, tokens (paper v1).
    ///
    /// From an empty start with geometric D, p = 1/μ_D and K = N/(Bp) steps:
    /// T̄ = B [ μ_P + ((1−p)/p) (1 − (1 − (1−p)^K)/(pK)) ]; without a horizon, Bθ.
    public func meanLoad(batchSize: Int) -> Double {
        let b = Double(batchSize)
        guard let horizonRequests, case .independent(let prefill, let decode) = requests,
            case .geometric(let mean) = decode.shape
        else { return b * slotLoad.mean }
        let prefillMean = prefill.moments.mean
        let p = 1 / mean
        guard p < 1 else { return b * prefillMean }
        let steps = Double(horizonRequests) / (b * p)
        let finished = -expm1(steps * log1p(-p))
        return b * (prefillMean + (mean - 1) * (1 - finished / (p * steps)))
    }
}
