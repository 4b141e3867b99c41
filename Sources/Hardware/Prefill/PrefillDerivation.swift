import Sizing
import Text

/// One prefill instance: tensor-parallel devices that hold the whole model between them.
public struct PrefillInstance: Hashable, Sendable {
    public var device: DeviceDescription
    /// Devices over which heads, experts and vocabulary are split evenly.
    public var tensorParallel: Int
    public var efficiencies: Efficiencies

    /// - Throws: `InvalidInput` naming `tensor_parallel` (1…1024).
    public init(
        device: DeviceDescription, tensorParallel: Int = 1, efficiencies: Efficiencies? = nil
    ) throws(InvalidInput) {
        try InvalidInput.check(tensorParallel, in: 1...1_024, field: "tensor_parallel")
        self.device = device
        self.tensorParallel = tensorParallel
        self.efficiencies = efficiencies ?? .defaults(for: device.family)
    }

    /// Watts of all devices; nil where unknown.
    public var power: Double? { device.power.map { $0 * Double(tensorParallel) } }
}

/// t_P from first principles (model section 9): what one instance takes for a prompt, all layers.
///
/// α: two operations for each parameter that a token multiplies with, at the efficiency of dense and of grouped products, and the
/// reductions of tensor parallelism. γ: attention of each token with those before it, at the efficiency of attention
/// kernels; latent attention is expanded to heads, as prefill kernels do. A pass takes no less than reading the weights,
/// all experts of them. β: launches, and the output head, which is read once a prompt.
public struct PrefillDerivation: Sendable {
    public let model: ModelDescription
    public let precision: Precision
    public let instance: PrefillInstance

    public init(model: ModelDescription, precision: Precision, instance: PrefillInstance) {
        self.model = model
        self.precision = precision
        self.instance = instance
    }

    private var ranks: Double { Double(instance.tensorParallel) }

    /// Microseconds of so many operations on all devices.
    private func compute(_ operations: Double, _ format: ElementFormat, _ efficiency: Double) -> Double {
        operations / (instance.device.peak(format.arithmetic) * 1e6 * efficiency * ranks)
    }

    /// The curve of products with weights of `format`, and that of experts.
    private func dense(_ format: ElementFormat) -> KernelCurves.Product {
        instance.efficiencies.dense[format.kernels(on: instance.device)]
    }

    private func experts(_ format: ElementFormat) -> KernelCurves.Experts {
        instance.efficiencies.experts[format.kernels(on: instance.device)]
    }

    private func read(_ bytes: Double, _ bandwidth: Double) -> Double {
        bytes / (instance.device.memoryBandwidth * 1e3 * bandwidth * ranks)
    }

    /// The time of a prompt.
    ///
    /// - Parameters:
    ///   - cachedFraction: h/P.
    ///   - chunkTokens: tokens of a pass at most.
    /// - Throws: `InvalidInput` naming `cached_fraction`, `chunk_tokens`, or a derived time that is out of range.
    public func time(cachedFraction: Double = 0, chunkTokens: Int? = nil) throws(InvalidInput) -> PrefillTime {
        let attention = AttentionPairs(self)
        return try PrefillTime(
            perToken: tokenTime + attention.perToken, perPass: passOverhead, perPair: attention.perPair,
            windows: attention.windows, weightTime: weightTime, cachedFraction: cachedFraction, chunkTokens: chunkTokens
        )
    }

    /// α, attention aside.
    private var tokenTime: Double {
        let formats = precision.weights
        var time = compute(2 * model.projectionParameters, formats.attention, dense(formats.attention).compute)
        time += compute(2 * model.routerParameters, .bf16, dense(.bf16).compute)
        for (count, network) in model.feeding {
            let layers = Double(count)
            switch network {
            case .dense(let network):
                time += compute(
                    2 * layers * network.parameters(width: model.hidden), formats.dense, dense(formats.dense).compute)
            case .mixture(let mixture):
                let routed = Double(mixture.active) * mixture.expertParameters(hidden: model.hidden)
                time += compute(2 * layers * routed, formats.routed, experts(formats.routed).compute)
                time += compute(
                    2 * layers * mixture.commonParameters(hidden: model.hidden), formats.shared,
                    dense(formats.shared).compute)
            }
        }
        guard instance.tensorParallel > 1 else { return time }
        return time + reduction(tokens: 1).reduce(0) { $1.bound == .link ? $0 + $1.microseconds : $0 }
    }

    private func reduction(tokens: Double) -> [LatencyTerm] {
        let layers = model.attending.reduce(0) { $0 + $1.count } + model.feeding.reduce(0) { $0 + $1.count }
        return Reduction(
            tokens: tokens, hidden: model.hidden, ranks: instance.tensorParallel, device: instance.device,
            efficiencies: instance.efficiencies
        ).terms(layers: Double(layers))
    }

    /// Reading all weights of the layers once.
    private var weightTime: Double {
        let formats = precision.weights
        var time = read(
            model.projectionParameters * formats.attention.bytes, dense(formats.attention).bandwidth)
        for (count, network) in model.feeding {
            let layers = Double(count)
            switch network {
            case .dense(let network):
                let bytes = layers * network.parameters(width: model.hidden) * formats.dense.bytes
                time += read(bytes, dense(formats.dense).bandwidth)
            case .mixture(let mixture):
                let routed = Double(mixture.experts) * mixture.expertParameters(hidden: model.hidden)
                time += read(layers * routed * formats.routed.bytes, experts(formats.routed).bandwidth)
                let common = mixture.commonParameters(hidden: model.hidden)
                time += read(layers * common * formats.shared.bytes, dense(formats.shared).bandwidth)
            }
        }
        return time
    }

    /// β: launches, messages, and the output head.
    private var passOverhead: Double {
        let e = instance.efficiencies
        let formats = precision.weights
        var time = read(model.headParameters * 2, dense(.bf16).bandwidth) + dense(.bf16).kernel
        for (count, attention) in model.attending {
            let curves = if case .latent = attention.mechanism { e.latent } else { e.grouped }
            let products = Double(attention.mechanism.products) * dense(formats.attention).kernel
            let small = Double(attention.mechanism.auxiliaryKernels) * e.kernel
            time += Double(count) * (curves.wide.kernel + products + small)
        }
        for (count, network) in model.feeding {
            let layer: Double =
                switch network {
                case .dense: 2 * dense(formats.dense).kernel + e.kernel
                case .mixture: experts(formats.routed).kernels + dense(.bf16).kernel + e.kernel
                }
            time += Double(count) * layer
        }
        return time + reduction(tokens: 0).reduce(0) { $1.bound == .overhead ? $0 + $1.microseconds : $0 }
    }

    /// Weights of one device, embedding and head in bf16, bytes.
    public var weightBytes: Double {
        let formats = precision.weights
        var bytes = model.projectionParameters * formats.attention.bytes
        bytes += (model.vocabularyParameters + model.routerParameters + model.otherParameters) * 2
        for (count, network) in model.feeding {
            let layers = Double(count)
            switch network {
            case .dense(let dense): bytes += layers * dense.parameters(width: model.hidden) * formats.dense.bytes
            case .mixture(let mixture):
                bytes +=
                    layers
                    * (Double(mixture.experts) * mixture.expertParameters(hidden: model.hidden) * formats.routed.bytes
                        + mixture.commonParameters(hidden: model.hidden) * formats.shared.bytes)
            }
        }
        return bytes / ranks
    }

    /// Bytes of one device that can be used.
    public var usableBytes: Double {
        instance.device.memoryCapacity * 1e9 * instance.efficiencies.usableMemory
    }

    /// - Throws: `InvalidInput` naming `device` where the weights do not fit, or a degree that does not divide the heads.
    public func check() throws(InvalidInput) {
        for (_, layer) in model.attending where layer.queryHeads % instance.tensorParallel != 0 {
            throw InvalidInput(
                field: "tensor_parallel", rule: "must divide the model's \(layer.queryHeads) query heads")
        }
        guard weightBytes > usableBytes else { return }
        throw InvalidInput(
            field: "device",
            rule: "does not hold the model: its weights need \(MemoryBudget.gigabytes(weightBytes)) on each of "
                + "\(instance.tensorParallel), \(MemoryBudget.gigabytes(usableBytes)) are usable; give a larger tensor_parallel"
        )
    }
}

/// The attention of a prefill, by how many earlier tokens each layer sees.
private struct AttentionPairs {
    /// Microseconds a token whatever the context, a pair, and a pair within a window.
    var perToken = 0.0
    var perPair = 0.0
    var windows: [PrefillTime.Window] = []

    init(_ derivation: PrefillDerivation) {
        let instance = derivation.instance
        let e = instance.efficiencies
        let ranks = Double(instance.tensorParallel)
        let bf16 = instance.device.peak(.bf16) * 1e6 * e.latent.wide.compute * ranks
        let fp8 = instance.device.peak(.fp8) * 1e6 * e.latent.narrow.compute * ranks
        var byWindow: [Double: Double] = [:]
        for (count, layer) in derivation.model.attending {
            let layers = Double(count)
            let pair = layers * layer.mechanism.operationsPerPair / bf16
            perToken += layers * layer.mechanism.operationsPerToken / bf16
            if let index = layer.span.index, index.isOwned {
                let entries: Double =
                    if case .compressed(let c) = layer.span, c.ratio > 0 { 1 / Double(c.ratio) } else { 1 }
                perPair += layers * entries * 2 * Double(index.heads) * Double(index.dimension) / fp8
            }
            switch layer.span {
            case .full: perPair += pair
            case .window(let tokens), .chunk(let tokens), .sparse(let tokens, _):
                byWindow[Double(tokens), default: 0] += pair
            case .compressed(let c):
                byWindow[Double(c.window), default: 0] += pair
                guard c.ratio > 0 else { continue }
                let compressed = pair / Double(c.ratio)
                if let entries = c.entries {
                    byWindow[Double(entries) * Double(c.ratio), default: 0] += compressed
                } else {
                    perPair += compressed
                }
            case .state: continue
            }
        }
        windows = byWindow.sorted { $0.key < $1.key }.map { PrefillTime.Window(perPair: $0.value, tokens: $0.key) }
    }
}

extension AttentionMechanism {
    /// Operations of a query token with an earlier token in a prefill, all heads. Latent attention multiplies expanded keys and
    /// values there.
    var operationsPerPair: Double {
        guard case .latent(let latent) = self else { return operationsPerEntry }
        return 2 * Double(latent.queryHeads)
            * Double(latent.plainDimension + latent.rotaryDimension + latent.valueDimension)
    }
}

extension ModelDescription {
    /// The KV cache and state of one request as a function of its tokens: what a transfer moves.
    ///
    /// - Throws: `InvalidInput` naming `kv_bytes_per_token` where a layer's is beyond what the model works with.
    public func cacheBytes(format: ElementFormat) throws(InvalidInput) -> CacheBytes {
        let bends = [0] + Set(attending.flatMap(\.attention.span.bends)).sorted()
        var slopes = bends.map { cacheBytesPerToken(context: $0, format: format) }
        let last = slopes.removeLast()
        var parts = [CacheBytes.Part(perToken: max(0, last))]
        // Between two bends the slope is that of the first; what falls off at a bend was kept up to it only.
        var next = last
        for (index, slope) in slopes.enumerated().reversed() {
            if slope > next { parts.append(CacheBytes.Part(perToken: slope - next, window: bends[index + 1])) }
            next = slope
        }
        return try CacheBytes(state: stateBytes(), parts: parts)
    }
}
