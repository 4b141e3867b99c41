import Glibc

/// What a layer's feed-forward part holds.
public enum FeedForward: Hashable, Sendable {
    /// One gated network of this intermediate size.
    case dense(intermediate: Int)
    case mixture(Mixture)

    /// A mixture of gated experts with a router.
    public struct Mixture: Hashable, Sendable {
        /// E, routed experts.
        public var experts: Int
        /// k, experts a token goes to.
        public var active: Int
        public var intermediate: Int
        /// Intermediate size of all shared experts together; 0 where there is none.
        public var sharedIntermediate: Int

        public init(experts: Int, active: Int, intermediate: Int, sharedIntermediate: Int = 0) {
            self.experts = experts
            self.active = active
            self.intermediate = intermediate
            self.sharedIntermediate = sharedIntermediate
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
    }

    /// Parameters of a gated network: up, gate and down projections.
    public static func gatedParameters(hidden: Int, intermediate: Int) -> Double {
        3 * Double(hidden) * Double(intermediate)
    }

    /// Parameters of one layer, the router aside (it sits with Attention).
    public func parameters(hidden: Int) -> Double {
        switch self {
        case .dense(let intermediate): Self.gatedParameters(hidden: hidden, intermediate: intermediate)
        case .mixture(let mixture):
            Double(mixture.experts) * Self.gatedParameters(hidden: hidden, intermediate: mixture.intermediate)
                + Self.gatedParameters(hidden: hidden, intermediate: mixture.sharedIntermediate)
        }
    }

    /// Parameters that one token multiplies with.
    public func activeParameters(hidden: Int) -> Double {
        switch self {
        case .dense: parameters(hidden: hidden)
        case .mixture(let mixture):
            Double(mixture.active) * Self.gatedParameters(hidden: hidden, intermediate: mixture.intermediate)
                + Self.gatedParameters(hidden: hidden, intermediate: mixture.sharedIntermediate)
        }
    }
}
