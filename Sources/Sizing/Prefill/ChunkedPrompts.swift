import Text

/// Prompts in chunks that steps of decode carry along: what each adds to the steps that it takes.
///
/// One prompt at a time, in the order of arrival, at most so many of its tokens a step (Sarathi-Serve, Agrawal et al., OSDI 2024: decodes
/// first, then what the budget of tokens leaves for a chunk). The step reads its weights once for both, so a chunk adds what its rows
/// add to the products, and the attention of its tokens to those before them.
public struct ChunkedPrompts: Sendable {
    /// Tokens of a chunk at most.
    public let chunkTokens: Int
    /// Steps that a prompt takes, and what it adds to all of them together, microseconds, over prompts.
    let prompts: [(chunks: Double, added: Double, weight: Double)]
    /// What a step that carries a chunk takes longer, over such steps, microseconds.
    let additions: WeightedValues

    /// Chunks of a prompt that stand for its own; lengths of steps that are told apart.
    private static let (chunkPoints, additionPoints) = (8, 64)

    /// - Parameters:
    ///   - lengths: P over requests, tokens.
    ///   - time: its attention of pairs and the part that is cached; coefficients of the rest are not used.
    ///   - chunkTokens: c, 1 or more.
    ///   - rows: what so many tokens add to the products of a step, microseconds; 0 at 0 and nowhere falling.
    public init(lengths: WeightedValues, time: PrefillTime, chunkTokens: Int, rows: (Double) -> Double) {
        let chunk = Double(chunkTokens)
        let shares = [0, 1 / 16.0, 0.125, 0.25, 0.5, 0.75, 1]
        let knots = shares.map { rows($0 * chunk) }
        // Of a last chunk that is not full.
        func part(_ tokens: Double) -> Double {
            let share = min(1, tokens / chunk)
            guard let next = shares.firstIndex(where: { $0 >= share }), next > 0 else { return knots[0] }
            let along = (share - shares[next - 1]) / (shares[next] - shares[next - 1])
            return knots[next - 1] + along * (knots[next] - knots[next - 1])
        }
        var prompts: [(chunks: Double, added: Double, weight: Double)] = []
        var steps: [(value: Double, weight: Double)] = []
        for (tokens, weight) in zip(lengths.values, lengths.weights) {
            let cached = time.cachedFraction * tokens
            let computed = max(0, tokens - cached)
            // A prompt that is cached whole still takes a step.
            let chunks = max(1, (computed / chunk).rounded(.up))
            let rest = computed - (chunks - 1) * chunk
            let added = (chunks - 1) * part(chunk) + part(rest) + time.pairTime(tokens: tokens, cached: cached)
            prompts.append((chunks, added, weight))
            let told = min(chunks, Double(Self.chunkPoints))
            for place in 0..<Int(told) {
                let before = ((Double(place) + 0.5) / told * chunks).rounded(.down)
                let start = cached + before * chunk
                let own = before + 1 >= chunks ? rest : chunk
                steps.append(
                    (part(own) + time.pairTime(tokens: start + own, cached: start), weight * chunks / told))
            }
        }
        self.chunkTokens = chunkTokens
        self.prompts = prompts
        additions = WeightedValues(steps).thinned(to: Self.additionPoints)
    }

    /// What a prompt adds to all its steps together, mean, microseconds.
    public var meanAdded: Double { prompts.reduce(0) { $0 + $1.weight * $1.added } }

    /// Steps that a prompt takes, mean.
    var meanChunks: Double { prompts.reduce(0) { $0 + $1.weight * $1.chunks } }

    /// From the first chunk's step to the end of the last one's where a step without a chunk takes `step`, over prompts.
    func times(step: Double) -> WeightedValues {
        WeightedValues(prompts.map { (value: $0.chunks * step + $0.added, weight: $0.weight) })
    }
}
