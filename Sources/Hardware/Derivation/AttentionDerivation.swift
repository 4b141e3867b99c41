import Sizing
import Text

/// t_A from first principles: the slowest data-parallel rank of one Attention instance, all layers of one step.
///
/// Load-dependent: reading and multiplying with the KV cache. Fixed for a batch: projections (weights read, or their
/// arithmetic where that is longer), the output head, launches, and the reduction of tensor parallelism.
struct AttentionDerivation {
    let description: HardwareDescription
    /// ρ, the probability that a slot of the batch is full.
    var occupancy = 1.0

    private var instance: HardwareDescription.AttentionInstance { description.attention }
    private var model: ModelDescription { description.model }
    private var queries: Double { description.speculation?.queryTokens ?? 1 }

    /// Requests of the fullest rank: the batch is spread as evenly as whole requests allow.
    ///
    /// Of slots that are not always full their number k varies, and ⌈k/d⌉ on d ranks is k/d + (d − 1)/(2d) in the mean; never more than
    /// there are.
    func rankBatch(_ batchSize: Int) -> Double {
        guard occupancy < 1 else {
            return Double((batchSize + instance.dataParallel - 1) / instance.dataParallel)
        }
        let (requests, ranks) = (requests(batchSize), Double(instance.dataParallel))
        return min(requests, requests / ranks + (ranks - 1) / (2 * ranks))
    }

    /// ρB, requests of the batch in the mean.
    private func requests(_ batchSize: Int) -> Double { occupancy * Double(batchSize) }

    /// The curve of a layer's attention kernel.
    private func curve(_ mechanism: AttentionMechanism) -> KernelCurves.Attention {
        let e = instance.efficiencies
        let curves = if case .latent = mechanism { e.latent } else { e.grouped }
        return description.precision.cache.isNarrow ? curves.narrow : curves.wide
    }

    /// The parts that grow with the context of `context` tokens that each of the batch's requests has.
    func cacheTerms(batchSize: Int, context: Double) -> [LatencyTerm] {
        let rank = rankBatch(batchSize)
        let cache = description.precision.cache
        let tensor = Double(instance.tensorParallel)
        return model.attending.flatMap { kind -> [LatencyTerm] in
            let requests = Double(kind.count) * rank
            let layer = kind.attention
            let curve = curve(layer.mechanism)
            var terms = [
                LatencyTerm.roofline(
                    "kv_cache",
                    bytes: requests * layer.elementsRead(context: context, ranks: instance.tensorParallel)
                        * cache.bytes,
                    operations: requests * queries * layer.operations(context: context) / tensor,
                    device: instance.device, format: cache, bandwidth: curve.bandwidth, compute: curve.compute,
                    stream: Double(kind.count) * min(1, rank) * layer.span.read(context: context) * curve.stream)
            ]
            let index = layer.indexBytesRead(context: context)
            if index > 0 {
                // The index is kept in 8 bits and read by every rank; its one key serves all of its heads, as a latent does.
                let narrow = instance.efficiencies.latent.narrow
                terms.append(
                    .roofline(
                        "sparse_index", bytes: requests * index,
                        operations: requests * queries * layer.indexOperations(context: context),
                        device: instance.device, format: .fp8, bandwidth: narrow.bandwidth, compute: narrow.compute))
            }
            return terms
        }
    }

    /// The parts that the batch fixes.
    ///
    /// - Parameter chunkRows: tokens of prompts that go through the products beside the batch, shared evenly by the ranks.
    func fixedTerms(batchSize: Int, chunkRows: Double = 0) -> [LatencyTerm] {
        let rank = rankBatch(batchSize) * queries + chunkRows / Double(instance.dataParallel)
        let weights = description.precision.weights.attention
        let tensor = Double(instance.tensorParallel)
        func product(
            _ name: String, _ parameters: Double, _ format: ElementFormat, rows: Double
        ) -> LatencyTerm {
            .product(
                name, parameters: parameters, rows: rows, device: instance.device, format: format,
                curve: instance.efficiencies.dense[format.kernels(on: instance.device)])
        }
        var terms = model.attending.map { kind in
            let parameters = kind.attention.projectionParameters(hidden: model.hidden)
            return product("projections", Double(kind.count) * parameters / tensor, weights, rows: rank)
        }
        terms += stateTerms(requests: rankBatch(batchSize))
        if model.isMixture { terms.append(product("router", model.routerParameters, .bf16, rows: rank)) }
        // Of a prompt the last token alone has one.
        let heads = rankBatch(batchSize) * queries
        terms.append(product("output_head", model.headParameters / tensor, .bf16, rows: heads))
        terms.append(.overhead("kernel_launches", launches(requests: rankBatch(batchSize), weights)))
        terms += Reduction(
            tokens: rank, hidden: model.hidden, ranks: instance.tensorParallel, device: instance.device,
            efficiencies: instance.efficiencies
        ).terms(layers: Double(model.attending.reduce(0) { $0 + $1.count }))
        if let time = description.speculation?.draftTime { terms.append(.overhead("draft", time)) }
        return terms
    }

    /// Floors of all kernels: attention, products (each with a quantisation of its input where the weights are narrow), small ones;
    /// the router's product and its selection; the output head.
    private func launches(requests: Double, _ weights: ElementFormat) -> Double {
        let e = instance.efficiencies
        let product = e.dense[weights.kernels(on: instance.device)].kernel
        let wide = e.dense.bits16.kernel
        let quantisations: Double = device(multipliesNarrow: weights) ? 2 : 0
        let layers = model.attending.reduce(0.0) { total, kind in
            let mechanism = kind.attention.mechanism
            let curve = curve(mechanism)
            let heads: Double =
                switch mechanism {
                case .groupedQuery(let grouped):
                    Double((grouped.keyValueHeads + instance.tensorParallel - 1) / instance.tensorParallel)
                case .latent, .factorised, .sharedEntry, .recurrent: 1
                }
            let small = Double(mechanism.auxiliaryKernels) + quantisations
            let layer =
                curve.kernel + curve.lane * requests * heads + Double(mechanism.products) * product + small * e.kernel
            return total + Double(kind.count) * layer
        }
        let routers = model.feeding.reduce(0.0) { total, layers in
            if case .mixture = layers.feedForward { total + Double(layers.count) } else { total }
        }
        return layers + routers * (wide + e.kernel) + wide
    }

    /// Whether activations are quantised before a product with these weights.
    private func device(multipliesNarrow weights: ElementFormat) -> Bool {
        weights.isNarrow && instance.device.arithmetic(for: weights.arithmetic) != .bf16
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
                format: .bf16, bandwidth: instance.efficiencies.grouped.wide.bandwidth,
                compute: instance.efficiencies.latent.wide.compute)
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
                try LatencyLine(alpha: (time(1_048_576) - fixed) / (requests(batchSize) * 1_048_576), beta: fixed))
        }
        var points = [(load: 0.0, latency: fixed)]
        for context in limits + [2 * last] { points.append((requests(batchSize) * context, time(context))) }
        return try LatencyModel(through: points)
    }
}
