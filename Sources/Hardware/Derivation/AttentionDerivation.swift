import Sizing
import Text

/// t_A from first principles: the slowest data-parallel rank of one Attention instance, all layers of one step.
///
/// Load-dependent: reading and multiplying with the KV cache. Fixed for a batch: projections (weights read, or their
/// arithmetic where that is longer), the output head, launches, and the reduction of tensor parallelism.
struct AttentionDerivation {
    let description: HardwareDescription

    private var instance: HardwareDescription.AttentionInstance { description.attention }
    private var model: ModelDescription { description.model }
    private var queries: Double { description.speculation?.queryTokens ?? 1 }

    /// Requests of the fullest rank: the batch is spread as evenly as whole requests allow.
    func rankBatch(_ batchSize: Int) -> Double {
        Double((batchSize + instance.dataParallel - 1) / instance.dataParallel)
    }

    /// The parts that grow with the context of `context` tokens that each of the batch's requests has.
    func cacheTerms(batchSize: Int, context: Double) -> [LatencyTerm] {
        let rank = rankBatch(batchSize)
        let e = instance.efficiencies
        let cache = description.precision.cache
        let tensor = Double(instance.tensorParallel)
        return model.attending.flatMap { kind -> [LatencyTerm] in
            let requests = Double(kind.count) * rank
            let layer = kind.attention
            var terms = [
                LatencyTerm.roofline(
                    "kv_cache",
                    bytes: requests * layer.elementsRead(context: context, ranks: instance.tensorParallel)
                        * cache.bytes,
                    operations: requests * queries * layer.operations(context: context) / tensor,
                    device: instance.device, format: cache,
                    bandwidth: cache.isNarrow ? e.narrowCacheBandwidth : e.cacheBandwidth,
                    compute: cache.isNarrow ? e.narrowCacheCompute : e.cacheCompute)
            ]
            let index = layer.indexBytesRead(context: context)
            if index > 0 {
                // The index is kept in 8 bits and read by every rank.
                terms.append(
                    .roofline(
                        "sparse_index", bytes: requests * index,
                        operations: requests * queries * layer.indexOperations(context: context),
                        device: instance.device, format: .fp8, bandwidth: e.narrowCacheBandwidth,
                        compute: e.narrowCacheCompute))
            }
            return terms
        }
    }

    /// The parts that the batch fixes.
    func fixedTerms(batchSize: Int) -> [LatencyTerm] {
        let rank = rankBatch(batchSize) * queries
        let e = instance.efficiencies
        let weights = description.precision.weights.attention
        let tensor = Double(instance.tensorParallel)
        func product(_ name: String, _ parameters: Double, _ format: ElementFormat) -> LatencyTerm {
            .roofline(
                name, bytes: parameters * format.bytes, operations: 2 * parameters * rank, device: instance.device,
                format: format, bandwidth: format.isNarrow ? e.narrowWeightBandwidth : e.weightBandwidth,
                compute: e.denseCompute)
        }
        var terms = model.attending.map { kind in
            let parameters = kind.attention.projectionParameters(hidden: model.hidden)
            return product("projections", Double(kind.count) * parameters / tensor, weights)
        }
        terms += stateTerms(requests: rankBatch(batchSize))
        if model.isMixture { terms.append(product("router", model.routerParameters, .bf16)) }
        terms.append(product("output_head", model.headParameters / tensor, .bf16))
        let kernels = model.attending.reduce(0.0) { total, kind in
            let mechanism = kind.attention.mechanism
            let attention = if case .latent = mechanism { e.latentKernel } else { e.attentionKernel }
            let others = mechanism.auxiliaryKernels + (model.isMixture ? 2 : 0)
            return total + Double(kind.count) * (attention + Double(others) * e.kernel)
        }
        terms.append(.overhead("kernel_launches", kernels))
        terms += Reduction(
            tokens: rank, hidden: model.hidden, ranks: instance.tensorParallel, device: instance.device, efficiencies: e
        ).terms(layers: Double(model.attending.reduce(0) { $0 + $1.count }))
        if let time = description.speculation?.draftTime { terms.append(.overhead("draft", time)) }
        return terms
    }

    /// Constant states: read and written once a step, however long the request; split like the heads.
    private func stateTerms(requests: Double) -> [LatencyTerm] {
        let tensor = Double(instance.tensorParallel)
        return model.attending.compactMap { kind in
            guard let state = kind.attention.state else { return nil }
            let count = Double(kind.count) * requests / tensor
            return .roofline(
                "constant_state", bytes: 2 * count * state.bytes,
                operations: count * queries * kind.attention.mechanism.operationsPerToken, device: instance.device,
                format: .bf16, bandwidth: instance.efficiencies.cacheBandwidth,
                compute: instance.efficiencies.cacheCompute)
        }
    }

    /// t_A of a batch against the sum of its slot loads, which its requests share evenly.
    func latency(batchSize: Int) throws(InvalidInput) -> LatencyModel {
        let fixed = fixedTerms(batchSize: batchSize).reduce(0) { $0 + $1.microseconds }
        func time(_ context: Double) -> Double {
            fixed + cacheTerms(batchSize: batchSize, context: context).reduce(0) { $0 + $1.microseconds }
        }
        let limits = Set(model.attending.flatMap(\.attention.span.bends)).sorted()
        guard let last = limits.last else {
            return LatencyModel(
                try LatencyLine(alpha: (time(1_048_576) - fixed) / (Double(batchSize) * 1_048_576), beta: fixed))
        }
        var points = [(load: 0.0, latency: fixed)]
        for context in limits + [2 * last] { points.append((Double(batchSize) * context, time(context))) }
        return try LatencyModel(through: points)
    }
}

/// The all-reduce that tensor parallelism needs once a layer, as a ring over the scale-up link: 2(n − 1)/n of the
/// activations out of each device, and one launch with a message's latency.
struct Reduction {
    let tokens: Double
    let hidden: Int
    let ranks: Int
    let device: DeviceDescription
    let efficiencies: Efficiencies

    func terms(layers: Double) -> [LatencyTerm] {
        guard ranks > 1 else { return [] }
        let share = 2 * Double(ranks - 1) / Double(ranks)
        let bytes = layers * share * tokens * Double(hidden) * 2
        // A device without a scale-up link reduces over its scale-out link, or its memory's hundredth.
        let link = device.scaleUp ?? device.scaleOut ?? device.memoryBandwidth / 100
        let time = bytes / (link * 1e3 * efficiencies.scaleUp)
        return [
            LatencyTerm(name: "all_reduce", microseconds: time, bound: .link, bytes: bytes, operations: 0),
            .overhead("all_reduce_launches", layers * (efficiencies.kernel + efficiencies.scaleUpLatency)),
        ]
    }
}
