import Glibc

/// What a layer's feed-forward part holds.
public enum FeedForward: Hashable, Sendable {
    case dense(Network)
    case mixture(Mixture)

    public var isDense: Bool { if case .dense = self { true } else { false } }

    /// E, routed experts; none where the layer is dense.
    public var experts: Int { if case .mixture(let mixture) = self { mixture.experts } else { 0 } }

    /// A network of two projections, or of three where a gate multiplies the first.
    public struct Network: Hashable, Sendable {
        public var intermediate: Int
        public var isGated: Bool

        public init(intermediate: Int, isGated: Bool = true) {
            self.intermediate = intermediate
            self.isGated = isGated
        }

        /// Parameters where input and output have the width `width`.
        public func parameters(width: Int) -> Double {
            (isGated ? 3 : 2) * Double(width) * Double(intermediate)
        }
    }

    /// Experts behind a router, with what every token passes beside them.
    public struct Mixture: Hashable, Sendable {
        /// E, routed experts.
        public var experts: Int
        /// k, experts a token goes to.
        public var active: Int
        /// One routed expert.
        public var expert: Network
        /// Width of the latent that the routed experts work in, with a projection there and back; `nil` for the hidden size.
        public var latent: Int?
        /// All shared experts together; `nil` where there is none.
        public var shared: Network?
        /// A dense network that runs beside the mixture in the same layer (Arctic, Gemma 4, LongCat).
        public var beside: Network?
        /// Outputs of the router, experts that do nothing included; E where not said otherwise.
        public var routes: Int

        public init(
            experts: Int, active: Int, expert: Network, latent: Int? = nil, shared: Network? = nil,
            beside: Network? = nil, routes: Int? = nil
        ) {
            self.experts = experts
            self.active = active
            self.expert = expert
            self.latent = latent
            self.shared = shared
            self.beside = beside
            self.routes = routes ?? experts
        }

        /// A mixture of gated experts of `intermediate`, with gated shared experts of `sharedIntermediate` together.
        public init(experts: Int, active: Int, intermediate: Int, sharedIntermediate: Int = 0) {
            self.init(
                experts: experts, active: active, expert: Network(intermediate: intermediate),
                shared: sharedIntermediate > 0 ? Network(intermediate: sharedIntermediate) : nil)
        }

        /// E(1 − (1 − k/E)^n): distinct experts that `tokens` tokens hit when each picks k of E at random.
        public func distinctExperts(tokens: Double) -> Double {
            Double(experts) * distinctShare(tokens: tokens)
        }

        /// 1 − (1 − k/E)^n without cancellation.
        public func distinctShare(tokens: Double) -> Double {
            guard active < experts else { return tokens > 0 ? 1 : 0 }
            return -expm1(tokens * log1p(-Double(active) / Double(experts)))
        }

        /// Parameters of one routed expert.
        public func expertParameters(hidden: Int) -> Double { expert.parameters(width: latent ?? hidden) }

        /// Parameters that every token multiplies with: shared experts, the network beside, the way into the latent and back.
        public func commonParameters(hidden: Int) -> Double {
            sharedParameters(hidden: hidden) + (beside?.parameters(width: hidden) ?? 0)
        }

        /// Shared experts, and the way into the latent and back.
        public func sharedParameters(hidden: Int) -> Double {
            (shared?.parameters(width: hidden) ?? 0) + (latent.map { 2 * Double(hidden) * Double($0) } ?? 0)
        }

        public func routerParameters(hidden: Int) -> Double { Double(hidden) * Double(routes) }
    }

    /// Parameters of one layer, the router aside (it sits with Attention).
    public func parameters(hidden: Int) -> Double {
        switch self {
        case .dense(let network): network.parameters(width: hidden)
        case .mixture(let mixture):
            Double(mixture.experts) * mixture.expertParameters(hidden: hidden)
                + mixture.commonParameters(hidden: hidden)
        }
    }

    /// Parameters that one token multiplies with.
    public func activeParameters(hidden: Int) -> Double {
        switch self {
        case .dense: parameters(hidden: hidden)
        case .mixture(let mixture):
            Double(mixture.active) * mixture.expertParameters(hidden: hidden)
                + mixture.commonParameters(hidden: hidden)
        }
    }
}
