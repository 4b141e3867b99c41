/// Where the closed form was found right against the replay: occupancy and mean TPOT to 1 % up to 80 % of capacity and to 3 % from
/// there, the slowest hundredth of TPOT to 3 % (docs/accuracy.md has the rows that each bound comes from).
enum TrustedRange {
    /// λE[D]/φ(S) up to which it is.
    static let utilisation = 0.95
    /// The same with three microbatches or more, whose round comes out a little long, and with loads beyond the next two bounds: an
    /// error of the pace counts the more the fuller the bundle is.
    static let utilisationOfOthers = 0.7
    /// κ up to which it is. With loads that are remembered longer, the slowest hundredth is longer than it says.
    static let memory = 2.0
    /// ν/θ up to which it is: the sum of few loads that scatter more is not told by three moments.
    static let scatter = 1.0
    /// Beyond those two, the relative rise of TPOT at five deviations of the slowest instance's load up to which loads do not matter.
    static let loadMatters = 0.02
    /// Requests on a bundle in the mean from which it is whatever the number does to TPOT. With fewer, an arrival that waits for the end of a
    /// step and the steps of a whole request each count for more than the closed form knows.
    static let fewRequests = 6.0
    /// Below that, the relative rise of TPOT from two deviations under the mean number to three above it up to which it is.
    static let numberMatters = 0.15
    /// What whole requests may make of E[k] (``LoadModulation/wholeRequests``), up to 80 % of the capacity and beyond: E[k] comes out
    /// short by about half of it.
    static let wholeRequests = (below: 0.02, beyond: 0.05)

    /// - Parameters:
    ///   - share: of the capacity.
    ///   - load: of the requests.
    ///   - loads: what load and number make of each other.
    ///   - microbatches: m; nil in lock-step.
    static func contains(share: Double, load: OpenLoad, loads: LoadModulation, microbatches: Int?) -> Bool {
        let slots = load.slotLoad
        let isPlain =
            load.memory <= memory && slots.standardDeviation <= scatter * slots.mean * (1 + 1e-9)
        let most = isPlain && microbatches ?? 1 < 3 ? utilisation : utilisationOfOthers
        // Rates that were meant to be at a bound are there but for rounding.
        return share <= most + 1e-9 && (isPlain || loads.rise <= loadMatters)
            && loads.wholeRequests <= (share <= 0.8 + 1e-9 ? wholeRequests.below : wholeRequests.beyond)
    }

    /// - Parameters:
    ///   - requests: on a bundle, in the mean.
    ///   - spread: of TPOT over their number, relative.
    static func contains(requests: Double, spread: Double) -> Bool {
        requests >= fewRequests || spread <= numberMatters
    }

    /// Of the time in decode, that a prefill may take: with more the pool smooths what arrives at the bundles, and TPOT's slowest
    /// hundredth comes out too long, unless it is within ``paceMatters`` of its middle.
    static let prefillOfDecode = 0.2
    static let paceMatters = 0.03

    /// Whether bundles behind a prefill pool get what is taken for their arrivals.
    ///
    /// - Parameters:
    ///   - decoding: the bundles at the rate of all arrivals.
    ///   - prefill: mean time of one, microseconds.
    static func contains(_ decoding: BundleService, after prefill: Double) -> Bool {
        prefill <= prefillOfDecode * decoding.decodeTime
            || decoding.tpot(percentile: 0.99) <= (1 + paceMatters) * decoding.tpot(percentile: 0.5)
    }

    /// Of the prefill pool's capacity, and of the link's, up to which waits were found right: mean TTFT to 5 %, p90 to 10 %.
    static let prefillUtilisation = 0.85
    /// C_s² of prompts' times up to which they were: beyond, one exponential is no tail of the wait (p90 up to a third too long).
    static let prefillVariation = 2.0

    /// - Parameters:
    ///   - prefillShare: of the pool's capacity.
    ///   - service: of one prompt.
    ///   - dispersion: I of the arrivals.
    static func contains(prefillShare: Double, _ service: ServiceTime, dispersion: Double) -> Bool {
        // Prompts of one length, bursts and little load: the p90 lies on the step between who waits and who does not.
        let isStep = dispersion != 1 && service.squaredVariation < 0.1 && prefillShare < 0.5
        return prefillShare <= prefillUtilisation + 1e-9 && service.squaredVariation <= prefillVariation && !isStep
    }
}
