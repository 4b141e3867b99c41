/// The cycle where every load is its mean (paper v1; with microbatches, model section 5):
/// τ = max(a, f, c), and with m microbatches max(a, f, c_out, c_back, (a + f + c)/m).
public struct MeanFieldCycle: CycleTimeModel {
    public let parameters: BundleParameters
    /// Mean load of one Attention instance, tokens: Bθ, or the T̄ of a finite horizon.
    public let meanLoad: Double

    /// Whether the FFN's time scatters.
    private let hasJitter: Bool

    public init(_ parameters: BundleParameters, meanLoad: Double? = nil) {
        self.parameters = parameters
        hasJitter = false
        self.meanLoad = meanLoad ?? parameters.meanTokens
    }

    /// Where only the FFN's time scatters: what the theories of the barrier come to where no load varies.
    init(withJitterOf parameters: BundleParameters) {
        self.parameters = parameters
        meanLoad = parameters.meanTokens
        hasJitter = true
    }

    public func moved(to parameters: BundleParameters) -> any CycleTimeModel { MeanFieldCycle(parameters) }

    public func cycle(ratio: Double) -> CycleTime {
        let a = parameters.stages.attention.latency(at: meanLoad)
        let rising = parameters.rising(ratio: ratio)
        let m = parameters.microbatches.map(Double.init)
        func duration(_ server: RisingStages, _ delay: Double) -> Double {
            max(a, server.floor, m.map { (a + delay) / $0 } ?? 0)
        }
        let duration = hasJitter ? parameters.overFFNJitter(rising, duration) : duration(rising, rising.delay)
        return CycleTime(
            duration: duration, attention: a, slowestAttention: a, rising: rising,
            roundShare: m.map { (a + rising.delay) / $0 } ?? 0)
    }
}
