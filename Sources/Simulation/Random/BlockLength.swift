/// How many steps a ``WorkerBank`` goes ahead at a time: as many as fit into the caches, and so few that only a few requests
/// of a slot finish in them, whatever the tail of the lengths.
struct BlockLength: Sendable {
    /// Longer blocks do not fit into the caches any more.
    private static let longest = 1024
    /// Requests of a slot that finish in a block, at most.
    private static let mostCompletions = 4.0
    /// Requests of all slots that finish in a block, at most, where the slots are fewer: memory.
    private static let mostRecords = Double(1 << 19)
    private static let samples = 256

    /// S/E[min(D, S)] for S = 1, 2, 4, …
    private let completions: [Double]

    /// In S steps from a new request on, S/E[min(D, S)] to twice as many requests of a slot finish in the mean (Erickson
    /// 1973, lemma 1). E[min(D, S)] is taken over some lengths that `draw` gives.
    init(_ draw: (inout Xoroshiro128) -> Int) {
        var generator = StreamKey(seed: 0).generator
        let lengths = (0..<Self.samples).map { _ in draw(&generator) }
        completions = (0...(Self.longest.trailingZeroBitCount)).map { power in
            let steps = 1 << power
            return Double(steps * Self.samples) / Double(lengths.reduce(0) { $0 + min($1, steps) })
        }
    }

    /// Steps of the longest block for a bank of so many slots.
    func steps(slots: Int) -> Int {
        let most = min(Self.mostCompletions, max(1, Self.mostRecords / Double(slots)))
        return 1 << max(0, (completions.firstIndex { $0 > most } ?? completions.count) - 1)
    }
}
