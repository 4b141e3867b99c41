/// Where the routed experts of a layer are: whole, over expert-parallel ranks, as evenly as may be.
///
/// With fewer ranks than experts the fullest rank holds ⌈E/ranks⌉, whose share of the picks is theirs. With more, the ranks beyond E
/// hold copies of experts (redundant experts); those with the fewest copies, ⌊ranks/E⌋, set the pace.
struct ExpertPlacement {
    /// Experts on the fullest rank.
    let held: Int
    /// Ranks that share the tokens of an expert of the fullest rank.
    let copies: Int
    /// Of all picks, those of the fullest rank where all experts are alike.
    let share: Double

    init(_ mixture: FeedForward.Mixture, ranks: Int) {
        held = (mixture.experts + ranks - 1) / ranks
        copies = max(1, ranks / mixture.experts)
        share = Double(held) / (Double(mixture.experts) * Double(copies))
    }

    /// Distinct experts of the fullest rank that a step of `tokens` tokens hits.
    func hit(_ mixture: FeedForward.Mixture, tokens: Double) -> Double {
        Double(held) * mixture.distinctShare(tokens: tokens / Double(copies))
    }

    /// Tokens that have a pick on the fullest rank: a token misses all of its experts with probability C(E − held, k)/C(E, k).
    func arriving(_ mixture: FeedForward.Mixture, tokens: Double) -> Double {
        var missed = 1.0
        for pick in 0..<mixture.active {
            missed *= Double(max(0, mixture.experts - held - pick)) / Double(max(1, mixture.experts - pick))
        }
        return tokens * (1 - missed) / Double(copies)
    }
}
