import Text

/// The architecture of a language model, as far as decoding speed and memory depend on it: a list of layers.
public struct ModelDescription: Hashable, Sendable {
    /// Layers that are alike.
    public struct Layers: Hashable, Sendable {
        public var count: Int
        /// `nil` for a layer that is a feed-forward network alone.
        public var attention: Attention?
        /// `nil` for a layer that only attends.
        public var feedForward: FeedForward?

        public init(count: Int = 1, attention: Attention?, feedForward: FeedForward?) {
            self.count = count
            self.attention = attention
            self.feedForward = feedForward
        }
    }

    /// Lower-case public name.
    public let id: String
    public let name: String
    /// The family whose rules made the layers, by the name of its `model_type`.
    public let family: String
    /// Width of the residual stream.
    public let hidden: Int
    public let vocabulary: Int
    /// Whether one matrix serves as embedding and as output head.
    public let tiesEmbeddings: Bool
    /// Equal layers together, in the order of their first.
    public let layers: [Layers]
    /// Parameters beside those of layers, embedding and head that each token multiplies with: biases, norms,
    /// hyper-connections.
    public let otherParameters: Double
    /// Parameters that are only looked up, beside the embedding: embeddings of each layer.
    public let lookupParameters: Double
    /// The formats that the model is published in.
    public let published: PublishedPrecision
    /// What the reader assumed or left out, for the caller to know.
    public let warnings: [Warning]

    /// - Throws: `InvalidInput` naming the size that is out of range.
    public init(
        id: String, name: String, family: String = "custom", hidden: Int, vocabulary: Int,
        tiesEmbeddings: Bool = false, layers: [Layers], otherParameters: Double = 0, lookupParameters: Double = 0,
        published: PublishedPrecision = .unknown, warnings: [Warning] = []
    ) throws(InvalidInput) {
        try InvalidInput.check(hidden, in: 1...1_000_000, field: "hidden_size")
        try InvalidInput.check(vocabulary, in: 0...100_000_000, field: "vocab_size")
        for kind in layers {
            try InvalidInput.check(kind.count, in: 0...10_000, field: "num_hidden_layers")
            try kind.attention?.check()
            try kind.feedForward?.check()
        }
        try InvalidInput.check(
            layers.reduce(0) { $0 + $1.count }, in: 1...10_000, field: "num_hidden_layers")
        self.id = id
        self.name = name
        self.family = family
        self.hidden = hidden
        self.vocabulary = vocabulary
        self.tiesEmbeddings = tiesEmbeddings
        self.layers = Self.grouped(layers)
        self.otherParameters = otherParameters
        self.lookupParameters = lookupParameters
        self.published = published
        self.warnings = warnings
    }

    /// Equal layers with their numbers, in the order of their first.
    private static func grouped(_ layers: [Layers]) -> [Layers] {
        var order: [Layers] = []
        var counts: [Layers: Int] = [:]
        for layer in layers where layer.count > 0 {
            let kind = Layers(attention: layer.attention, feedForward: layer.feedForward)
            if counts[kind] == nil { order.append(kind) }
            counts[kind, default: 0] += layer.count
        }
        return order.map { Layers(count: counts[$0] ?? 0, attention: $0.attention, feedForward: $0.feedForward) }
    }
}
