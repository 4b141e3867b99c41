import Sizing

/// What loosening one limit of an open deployment would bring.
public struct OpenShadowPrice: Hashable, Sendable {
    public enum Limit: String, Hashable, Sendable, CaseIterable {
        case ttft, tpot, wait
        case kvMemory = "kv_memory"
        case batchSize = "batch_size"
        case devices
        case attentionDevices = "attention_devices"
        case ffnDevices = "ffn_devices"
        case prefillDevices = "prefill_devices"

        /// One more of what.
        public var unit: String {
            switch self {
            case .ttft, .tpot, .wait: "tenth of the limit"
            case .kvMemory: "GB of HBM on each Attention device"
            case .batchSize: "request a batch"
            case .devices, .attentionDevices, .ffnDevices, .prefillDevices: "instance's devices"
            }
        }
    }

    /// What the lightest deployment for the same rate would be lighter by.
    public struct Saving: Hashable, Sendable {
        /// Relative, under the objective; 0 or more.
        public let weight: Double
        /// Fewer than now; below 0 where cheaper ones take their place.
        public let devices: Int
    }

    public let limit: Limit
    /// How much more the deployment, or on a budget the best one, bears, relative.
    public let gain: Double
    /// nil on a budget, all of which is used.
    public let saving: Saving?
}

extension OpenPlanProblem {
    /// What one more of each limit in force brings, largest first: to the rate that what was found bears, and to the weight of the
    /// lightest deployment of the same kinds of devices, by solving again with it.
    func shadowPrices(
        _ point: OpenPoint, _ choice: PrefillChoice?, _ arrivals: Arrivals, rate: Double, _ budget: SearchBudget
    ) -> [OpenShadowPrice] {
        let base = with(pairs: [pairs[point.pair]])
        let found = Found(point: point, choice: choice, arrivals: arrivals, rate: rate)
        var prices: [OpenShadowPrice] = []
        for (limit, path) in [
            (OpenShadowPrice.Limit.ttft, \ServiceLimits.ttft), (.tpot, \ServiceLimits.tpot),
            (.wait, \ServiceLimits.wait),
        ] {
            guard let time = service[keyPath: path]?.time else { continue }
            var looser = service
            looser[keyPath: path]?.time = 1.1 * time
            let problem = base.with(service: looser)
            let deployment = problem.deployed(point.solved, bundles: point.bundles, choice)
            prices.append(problem.price(limit, deployment, found, budget))
        }
        for (limit, problem) in base.withLargerBatches(point) {
            guard let deployment = problem.redeployed(found, budget) else { continue }
            prices.append(problem.price(limit, deployment, found, budget))
        }
        for (limit, target) in base.largerTargets(choice) {
            let more = base.with(target: target).split(budget, above: rate)?.rate ?? rate
            prices.append(OpenShadowPrice(limit: limit, gain: max(0, more / rate - 1), saving: nil))
        }
        return prices.enumerated().sorted { ($1.element.gain, $0.offset) < ($0.element.gain, $1.offset) }
            .map(\.element)
    }

    /// What was found under the limits as they are.
    private struct Found {
        let point: OpenPoint
        let choice: PrefillChoice?
        let arrivals: Arrivals
        let rate: Double
    }

    /// Of this problem, a limit of which is looser.
    private func price(
        _ limit: OpenShadowPrice.Limit, _ deployment: OpenDeployment, _ found: Found, _ budget: SearchBudget
    ) -> OpenShadowPrice {
        let (more, _) = deployment.largestRate(like: found.arrivals, service)
        return OpenShadowPrice(
            limit: limit, gain: found.rate > 0 ? max(0, more / found.rate - 1) : 0,
            saving: target == .lightest ? saving(limit, found, budget) : nil)
    }

    private func saving(
        _ limit: OpenShadowPrice.Limit, _ found: Found, _ budget: SearchBudget
    ) -> OpenShadowPrice.Saving {
        let total = found.point.weight + (found.choice?.weight ?? 0)
        var saved = (weight: 0.0, devices: 0)
        if limit == .ttft {
            if let choice = found.choice, let lighter = lightestPrefill(found.arrivals), lighter.weight < choice.weight
            {
                saved.weight = choice.weight - lighter.weight
                saved.devices =
                    choice.instances * prefill[choice.kind].kind.devices
                    - lighter.instances * prefill[lighter.kind].kind.devices
            }
        } else if let lighter = OpenSearch(self, budget).lightest(below: found.point.weight).points.first,
            lighter.weight < found.point.weight
        {
            saved = (found.point.weight - lighter.weight, devices(found.point) - devices(lighter))
        }
        return .init(weight: total > 0 ? saved.weight / total : 0, devices: saved.devices)
    }

    /// Of all bundles, in whole nodes where a rule says so; of the first pair.
    private func devices(_ point: OpenPoint) -> Int {
        func counted(_ instances: Int, _ kind: InstancePair.Kind) -> Int {
            guard let node = limits.devicesPerNode else { return instances * kind.devices }
            return (instances * kind.devices + node - 1) / node * node
        }
        return counted(point.bundles * point.attentionInstances, pairs[0].attention)
            + counted(point.bundles * point.ffnInstances, pairs[0].ffn)
    }

    /// Where memory, or the largest batch that is allowed, keeps the batch from being larger.
    private func withLargerBatches(_ point: OpenPoint) -> [(OpenShadowPrice.Limit, OpenPlanProblem)] {
        let pair = pairs[0]
        let fits = pair.memory?.largestBatch(microbatches: point.microbatches ?? 1)
        var list: [(OpenShadowPrice.Limit, OpenPlanProblem)] = []
        if let fits, limits.batchSize == nil, fits <= limits.maximumBatch, point.batchSize + pair.batchStep > fits {
            list.append((.kvMemory, with(pairs: [pair.withMoreMemory(1e9)])))
        }
        let largest = limits.batchSize ?? limits.maximumBatch
        if point.batchSize + pair.batchStep > largest, fits.map({ $0 > point.batchSize }) ?? true {
            var looser = limits
            looser.batchSize = limits.batchSize.map { $0 + 1 }
            looser.maximumBatch = max(limits.maximumBatch + pair.batchStep, looser.batchSize ?? 1)
            list.append((.batchSize, with(limits: looser)))
        }
        return list
    }

    /// The same shape at the batch that this problem allows.
    private func redeployed(_ found: Found, _ budget: SearchBudget) -> OpenDeployment? {
        let evaluator = OpenEvaluator(self, budget)
        let shape = BundleShape(
            pair: 0, attention: found.point.attentionInstances, ffn: found.point.ffnInstances)
        guard let bundle = evaluator.bundle(shape, microbatches: found.point.microbatches) else { return nil }
        let (solved, _, _) = evaluator.largestRate(bundle, pair: 0, bundles: found.point.bundles)
        return deployed(solved, bundles: found.point.bundles, found.choice)
    }

    /// With the devices of one more instance of the first pair, or of the prefill that was chosen.
    private func largerTargets(_ choice: PrefillChoice?) -> [(OpenShadowPrice.Limit, OpenTarget)] {
        let (attention, ffn) = (pairs[0].attention.devices, pairs[0].ffn.devices)
        let own = choice.map { prefill[$0.kind].kind.devices } ?? 0
        switch target {
        case .lightest: return []
        case .total(let devices): return [(.devices, .total(devices: devices + max(attention, ffn, own)))]
        case .each(let a, let f, let p):
            var list: [(OpenShadowPrice.Limit, OpenTarget)] = [
                (.attentionDevices, .each(attention: a + attention, ffn: f, prefill: p)),
                (.ffnDevices, .each(attention: a, ffn: f + ffn, prefill: p)),
            ]
            if let p { list.append((.prefillDevices, .each(attention: a, ffn: f, prefill: p + own))) }
            return list
        }
    }
}
