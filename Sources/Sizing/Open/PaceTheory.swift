import Glibc

/// The cycle of an open bundle at any batch: the Gaussian barrier, times what the third moment of the loads makes of it.
///
/// The third-moment cycle (``ExactBarrierCycle``) costs ten times as much, and its ratio to the Gaussian one moves slowly, but where
/// another stage begins to set the pace: it is worked out at B, B/4, B/16 … down to 4 and in the middle of two that differ, and
/// interpolated in the logarithm of the batch.
struct PaceTheory {
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
            guard let parameters = Self.parameters(bundle, batchSize: batch) else { return nil }
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

    /// What the Gaussian cycle is multiplied with at a batch.
    private func factor(batchSize: Int) -> Double {
        guard let first = correction.first, let last = correction.last else { return 1 }
        let x = log(Double(batchSize))
        if x <= first.logBatch { return first.factor }
        for (one, next) in zip(correction, correction.dropFirst()) where x <= next.logBatch {
            return one.factor + (next.factor - one.factor) * (x - one.logBatch) / (next.logBatch - one.logBatch)
        }
        return last.factor
    }

    private static func parameters(
        _ bundle: OpenBundle, batchSize: Int, loadFactor: Double = 1
    ) -> BundleParameters? {
        guard let stages = bundle.stages(batchSize: batchSize) else { return nil }
        let load = bundle.load.slotLoad
        let scaled =
            loadFactor == 1
            ? load
            : try? SlotLoad(
                mean: load.mean * loadFactor, standardDeviation: load.standardDeviation * loadFactor,
                skewness: load.skewness)
        guard let scaled else { return nil }
        return try? BundleParameters(
            slotLoad: scaled, stages: stages, batchSize: batchSize, microbatches: bundle.microbatches,
            jitter: bundle.jitter, tokensPerStep: bundle.tokensPerStep, division: bundle.division)
    }

    /// TPOT at a batch on so many instances, microseconds, where loads are `loadFactor` times what they are.
    func pace(batchSize: Int, ratio: Double, loadFactor: Double = 1) -> Double? {
        guard let parameters = Self.parameters(bundle, batchSize: batchSize, loadFactor: loadFactor) else { return nil }
        let duration = GaussianBarrierCycle(parameters).duration(ratio: ratio) * factor(batchSize: batchSize)
        return bundle.microbatchCount * duration / bundle.tokensPerStep
    }

    /// What a step takes at a score z of its loads: of an instance's and of all, their mean moved by a part of it.
    ///
    /// - Returns: nil where the hardware cannot be asked.
    func steps(batchSize: Int, ratio: Double) -> ((_ z: Double, _ moved: Double) -> Double)? {
        guard let parameters = Self.parameters(bundle, batchSize: batchSize) else { return nil }
        let rising = parameters.rising(ratio: ratio)
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
    func rise(batchSize: Int, ratio: Double) -> Double? {
        guard let parameters = Self.parameters(bundle, batchSize: batchSize) else { return nil }
        let gaussian = GaussianBarrierCycle(parameters)
        func pace(_ p: Double) -> Double {
            bundle.microbatchCount * gaussian.duration(ratio: ratio, percentile: p) / bundle.tokensPerStep
        }
        let (low, high) = (pace(0.158_655_253_931_457), pace(0.841_344_746_068_543))
        return max(0, pace(1 - 2.866_515_718_791_94e-7) - (low + high) / 2)
    }

    /// The knot where `requests` are present: `batchSize` in each of as many microbatches as that takes.
    func knot(batchSize: Int, requests: Double) -> PaceCurve.Knot? {
        guard let parameters = Self.parameters(bundle, batchSize: batchSize) else { return nil }
        let b = Double(batchSize)
        let instances = max(1, requests / (b * bundle.microbatchCount))
        let gaussian = GaussianBarrierCycle(parameters)
        let duration = gaussian.duration(ratio: instances) * factor(batchSize: batchSize)
        guard duration > 0 else { return nil }
        let rising = parameters.rising(ratio: instances)
        let share = instances / Double(bundle.attentionInstances)
        return PaceCurve.Knot(
            requests: requests, pace: bundle.microbatchCount * duration / bundle.tokensPerStep,
            busy: RoleShares(
                attention: min(1, share * gaussian.meanAttention / duration), ffn: min(1, rising.ffn / duration),
                communication: min(1, rising.link / duration)))
    }
}
