import Text

/// The formats of the weights, by what they belong to.
public struct WeightFormats: Hashable, Sendable {
    /// Projections of Attention, index and state layers included.
    public var attention: ElementFormat
    /// Networks of dense layers, and those beside a mixture.
    public var dense: ElementFormat
    /// Shared experts.
    public var shared: ElementFormat
    /// Routed experts.
    public var routed: ElementFormat

    public init(attention: ElementFormat, dense: ElementFormat, shared: ElementFormat, routed: ElementFormat) {
        self.attention = attention
        self.dense = dense
        self.shared = shared
        self.routed = routed
    }

    public init(all format: ElementFormat) {
        self.init(attention: format, dense: format, shared: format, routed: format)
    }

    /// `fp8`, or the formats by part where they differ.
    public var text: String {
        let parts = [
            ("attention", attention), ("dense", dense), ("shared experts", shared), ("routed experts", routed),
        ]
        if Set(parts.map(\.1)).count == 1 { return attention.name }
        return parts.map { "\($0.0) \($0.1.name)" }.joined(separator: ", ")
    }
}

/// What is known of the formats that a model is published in.
public struct PublishedPrecision: Hashable, Sendable {
    /// Where it stands.
    public enum Source: String, Hashable, Sendable {
        case quantizationConfig = "quantization_config"
        case dataType = "torch_dtype"
        /// The catalogue's note on the released checkpoint.
        case catalogue
        /// Nothing says it: bf16 is taken.
        case assumed
    }

    public var weights: WeightFormats
    /// The format of the KV cache where the checkpoint states one.
    public var cache: ElementFormat?
    public var source: Source

    public init(weights: WeightFormats, cache: ElementFormat? = nil, source: Source) {
        self.weights = weights
        self.cache = cache
        self.source = source
    }

    public static let unknown = PublishedPrecision(weights: WeightFormats(all: .bf16), source: .assumed)
}

/// The formats of everything that is stored or sent.
public struct Precision: Hashable, Sendable {
    public var weights: WeightFormats
    /// The KV cache.
    public var cache: ElementFormat
    /// Activations on their way from Attention to the FFN.
    public var dispatch: ElementFormat
    /// And back.
    public var combine: ElementFormat

    public init(
        weights: WeightFormats, cache: ElementFormat = .bf16, dispatch: ElementFormat = .fp8,
        combine: ElementFormat = .bf16
    ) {
        self.weights = weights
        self.cache = cache
        self.dispatch = dispatch
        self.combine = combine
    }
}

/// What a request says of the formats; what it leaves out is as published, or a default.
public struct PrecisionRequest: Hashable, Sendable {
    /// All weights that none of the next four says.
    public var weights: ElementFormat?
    public var attention: ElementFormat?
    public var dense: ElementFormat?
    public var shared: ElementFormat?
    public var routed: ElementFormat?
    public var cache: ElementFormat?
    public var dispatch: ElementFormat?
    public var combine: ElementFormat?

    public init(
        weights: ElementFormat? = nil, cache: ElementFormat? = nil, dispatch: ElementFormat? = nil,
        combine: ElementFormat? = nil
    ) {
        self.weights = weights
        self.cache = cache
        self.dispatch = dispatch
        self.combine = combine
    }

    private var givesAllWeights: Bool {
        weights != nil || (attention != nil && dense != nil && shared != nil && routed != nil)
    }

    /// The formats for a model that is published as `published`. Where nothing is said the cache and the activations on
    /// their way back have 16 bits, and those on their way to the experts 8 (DeepEP's kernels).
    public func resolved(for published: PublishedPrecision) -> Precision {
        Precision(
            weights: WeightFormats(
                attention: attention ?? weights ?? published.weights.attention,
                dense: dense ?? weights ?? published.weights.dense,
                shared: shared ?? weights ?? published.weights.shared,
                routed: routed ?? weights ?? published.weights.routed),
            cache: cache ?? published.cache ?? .bf16, dispatch: dispatch ?? .fp8, combine: combine ?? .bf16)
    }

    /// What was taken without being asked for, as short sentences for `provenance`.
    public func assumptions(for published: PublishedPrecision) -> [String] {
        let precision = resolved(for: published)
        var list: [String] = []
        if !givesAllWeights {
            let origin =
                switch published.source {
                case .quantizationConfig: "from the model's quantization_config"
                case .dataType: "from the model's torch_dtype, for its body states no quantization"
                case .catalogue: "as the checkpoint is released"
                case .assumed: "assumed, for the model states none"
                }
            list.append("precision of weights: \(precision.weights.text), \(origin)")
        }
        if cache == nil {
            let origin = published.cache == nil ? "assumed" : "as the model states"
            list.append("precision of the KV cache: \(precision.cache.name), \(origin)")
        }
        if dispatch == nil || combine == nil {
            list.append(
                "precision of activations: \(precision.dispatch.name) to the FFN, \(precision.combine.name) back")
        }
        return list
    }
}
