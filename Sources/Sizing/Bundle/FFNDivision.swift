/// How the Attention instances of a bundle are divided among its FFN instances.
public enum FFNDivision: Hashable, Sendable {
    /// Each FFN instance takes the same part of all requests.
    case even(ffnInstances: Int)
    /// Each FFN rank serves a block of whole Attention ranks. Blocks differ by one rank at most, and the larger ones set the
    /// pace.
    case blocks(ffnInstances: Int, attentionRanks: Int, ffnRanks: Int)

    /// One FFN instance, the paper's bundle.
    public static let one = FFNDivision.even(ffnInstances: 1)

    /// Attention instances whose requests the busiest FFN instance takes, of `attention` in the bundle; never falls as they
    /// become more.
    func attentionInstances(perFFN attention: Double) -> Double {
        switch self {
        case .even(let instances): return attention / Double(instances)
        case .blocks(let instances, let attentionRanks, let ffnRanks):
            let ranks = Double(instances * ffnRanks)
            let largest = (attention * Double(attentionRanks) / ranks).rounded(.up)
            return largest * ranks / (Double(attentionRanks) * Double(instances))
        }
    }
}
