/// Whether a bundle or an instance takes requests.
enum MemberState: Hashable {
    case open, draining, gone
}

/// Requests go to the members of a pool in turn, or by lot, whatever these hold.
struct BlindRouting {
    private let isInTurn: Bool
    private let key: StreamKey
    private var turn = 0

    init(_ routing: ReplayRouting, key: StreamKey) {
        isInTurn = routing == .roundRobin
        self.key = key
    }

    /// The member for request `number`.
    ///
    /// - Parameters:
    ///   - states: of all members.
    ///   - open: how many of them are open, 1 or more.
    mutating func member(for number: Int, _ states: [MemberState], open: Int) -> Int {
        var position: Int
        if isInTurn {
            position = turn % open
            turn += 1
        } else {
            var generator = key.child(number).generator
            position = generator.below(open)
        }
        for index in states.indices where states[index] == .open {
            if position == 0 { return index }
            position -= 1
        }
        return 0
    }
}
