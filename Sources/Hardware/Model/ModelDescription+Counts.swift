extension ModelDescription {
    public var layerCount: Int { layers.reduce(0) { $0 + $1.count } }

    /// Layers that attend, of each kind.
    public var attending: [(count: Int, attention: Attention)] {
        layers.compactMap { kind in kind.attention.map { (kind.count, $0) } }
    }

    /// Layers with a feed-forward part, of each kind: those whose activations travel to the FFN side.
    public var feeding: [(count: Int, feedForward: FeedForward)] {
        layers.compactMap { kind in kind.feedForward.map { (kind.count, $0) } }
    }

    private var mixtures: [(count: Int, mixture: FeedForward.Mixture)] {
        feeding.compactMap { if case .mixture(let mixture) = $0.feedForward { ($0.count, mixture) } else { nil } }
    }

    /// Whether a layer routes tokens to experts.
    public var isMixture: Bool { !mixtures.isEmpty }

    /// E, of the layer with the most experts; 0 for a dense model.
    public var experts: Int { mixtures.reduce(0) { max($0, $1.mixture.experts) } }

    /// Parameters of all projections of Attention, and of the routers, which sit with it.
    public var attentionParameters: Double { projectionParameters + routerParameters }

    public var projectionParameters: Double {
        attending.reduce(0.0) { $0 + Double($1.count) * $1.attention.projectionParameters(hidden: hidden) }
    }

    public var routerParameters: Double {
        mixtures.reduce(0.0) { $0 + Double($1.count) * $1.mixture.routerParameters(hidden: hidden) }
    }

    /// Parameters of the output head, and of the embedding where it is a matrix of its own.
    public var headParameters: Double { Double(hidden) * Double(vocabulary) }

    /// Parameters of embedding and head together, each stored weight once.
    public var vocabularyParameters: Double { headParameters * (tiesEmbeddings ? 1 : 2) + lookupParameters }

    /// Parameters of all feed-forward networks.
    public var feedForwardParameters: Double {
        feeding.reduce(0.0) { $0 + Double($1.count) * $1.feedForward.parameters(hidden: hidden) }
    }

    /// All parameters, each stored weight once: both sides, embedding and head. Draft layers for speculation are not counted.
    public var parameters: Double {
        attentionParameters + feedForwardParameters + vocabularyParameters + otherParameters
    }

    /// Parameters that one token multiplies with: the head is one of them, the embedding, which is looked up, is not.
    public var activeParameters: Double {
        attentionParameters + headParameters + otherParameters
            + feeding.reduce(0.0) { $0 + Double($1.count) * $1.feedForward.activeParameters(hidden: hidden) }
    }
}

// MARK: The cache of one request, all layers, on one of `ranks` tensor-parallel devices

extension ModelDescription {
    private func sum(_ part: (Attention) -> Double) -> Double {
        attending.reduce(0.0) { $0 + Double($1.count) * part($1.attention) }
    }

    /// Bytes of the cache that a step reads at a context of `context` tokens, index included, with a cache of `format`.
    /// What several layers share counts once, though each of them reads it.
    public func cacheBytesRead(context: Double, format: ElementFormat, ranks: Int = 1) -> Double {
        sum {
            ($0.ownsCache ? $0.elementsRead(context: context, ranks: ranks) * format.bytes : 0)
                + $0.indexBytesRead(context: context)
        }
    }

    /// Bytes kept at a context of `context` tokens, index included; constant states are apart.
    public func cacheBytesKept(context: Double, format: ElementFormat, ranks: Int = 1) -> Double {
        sum { $0.elementsKept(context: context, ranks: ranks) * format.bytes + $0.indexBytesKept(context: context) }
    }

    /// Bytes of constant state, split over the ranks like the heads.
    public func stateBytes(ranks: Int = 1) -> Double { sum { $0.state?.bytes ?? 0 } / Double(ranks) }

    /// Bytes that one more token of context keeps at `context` tokens.
    public func cacheBytesPerToken(context: Double, format: ElementFormat, ranks: Int = 1) -> Double {
        cacheBytesKept(context: context + 1, format: format, ranks: ranks)
            - cacheBytesKept(context: context, format: format, ranks: ranks)
    }
}
