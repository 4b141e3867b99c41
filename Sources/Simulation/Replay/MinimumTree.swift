/// The least of a row of times, and where it is; a change costs a logarithm. Of equals the first.
struct MinimumTree {
    /// Leaves from `capacity` on; node i has the children 2i and 2i + 1.
    private var nodes: [Double]
    private var capacity: Int

    init() {
        capacity = 1
        nodes = [.infinity, .infinity]
    }

    /// Sets the time at `index`, which may be beyond what is there so far; ∞ where nothing happens.
    mutating func set(_ index: Int, to time: Double) {
        while index >= capacity { grow() }
        var node = capacity + index
        var nodes = nodes.mutableSpan
        guard nodes[node] != time else { return }
        nodes[node] = time
        while node > 1 {
            node /= 2
            let least = min(nodes[2 * node], nodes[2 * node + 1])
            // Nothing changes further up.
            if nodes[node] == least { break }
            nodes[node] = least
        }
    }

    /// The least time; ∞ where there is none.
    @inline(__always)
    var least: Double { nodes[1] }

    /// Where the least time is.
    var position: Int {
        var node = 1
        while node < capacity { node = nodes[2 * node] <= nodes[2 * node + 1] ? 2 * node : 2 * node + 1 }
        return node - capacity
    }

    private mutating func grow() {
        let leaves = Array(nodes[capacity...])
        capacity *= 2
        nodes = [Double](repeating: .infinity, count: 2 * capacity)
        for (index, leaf) in leaves.enumerated() { nodes[capacity + index] = leaf }
        for node in stride(from: capacity - 1, through: 1, by: -1) {
            nodes[node] = min(nodes[2 * node], nodes[2 * node + 1])
        }
    }
}
