import Glibc
import Text

/// How long one instance takes to prefill a prompt (model section 9).
///
/// Of P tokens h are cached and u = P − h are computed: t = β a pass + α u + γ(u h + u²/2), the projections and the FFN linear in u,
/// attention quadratic. A budget of tokens a pass cuts a prompt into ⌈u/budget⌉ passes, each with its own β. Where weights have to be
/// read, a pass takes no less than that: max(weights, α u).
public struct PrefillTime: Hashable, Sendable {
    /// α, microseconds for each token that is computed.
    public let perToken: Double
    /// β, microseconds a pass.
    public let perPass: Double
    /// γ, microseconds for each pair of a token that is computed and one that it attends to.
    public let perPair: Double
    /// Layers that attend to the last tokens only, as microseconds a pair within so many tokens.
    public let windows: [Window]
    /// Least time of the α part of a pass, microseconds; 0 where it is not known apart from β.
    public let weightTime: Double
    /// The part of each prompt that is cached, h/P.
    public let cachedFraction: Double
    /// Tokens of a pass at most; nil for whole prompts.
    public let chunkTokens: Int?

    /// A kind of layer with sliding-window attention.
    public struct Window: Hashable, Sendable {
        public var perPair: Double
        public var tokens: Double

        public init(perPair: Double, tokens: Double) {
            self.perPair = perPair
            self.tokens = tokens
        }
    }

    /// - Throws: `InvalidInput` naming `alpha_us`, `beta_us`, `gamma_us`, `cached_fraction` (0…1), `chunk_tokens` (1…1e9), or
    ///   `alpha_us` where no prompt takes time.
    public init(
        perToken: Double, perPass: Double, perPair: Double = 0, windows: [Window] = [], weightTime: Double = 0,
        cachedFraction: Double = 0, chunkTokens: Int? = nil
    ) throws(InvalidInput) {
        let range = 0...SizingLimits.maximumCoefficient
        try InvalidInput.check(perToken, in: range, field: "alpha_us")
        try InvalidInput.check(perPass, in: range, field: "beta_us")
        try InvalidInput.check(perPair, in: range, field: "gamma_us")
        try InvalidInput.check(weightTime, in: range, field: "weights_us")
        for window in windows {
            try InvalidInput.check(window.perPair, in: range, field: "gamma_us")
            try InvalidInput.check(window.tokens, in: 0...1e9, field: "windows")
        }
        try InvalidInput.check(cachedFraction, in: 0...1, field: "cached_fraction")
        if let chunkTokens { try InvalidInput.check(chunkTokens, in: 1...1_000_000_000, field: "chunk_tokens") }
        guard max(perToken, perPass, perPair, weightTime) > 0 else {
            throw InvalidInput(
                field: "alpha_us", rule: "must not be 0 where beta_us and gamma_us are: a prefill takes time")
        }
        self.perToken = perToken
        self.perPass = perPass
        self.perPair = perPair
        self.windows = windows
        self.weightTime = weightTime
        self.cachedFraction = cachedFraction
        self.chunkTokens = chunkTokens
    }

    /// t of a prompt of `tokens` with the usual part cached, microseconds.
    public func time(tokens: Double) -> Double { time(tokens: tokens, cached: cachedFraction * tokens) }

    /// t of a prompt of which `cached` tokens are cached, microseconds. A prompt that is cached whole still takes a pass.
    public func time(tokens: Double, cached: Double) -> Double {
        let computed = max(0, tokens - cached)
        var time = pairTime(tokens: tokens, cached: cached)
        guard let chunkTokens, computed > Double(chunkTokens) else {
            return time + perPass + max(weightTime, perToken * computed)
        }
        let chunk = Double(chunkTokens)
        let whole = (computed / chunk).rounded(.down)
        let rest = computed - whole * chunk
        time += whole * (perPass + max(weightTime, perToken * chunk))
        return rest > 0 ? time + perPass + max(weightTime, perToken * rest) : time
    }

    /// The attention of the tokens that are computed with those before them: γ(u h + u²/2), and within windows.
    func pairTime(tokens: Double, cached: Double) -> Double {
        let computed = max(0, tokens - cached)
        let pairs = computed * cached + computed * computed / 2
        var time = perPair * pairs
        for window in windows {
            time += window.perPair * (Self.pairs(tokens, window.tokens) - Self.pairs(cached, window.tokens))
        }
        return time
    }

    /// ∫ min(c, window) dc up to `context`.
    private static func pairs(_ context: Double, _ window: Double) -> Double {
        context <= window ? context * context / 2 : window * window / 2 + window * (context - window)
    }

    /// The distribution of t over prompts.
    public func times(_ prefill: WeightedValues) -> WeightedValues { prefill.map { time(tokens: $0) } }

    /// The same with another part of each prompt cached.
    public func with(cachedFraction: Double) throws(InvalidInput) -> PrefillTime {
        try PrefillTime(
            perToken: perToken, perPass: perPass, perPair: perPair, windows: windows, weightTime: weightTime,
            cachedFraction: cachedFraction, chunkTokens: chunkTokens)
    }
}
