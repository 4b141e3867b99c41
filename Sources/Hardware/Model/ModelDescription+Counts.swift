extension ModelDescription {
    public var layers: Int { attention.reduce(0) { $0 + $1.count } }

    /// Whether a layer routes tokens to experts.
    public var isMixture: Bool {
        feedForward.contains { if case .mixture = $0.network { true } else { false } }
    }

    /// k of the mixture, 0 for a dense model.
    public var activeExperts: Int {
        for layers in feedForward { if case .mixture(let mixture) = layers.network { return mixture.active } }
        return 0
    }

    /// E of the mixture, 0 for a dense model.
    public var experts: Int {
        for layers in feedForward { if case .mixture(let mixture) = layers.network { return mixture.experts } }
        return 0
    }

    /// Parameters of all projections of Attention, and of the routers, which sit with it.
    public var attentionParameters: Double {
        let projections = attention.reduce(0.0) {
            $0 + Double($1.count) * $1.mechanism.projectionParameters(hidden: hidden)
        }
        return projections + routerParameters
    }

    public var routerParameters: Double {
        feedForward.reduce(0.0) { total, layers in
            guard case .mixture(let mixture) = layers.network else { return total }
            return total + Double(layers.count) * Double(hidden) * Double(mixture.experts)
        }
    }

    /// Parameters of the embedding or of the output head, each.
    public var headParameters: Double { Double(hidden) * Double(vocabulary) }

    /// Parameters of all feed-forward networks.
    public var feedForwardParameters: Double {
        feedForward.reduce(0.0) { $0 + Double($1.count) * $1.network.parameters(hidden: hidden) }
    }

    /// All parameters: both sides, embedding and head.
    public var parameters: Double { attentionParameters + feedForwardParameters + 2 * headParameters }

    /// Parameters that one token multiplies with, embedding aside.
    public var activeParameters: Double {
        attentionParameters + headParameters
            + feedForward.reduce(0.0) { $0 + Double($1.count) * $1.network.activeParameters(hidden: hidden) }
    }

    /// Elements kept for one token in all layers of one of `ranks` devices, at a short context (no window filled).
    public func cacheElementsPerToken(ranks: Int = 1) -> Double {
        attention.reduce(0.0) {
            $0 + Double($1.count) * ($1.mechanism.cacheElements(ranks: ranks) + $1.span.indexElements)
        }
    }

    /// Elements kept for a request of `context` tokens on one of `ranks` devices.
    public func cacheElements(context: Double, ranks: Int = 1) -> Double {
        attention.reduce(0.0) { total, layers in
            let elements = layers.mechanism.cacheElements(ranks: ranks) + layers.span.indexElements
            return total + Double(layers.count) * elements * layers.span.kept(context: context)
        }
    }
}
