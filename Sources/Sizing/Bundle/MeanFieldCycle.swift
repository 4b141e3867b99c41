/// The cycle where every load is its mean (paper v1; with microbatches, model section 5):
/// τ = max(a, f, c), and with m microbatches max(a, f, c, (a + f + c)/m).
public struct MeanFieldCycle: CycleTimeModel {
    public let parameters: BundleParameters
    /// Mean load of one Attention instance, tokens: Bθ, or the T̄ of a finite horizon.
    public let meanLoad: Double

    public init(_ parameters: BundleParameters, meanLoad: Double? = nil) {
        self.parameters = parameters
        self.meanLoad = meanLoad ?? parameters.meanLoad
    }

    public func moved(to parameters: BundleParameters) -> any CycleTimeModel { MeanFieldCycle(parameters) }

    public func cycle(ratio: Double) -> CycleTime {
        let stages = parameters.stages
        let a = stages.attention.latency(at: meanLoad)
        let f = stages.ffnTime(ratio: ratio, batchSize: parameters.batchSize)
        let c = stages.communicationTime(ratio: ratio, batchSize: parameters.batchSize)
        let round = parameters.microbatches.map { (a + f + c) / Double($0) } ?? 0
        return CycleTime(
            duration: max(a, f, c, round), attention: a, slowestAttention: a, ffn: f, communication: c,
            roundShare: round)
    }
}
