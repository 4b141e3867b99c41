import Glibc

/// The cycle of an open bundle at any batch: the Gaussian barrier, times what the third moment of the loads makes of it.
///
/// The third-moment cycle (``ExactBarrierCycle``) costs ten times as much, and its ratio to the Gaussian one moves slowly, but where
/// another stage begins to set the pace: it is worked out at B, B/4, B/16 … down to 4 and in the middle of two that differ, and
/// interpolated in the logarithm of the batch.
struct PaceTheory {
    /// What of a bundle is at work.
    struct Working {
        /// Requests of an instance and microbatch.
        var batchSize: Int
        /// Attention instances, 1 or more.
        var instances: Double
        /// nil in lock-step.
        var microbatches: Int?

        var microbatchCount: Double { Double(microbatches ?? 1) }
    }

    let bundle: OpenBundle
    private let correction: [(logBatch: Double, factor: Double)]

    init(_ bundle: OpenBundle) {
        self.bundle = bundle
        guard bundle.load.slotLoad.skewness != 0 else {
            correction = []
            return
        }
        let ratio = Double(bundle.attentionInstances)
        func point(_ batch: Int) -> (logBatch: Double, factor: Double)? {
            let working = Working(batchSize: batch, instances: ratio, microbatches: bundle.microbatches)
            guard let parameters = Self.parameters(bundle, working) else { return nil }
            let gaussian = GaussianBarrierCycle(parameters).duration(ratio: ratio)
            let exact = ExactBarrierCycle(
                thirdMoment: parameters, decorrelationRate: bundle.load.decorrelationRate
            ).duration(ratio: ratio)
            return gaussian > 0 && exact.isFinite ? (log(Double(batch)), exact / gaussian) : nil
        }
        var batch = bundle.batchSize
        var points = [point(batch)].compactMap { $0 }
        while batch > 4 {
            let next = max(4, batch / 4)
            guard let lower = point(next) else { break }
            let middle = Int((Double(batch) * Double(next)).squareRoot())
            if let upper = points.last, abs(upper.factor - lower.factor) > Self.factorStep, middle > next,
                middle < batch,
                let between = point(middle)
            {
                points.append(between)
            }
            points.append(lower)
            batch = next
        }
        correction = points.reversed()
    }

    /// Two factors that differ by more have one between them.
    private static let factorStep = 0.002

    /// What the Gaussian cycle is multiplied with: worked out for all microbatches, and nothing where fewer are at work, whose rounds are
    /// hardly more than sums.
    private func factor(_ working: Working) -> Double {
        guard let first = correction.first, let last = correction.last, working.microbatches == bundle.microbatches
        else {
            return 1
        }
        let x = log(Double(working.batchSize))
        if x <= first.logBatch { return first.factor }
        for (one, next) in zip(correction, correction.dropFirst()) where x <= next.logBatch {
            return one.factor + (next.factor - one.factor) * (x - one.logBatch) / (next.logBatch - one.logBatch)
        }
        return last.factor
    }

    private static func parameters(
        _ bundle: OpenBundle, _ working: Working, loadFactor: Double = 1
    ) -> BundleParameters? {
        guard let stages = bundle.stages(batchSize: working.batchSize) else { return nil }
        let load = bundle.load.slotLoad
        let scaled =
            loadFactor == 1
            ? load
            : try? SlotLoad(
                mean: load.mean * loadFactor, standardDeviation: load.standardDeviation * loadFactor,
                skewness: load.skewness)
        guard let scaled else { return nil }
        return try? BundleParameters(
            slotLoad: scaled, stages: stages, batchSize: working.batchSize, microbatches: working.microbatches,
            jitter: bundle.jitter, tokensPerStep: bundle.tokensPerStep, division: bundle.division)
    }

    /// TPOT, microseconds, where loads are `loadFactor` times what they are.
    func pace(_ working: Working, loadFactor: Double = 1) -> Double? {
        guard let parameters = Self.parameters(bundle, working, loadFactor: loadFactor) else { return nil }
        let duration =
            GaussianBarrierCycle(parameters).duration(ratio: working.instances) * factor(working)
        return working.microbatchCount * duration / bundle.tokensPerStep
    }

    /// What a step takes at a score z of its loads: of an instance's and of all, their mean moved by a part of it.
    ///
    /// - Returns: nil where the hardware cannot be asked.
    func steps(_ working: Working) -> ((_ z: Double, _ moved: Double) -> Double)? {
        guard let parameters = Self.parameters(bundle, working) else { return nil }
        let rising = parameters.rising(ratio: working.instances)
        let (mean, deviation) = (parameters.meanLoad, parameters.loadDeviation)
        let attention = parameters.attention
        guard let microbatches = parameters.microbatches else {
            return { z, moved in max(rising.floor, attention.latency(at: max(0, mean * (1 + moved) + deviation * z))) }
        }
        let m = Double(microbatches)
        let shrunk = deviation / m.squareRoot()
        return { z, moved in
            let centre = mean * (1 + moved)
            return max(
                attention.latency(at: max(0, centre + shrunk * z)), rising.floor,
                (attention.latency(at: max(0, centre + deviation * z)) + rising.delay) / m)
        }
    }

    /// Rise of TPOT from its middle to the slowest instance's load at +5σ, microseconds.
    func rise(_ working: Working) -> Double? {
        guard let parameters = Self.parameters(bundle, working) else { return nil }
        let gaussian = GaussianBarrierCycle(parameters)
        func pace(_ p: Double) -> Double {
            working.microbatchCount * gaussian.duration(ratio: working.instances, percentile: p) / bundle.tokensPerStep
        }
        let (low, high) = (pace(0.158_655_253_931_457), pace(0.841_344_746_068_543))
        return max(0, pace(1 - 2.866_515_718_791_94e-7) - (low + high) / 2)
    }

    /// The knot where `requests` are present: `batchSize` in each of as many microbatches as that takes.
    func knot(batchSize: Int, requests: Double) -> PaceCurve.Knot? {
        let working = Working(
            batchSize: batchSize, instances: max(1, requests / (Double(batchSize) * bundle.microbatchCount)),
            microbatches: bundle.microbatchesAtWork(requests: requests))
        guard let parameters = Self.parameters(bundle, working) else { return nil }
        let gaussian = GaussianBarrierCycle(parameters)
        let duration = gaussian.duration(ratio: working.instances) * factor(working)
        guard duration > 0 else { return nil }
        let rising = parameters.rising(ratio: working.instances)
        let share = working.instances / Double(bundle.attentionInstances)
        return PaceCurve.Knot(
            requests: requests, pace: working.microbatchCount * duration / bundle.tokensPerStep,
            busy: RoleShares(
                attention: min(1, share * gaussian.meanAttention / duration), ffn: min(1, rising.ffn / duration),
                communication: min(1, rising.link / duration)))
    }
}
