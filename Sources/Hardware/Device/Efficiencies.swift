import Sizing
import Text

/// The fractions of a peak that kernels reach, and what a kernel costs however little it does.
///
/// Defaults are medians of independent kernel measurements, by device family: lines and latencies fitted to
/// github ai-dynamo/aiconfigurator (Apache-2.0), one layer, kernels alone. How each is taken from them is said at
/// ``defaults(for:)`` and in docs/model.md; none is fitted to a whole deployment.
public struct Efficiencies: Hashable, Sendable {
    /// Of HBM bandwidth, reading a KV cache of 2-byte elements.
    public var cacheBandwidth: Double
    /// Of HBM bandwidth, reading a KV cache of 8-bit (or smaller) elements.
    public var narrowCacheBandwidth: Double
    /// Of the peak, multiplying with a KV cache of 2-byte elements.
    public var cacheCompute: Double
    public var narrowCacheCompute: Double
    /// Of HBM bandwidth, reading weights for few rows.
    public var weightBandwidth: Double
    public var narrowWeightBandwidth: Double
    /// Of the peak, in dense projections.
    public var denseCompute: Double
    /// Of the peak, in grouped products over experts.
    public var expertCompute: Double
    public var narrowExpertCompute: Double
    /// Of a link's one-way bandwidth.
    public var scaleUp: Double
    public var scaleOut: Double
    /// Microseconds of the attention kernel however short the context: grouped-query and latent.
    public var attentionKernel: Double
    public var latentKernel: Double
    /// Microseconds of any other small kernel.
    public var kernel: Double
    /// Microseconds of a layer of experts beside reading and multiplying (sorting, permuting, activation, reduction).
    public var expertKernels: Double
    /// One-way latency of a message, microseconds.
    public var scaleUpLatency: Double
    public var scaleOutLatency: Double
    /// Of HBM, usable for weights and KV cache.
    public var usableMemory: Double
    /// How much more the busiest expert-parallel rank gets than its share, beside chance; 1 for balanced experts.
    public var expertImbalance: Double
}

extension Efficiencies {
    /// The defaults of a family.
    ///
    /// - Cache bandwidth: median `effective_bandwidth_tb_s` of the grouped-query rows over the device's peak.
    /// - Cache compute: latent attention of 128 heads does 242 operations a byte and is bound by arithmetic on these
    ///   devices, so its median α gives the fraction of the peak (2·128·(2·512 + 64) operations a token and layer).
    /// - Weights and experts: max(bytes/e₁, operations/e₂) + e₃ fitted to the balanced rows at 128, 1,024 and 4,096 tokens
    ///   by least absolute log error (mean error 15 to 19 %).
    /// - Attention kernels: median β of the rows. Small kernels: the smaller of β/2 (a split kernel is two launches) and an
    ///   eighth of the experts' overhead (about eight launches).
    /// - Ampere and Ada have too few sound rows for arithmetic; they take Hopper's where not said otherwise.
    /// - Dense compute 0.6 is an assumption: the measurements have no dense products.
    /// - Links: DeepEP's README, 726 of 900 GB/s (NVLink), about 45 of 50 GB/s (RDMA). Latencies are assumptions.
    /// - Usable memory: 0.9, vLLM's default `gpu_memory_utilization`.
    public static func defaults(for family: DeviceFamily) -> Efficiencies {
        var values = Efficiencies(
            cacheBandwidth: 0.89, narrowCacheBandwidth: 0.68, cacheCompute: 0.59, narrowCacheCompute: 0.34,
            weightBandwidth: 0.80, narrowWeightBandwidth: 0.80, denseCompute: 0.6, expertCompute: 0.42,
            narrowExpertCompute: 0.22, scaleUp: 0.8, scaleOut: 0.9, attentionKernel: 15, latentKernel: 25, kernel: 5.1,
            expertKernels: 41, scaleUpLatency: 3, scaleOutLatency: 10, usableMemory: 0.9, expertImbalance: 1)
        switch family {
        case .hopper, .ascend, .other: break
        case .blackwell, .blackwellRTX:
            values.cacheBandwidth = 0.86
            values.narrowCacheBandwidth = 0.78
            values.cacheCompute = 0.50
            values.narrowCacheCompute = 0.44
            values.weightBandwidth = 0.86
            values.narrowWeightBandwidth = 0.74
            values.expertCompute = 0.26
            values.narrowExpertCompute = 0.20
            values.attentionKernel = 6.7
            values.latentKernel = 18
            values.kernel = 3.4
            values.expertKernels = 41
        case .ampere: values.cacheBandwidth = 0.59
        case .ada: values.cacheBandwidth = 0.75
        }
        return values
    }

    /// The fields that can be overridden: the name in a request, the property and its range.
    public static let fields:
        [(name: String, path: any WritableKeyPath<Efficiencies, Double> & Sendable, range: ClosedRange<Double>)] = [
            ("cache_bandwidth", \.cacheBandwidth, 0.001...1),
            ("narrow_cache_bandwidth", \.narrowCacheBandwidth, 0.001...1),
            ("cache_compute", \.cacheCompute, 0.001...1), ("narrow_cache_compute", \.narrowCacheCompute, 0.001...1),
            ("weight_bandwidth", \.weightBandwidth, 0.001...1),
            ("narrow_weight_bandwidth", \.narrowWeightBandwidth, 0.001...1),
            ("dense_compute", \.denseCompute, 0.001...1), ("expert_compute", \.expertCompute, 0.001...1),
            ("narrow_expert_compute", \.narrowExpertCompute, 0.001...1), ("scale_up", \.scaleUp, 0.001...1),
            ("scale_out", \.scaleOut, 0.001...1), ("attention_kernel_us", \.attentionKernel, 0...1e6),
            ("latent_kernel_us", \.latentKernel, 0...1e6), ("kernel_us", \.kernel, 0...1e6),
            ("expert_kernels_us", \.expertKernels, 0...1e6), ("scale_up_latency_us", \.scaleUpLatency, 0...1e6),
            ("scale_out_latency_us", \.scaleOutLatency, 0...1e6), ("usable_memory", \.usableMemory, 0.01...1),
            ("expert_imbalance", \.expertImbalance, 1...1000),
        ]

    /// Sets the field with this name.
    ///
    /// - Throws: `InvalidInput` naming the field, where there is none or the value is out of range.
    public mutating func set(_ name: String, to value: Double) throws(InvalidInput) {
        guard let field = Self.fields.first(where: { $0.name == name }) else {
            let nearest = NearestName.suggestion(for: name, among: Self.fields.map(\.name))
            throw InvalidInput(field: name, rule: "is not an efficiency that can be set\(nearest)")
        }
        try InvalidInput.check(value, in: field.range, field: name)
        self[keyPath: field.path] = value
    }
}
