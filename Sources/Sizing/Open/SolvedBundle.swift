/// An open bundle with its pace worked out: answers for any rate of arrivals.
public struct SolvedBundle: Sendable {
    public let bundle: OpenBundle
    let curve: PaceCurve
    /// Bundles that this one stands for: with `least_loaded` routing, n bundles are nearly one of n·S slots.
    let copies: Double
    let theory: PaceTheory
    private let single: PaceCurve

    /// nil where no step of the bundle takes time.
    public init?(_ bundle: OpenBundle) {
        var theory = PaceTheory(bundle)
        guard let curve = PaceCurve(&theory) else { return nil }
        self.init(bundle, theory, curve, copies: 1)
    }

    private init(_ bundle: OpenBundle, _ theory: PaceTheory, _ curve: PaceCurve, copies: Int) {
        self.bundle = bundle
        self.theory = theory
        single = curve
        self.copies = Double(copies)
        self.curve =
            copies == 1
            ? curve
            : PaceCurve(
                knots: curve.knots.map {
                    PaceCurve.Knot(requests: $0.requests * Double(copies), pace: $0.pace, busy: $0.busy)
                })
    }

    /// The same bundle n times, with requests going to the least loaded: one of n·S slots and TPOT(k/n).
    public func pooled(_ n: Int) -> SolvedBundle { SolvedBundle(bundle, theory, single, copies: n) }

    /// The same bundle with fewer slots: batches of at most `batchSize`, 1…B.
    public func limited(batchSize: Int) -> SolvedBundle {
        guard batchSize < bundle.batchSize else { return self }
        let slots = Double(bundle.attentionInstances) * bundle.microbatchCount * Double(max(1, batchSize))
        var knots = single.knots.filter { $0.requests < slots }
        knots.append(
            PaceCurve.Knot(requests: slots, pace: single.pace(at: slots), busy: single.busy(at: slots)))
        return SolvedBundle(
            bundle.limited(batchSize: max(1, batchSize)), theory, PaceCurve(knots: knots), copies: Int(copies))
    }

    /// Tokens a second that it makes with every slot full.
    public var tokenCapacity: Double { curve.capacity * 1e6 }

    /// Requests a second that it could serve with every slot full: those that it bears are fewer.
    public var capacity: Double { tokenCapacity / bundle.load.meanSteps }

    /// What it gives at a rate of arrivals; nil where that is its capacity or more.
    ///
    /// - Parameter arrivals: of all requests, those without a step in the bundles included.
    public func service(_ arrivals: Arrivals) -> BundleService? {
        let lengths = bundle.load.steps
        let arrivals = bundle.load.arriving(arrivals)
        let rate = arrivals.rate
        let work = rate * lengths.meanDecode
        guard work < curve.capacity else { return nil }
        // Bursts count by how much of one is still present when a request leaves (docs/model.md).
        let burst = (arrivals.dispersion - 1) * lengths.meanOfLesserDecode
        let loads = LoadModulation(self, work: work, peakedness: max(0.25, 1 + burst))
        let peakedness = max(0.25, 1 + burst + loads.noise)
        guard let law = Occupancy(curve, work: work, peakedness: peakedness) else { return nil }
        let spare = (curve.capacity - work) / lengths.meanDecode
        let spread = (arrivals.dispersion + lengths.squaredVariationOfDecode) / 2 + loads.noise
        let share = work / curve.capacity
        return BundleService(
            occupancy: law.inService, slots: curve.slots, decodeTime: law.inService / rate,
            meanTPOT: law.inService / work, waitingProbability: law.waitingProbability,
            slotWait: WaitingTime(probability: law.waitingProbability, meanWhereWaiting: spread / spare),
            step: law.meanPace * bundle.tokensPerStep,
            idleProbability: min(1 - law.waitingProbability, law.emptyProbability(bundles: copies)),
            busy: law.busy, utilisation: share, peakedness: peakedness,
            isTrustworthy: TrustedRange.contains(
                share: share, load: bundle.load, loads: loads, microbatches: bundle.microbatches)
                && TrustedRange.contains(
                    requests: law.inService / copies, spread: paceSpread(requests: law.inService / copies)),
            law: law, loads: loads, solved: self)
    }

    /// TPOT with k requests on one bundle, and its relative rise with k and with the load of each request.
    func sensitivity(requests k: Double) -> (pace: Double, byNumber: Double, byLoad: Double)? {
        let pace = curve.pace(at: k)
        guard pace > 0 else { return nil }
        let step = 0.04
        let (low, high) = (max(0, k * (1 - step)), min(curve.slots, k * (1 + step)))
        let byNumber = high > low ? (curve.pace(at: high) - curve.pace(at: low)) / (high - low) * k / pace : 0
        // At the nearest batch there is; the shares of the load do not jump between two.
        let working = working(requests: k)
        guard let lighter = theory.pace(working, loadFactor: 1 - step),
            let heavier = theory.pace(working, loadFactor: 1 + step), heavier + lighter > 0
        else { return nil }
        return (pace, min(1, max(0, byNumber)), max(0, (heavier - lighter) / (heavier + lighter) / step))
    }

    /// Rise of TPOT to five deviations of the slowest load where k requests are present, microseconds.
    func rise(requests k: Double) -> Double? {
        theory.rise(working(requests: k))
    }

    /// Microbatches of instances.
    var groups: Double { Double(bundle.attentionInstances) * bundle.microbatchCount * copies }

    /// Relative rise of TPOT from two deviations below the mean number of requests on one bundle to three above it, as a token sees
    /// them: its own request and the others.
    private func paceSpread(requests others: Double) -> Double {
        let (seen, deviation) = (others + 1, (others + 1).squareRoot())
        let low = single.pace(at: max(1, seen - 2 * deviation))
        return (single.pace(at: seen + 3 * deviation) - low) / low
    }

    /// What is at work nearest to k requests.
    func working(requests k: Double) -> PaceTheory.Working {
        let batch = min(Double(bundle.batchSize), max(1, (k / groups).rounded()))
        return PaceTheory.Working(
            batchSize: Int(batch),
            instances: max(1, min(Double(bundle.attentionInstances), k / (copies * bundle.microbatchCount))),
            microbatches: bundle.microbatchesAtWork(requests: k / copies))
    }
}
