/// What a deployment gives at a rate of arrivals. Times in microseconds.
public struct DeploymentService: Sendable {
    public let arrivals: Arrivals
    public let bundle: BundleService
    /// nil where no prefill is described.
    public let ttft: DelayedValues?
    public let transfer: DelayedValues?
    /// nil where no prefill is described.
    public let endToEnd: DelayedValues?
    /// Shares of the time that prefill instances, and the link between the pools, work; nil where they are not described.
    public let prefillUtilisation: Double?
    public let transferUtilisation: Double?
    /// Requests a second that keep every limit, as far as they are independent of one another.
    public let goodput: Double

    /// Of waits and prefill, and of what comes to the bundles from there.
    let isPrefillTrusted: Bool

    /// Whether all parts were found right (docs/accuracy.md).
    public var isTrustworthy: Bool {
        bundle.isTrustworthy && isPrefillTrusted
            && (transferUtilisation ?? 0) <= TrustedRange.prefillUtilisation + 1e-9
    }
}

extension OpenDeployment {
    /// What is given at a rate; nil where a part cannot serve it.
    public func service(_ arrivals: Arrivals, _ limits: ServiceLimits = ServiceLimits()) -> DeploymentService? {
        guard let decoding = bundleService(arrivals) else { return nil }
        var ttft: DelayedValues?
        if let prefill {
            ttft = prefill.timeToFirstToken(arrivals, instances: prefillInstances, routing: routing)
            if ttft == nil { return nil }
        }
        var sent: DelayedValues?
        if let transfer {
            sent = transfer.times(arrivals)
            if sent == nil { return nil }
        }
        var share = 1.0
        if let limit = limits.ttft, let ttft { share *= ttft.share(within: limit.time) }
        if let limit = limits.tpot { share *= decoding.tpotShare(within: limit.time) }
        if let limit = limits.wait { share *= decoding.waitShare(within: limit.time) }
        let busy = prefill?.utilisation(arrivals, instances: prefillInstances)
        return DeploymentService(
            arrivals: arrivals, bundle: decoding, ttft: ttft, transfer: sent,
            endToEnd: ttft.map { endToEnd($0, sent, decoding) }, prefillUtilisation: busy,
            transferUtilisation: transfer?.utilisation(arrivals), goodput: arrivals.requestsPerSecond * share,
            isPrefillTrusted: prefill.map {
                TrustedRange.contains(prefillShare: busy ?? 0, $0.service, dispersion: arrivals.dispersion)
                    && TrustedRange.contains(decoding, after: $0.service.mean)
            } ?? true)
    }

    /// TTFT + transfer + wait + (D − 1)·TPOT; TTFT and transfer alone where the prefill makes the only token. Prompt and decode length are
    /// taken as independent, the waits as one of their mean and probability.
    private func endToEnd(
        _ ttft: DelayedValues, _ sent: DelayedValues?, _ decoding: BundleService
    ) -> DelayedValues {
        let lengths = bundle.bundle.load.lengths
        let before = ttft.values.thinned(to: 24)
        let moved = sent?.values.thinned(to: 24)
        let decode = lengths.decode.thinned(to: 64)
        var sums: [(value: Double, weight: Double)] = []
        sums.reserveCapacity(before.values.count * decode.values.count)
        for index in before.values.indices {
            // The same prompt makes prefill and transfer long.
            let start =
                before.values[index]
                + (moved.map { $0.values.count == before.values.count ? $0.values[index] : $0.mean } ?? 0)
            for (steps, weight) in zip(decode.values, decode.weights) {
                let decode = steps > 1.5 ? decoding.meanStepWait + (steps - 1) * decoding.meanTPOT : 0
                sums.append((start + decode, weight * before.weights[index]))
            }
        }
        let slot = WaitingTime(
            probability: decoding.slotWait.probability * bundle.bundle.load.decodedShare,
            meanWhereWaiting: decoding.slotWait.meanWhereWaiting)
        let waits = [ttft.wait, sent?.wait ?? .none, slot]
        let none = waits.reduce(1) { $0 * (1 - $1.probability) }
        let mean = waits.reduce(0) { $0 + $1.mean }
        let wait = WaitingTime(probability: 1 - none, meanWhereWaiting: none < 1 ? mean / (1 - none) : 0)
        return DelayedValues(WeightedValues(sums), after: wait)
    }
}

extension WeightedValues {
    /// At most `count` points of about equal weight, each the mean of what it stands for.
    func thinned(to count: Int) -> WeightedValues {
        guard values.count > count else { return self }
        var points: [(value: Double, weight: Double)] = []
        var weight = 0.0
        var sum = 0.0
        var done = 0.0
        for (value, own) in zip(values, weights) {
            weight += own
            sum += own * value
            if done + weight >= Double(points.count + 1) / Double(count) {
                points.append((sum / weight, weight))
                done += weight
                weight = 0
                sum = 0
            }
        }
        if weight > 0 { points.append((sum / weight, weight)) }
        return WeightedValues(points)
    }
}
