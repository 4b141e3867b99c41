import Sizing
import Text

/// The fractions of a peak that kernels reach, and what a kernel costs however little it does.
///
/// Defaults are fitted to measured kernels by device family (``defaults(for:)``); none is fitted to a whole deployment.
public struct Efficiencies: Hashable, Sendable {
    /// Grouped-query attention (and the mechanisms with one shared head).
    public var grouped: KernelCurves.ByCache
    /// Latent attention in its absorbed form.
    public var latent: KernelCurves.ByCache
    /// Projections, dense networks, shared experts, routers and the output head.
    public var dense: KernelCurves.ByWeights<KernelCurves.Product>
    /// Routed experts.
    public var experts: KernelCurves.ByWeights<KernelCurves.Experts>
    /// Microseconds of any other small kernel: norms, rotations, quantisation, activations, hand-over.
    public var kernel: Double
    /// Of a link's one-way bandwidth.
    public var scaleUp: Double
    public var scaleOut: Double
    /// Of the scale-up link's one-way bandwidth, in an all-reduce counted as a ring; and its floor, microseconds.
    public var reduction: Double
    public var reductionLatency: Double
    /// One-way latency of a message, microseconds, the kernel that sends or receives it included.
    public var scaleUpLatency: Double
    /// Microseconds that each expert of the layer adds to it: every one of them announces how many tokens it gets.
    public var expertLatency: Double
    public var scaleOutLatency: Double
    /// Of HBM, usable for weights and KV cache.
    public var usableMemory: Double
    /// How many more picks the busiest expert-parallel rank gets than its share, beside chance, 1 for balanced experts; `nil` for
    /// the default by expert-parallel degree (``RoutingImbalance``).
    public var expertImbalance: Double?

    /// One-way latency of a message, microseconds, to the FFN of a layer with `experts` routed experts.
    func latency(_ kind: LinkKind, experts: Int) -> Double {
        kind == .scaleUp ? scaleUpLatency + expertLatency * Double(experts) : scaleOutLatency
    }
}

/// Experts that are picked unevenly: picks of the busiest rank over the mean.
public enum RoutingImbalance {
    /// Medians over layers of experts whose popularity follows a power law of exponent 1.2, by doublings of the expert-parallel
    /// degree from 1: no imbalance on one rank, 1.31, 1.45, 1.48 and 1.58 on 4, 8, 16 and 32.
    static let medians = [1, 1.155, 1.31, 1.45, 1.48, 1.58]

    /// The default on `ranks` expert-parallel ranks: between doublings along the logarithm, beyond 32 that of 32.
    public static func byDefault(ranks: Int) -> Double {
        guard ranks > 1 else { return 1 }
        let doublings = min(log2(ranks), Double(medians.count - 1))
        let below = min(Int(doublings), medians.count - 2)
        return medians[below] + (doublings - Double(below)) * (medians[below + 1] - medians[below])
    }

    /// Linear between powers of two: exact there, and within 9 % of a doubling between them.
    private static func log2(_ ranks: Int) -> Double {
        let whole = Int.bitWidth - 1 - ranks.leadingZeroBitCount
        let power = Double(1 << whole)
        return Double(whole) + (Double(ranks) - power) / power
    }
}

// MARK: Fields of a request

extension Efficiencies {
    /// A field that can be overridden. A fraction of a peak that is given is reached whatever the rows, or however few the requests; a
    /// time that is given is the whole floor.
    public struct Field: Sendable {
        public let name: String
        public let range: ClosedRange<Double>
        let set: @Sendable (inout Efficiencies, Double) -> Void
    }

    public static let fields: [Field] = [
        Field(name: "cache_bandwidth", range: 0.001...1) { $0.change(\.wide, bandwidth: $1) },
        Field(name: "narrow_cache_bandwidth", range: 0.001...1) { $0.change(\.narrow, bandwidth: $1) },
        Field(name: "cache_compute", range: 0.001...1) {
            $0.grouped.wide.compute = $1
            $0.latent.wide.compute = $1
        },
        Field(name: "narrow_cache_compute", range: 0.001...1) {
            $0.grouped.narrow.compute = $1
            $0.latent.narrow.compute = $1
        },
        Field(name: "weight_bandwidth", range: 0.001...1) {
            $0.dense.bits16.bandwidth = $1
            $0.experts.bits16.bandwidth = $1
        },
        Field(name: "narrow_weight_bandwidth", range: 0.001...1) { efficiencies, value in
            efficiencies.changeNarrow({ $0.bandwidth = value }, { $0.bandwidth = value })
        },
        Field(name: "dense_compute", range: 0.001...1) { efficiencies, value in
            efficiencies.dense.update {
                $0.compute = value
                $0.rows = 0
            }
        },
        Field(name: "expert_compute", range: 0.001...1) {
            $0.experts.bits16.compute = $1
            $0.experts.bits16.rows = 0
        },
        Field(name: "narrow_expert_compute", range: 0.001...1) { efficiencies, value in
            efficiencies.changeNarrow(
                { _ in },
                {
                    $0.compute = value
                    $0.rows = 0
                })
        },
        Field(name: "scale_up", range: 0.001...1) {
            $0.scaleUp = $1
            $0.reduction = $1
        },
        Field(name: "scale_out", range: 0.001...1) { $0.scaleOut = $1 },
        Field(name: "attention_kernel_us", range: 0...1e6) { efficiencies, value in
            efficiencies.change(\.grouped, kernel: value)
        },
        Field(name: "latent_kernel_us", range: 0...1e6) { efficiencies, value in
            efficiencies.change(\.latent, kernel: value)
        },
        Field(name: "kernel_us", range: 0...1e6) { efficiencies, value in
            efficiencies.kernel = value
            efficiencies.dense.update { $0.kernel = value }
        },
        Field(name: "expert_kernels_us", range: 0...1e6) { efficiencies, value in
            efficiencies.experts.update {
                $0.kernels = value
                $0.routing = 0
                $0.picked = 0
                $0.arrived = 0
            }
        },
        Field(name: "scale_up_latency_us", range: 0...1e6) {
            $0.scaleUpLatency = $1
            $0.expertLatency = 0
            $0.reductionLatency = $1
        },
        Field(name: "scale_out_latency_us", range: 0...1e6) { $0.scaleOutLatency = $1 },
        Field(name: "usable_memory", range: 0.01...1) { $0.usableMemory = $1 },
        Field(name: "expert_imbalance", range: 1...1000) { $0.expertImbalance = $1 },
    ]

    private mutating func change(
        _ cache: WritableKeyPath<KernelCurves.ByCache, KernelCurves.Attention>, bandwidth: Double
    ) {
        for curves in [\Efficiencies.grouped, \.latent] {
            self[keyPath: curves][keyPath: cache].bandwidth = bandwidth
            self[keyPath: curves][keyPath: cache].stream = 0
        }
    }

    private mutating func change(_ curves: WritableKeyPath<Efficiencies, KernelCurves.ByCache>, kernel: Double) {
        for cache in [\KernelCurves.ByCache.wide, \.narrow] {
            self[keyPath: curves][keyPath: cache].kernel = kernel
            self[keyPath: curves][keyPath: cache].lane = 0
        }
    }

    /// Changes the curves of weights of 8 bits and fewer.
    private mutating func changeNarrow(
        _ product: (inout KernelCurves.Product) -> Void, _ layer: (inout KernelCurves.Experts) -> Void
    ) {
        product(&dense.bits8)
        product(&dense.bits4)
        product(&dense.widened4)
        layer(&experts.bits8)
        layer(&experts.bits4)
        layer(&experts.widened4)
    }

    /// Sets the field with this name.
    ///
    /// - Throws: `InvalidInput` naming the field, where there is none or the value is out of range.
    public mutating func set(_ name: String, to value: Double) throws(InvalidInput) {
        guard let field = Self.fields.first(where: { $0.name == name }) else {
            let nearest = NearestName.suggestion(for: name, among: Self.fields.map(\.name))
            throw InvalidInput(field: name, rule: "is not an efficiency that can be set\(nearest)")
        }
        try InvalidInput.check(value, in: field.range, field: name)
        field.set(&self, value)
    }
}
