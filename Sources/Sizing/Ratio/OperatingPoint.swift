/// A ratio with what it gives.
public struct OperatingPoint: Hashable, Sendable {
    /// r, Attention instances for one FFN instance; whole but for the mean field's.
    public let ratio: Double
    public let cycle: CycleTime
    /// Tokens per second and instance: 1e6 · rB/((r + 1) τ), times ρ and s where slots are not always full and a request gains s tokens a
    /// step.
    public let throughputPerInstance: Double
    /// Tokens per second and unit of cost: 1e6 · rB/((r c_A + c_F) τ).
    public let throughputPerCost: Double
    /// Time per output token, microseconds: m·τ/s.
    public let tpot: Double

    public init(ratio: Double, cycle: CycleTime, parameters: BundleParameters, cost: InstanceCost) {
        self.ratio = ratio
        self.cycle = cycle
        let duration = cycle.duration
        throughputPerInstance = 1e6 * parameters.throughput(ratio: ratio, duration: duration, cost: .equal)
        throughputPerCost = 1e6 * parameters.throughput(ratio: ratio, duration: duration, cost: cost)
        tpot = Double(parameters.microbatches ?? 1) * duration / parameters.tokensPerStep
    }
}
