/// Deadlines of many owners, at the cost of a few array writes each: a hashed wheel of slots, one for each tick, each a
/// doubly linked list. Pure: the time comes in with each call.
///
/// An owner has one deadline. One that lies beyond the wheel's horizon comes up early, and an owner whose deadline has
/// moved further away need not tell: whoever comes up looks at its real deadline and is scheduled again. So work in the
/// common case, where a deadline is moved on with each request, is nothing at all.
struct TimerWheel {
    private static let none: Int32 = -1

    /// Length of a tick in nanoseconds.
    let tick: UInt64
    private var first: [Int32]
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// The tick at which an owner comes up; 0 where it is not scheduled.
    private var due: [UInt64] = []
    /// The last tick that has been dealt with.
    private var current: UInt64
    private(set) var count = 0

    init(tick: UInt64 = 100_000_000, slots: Int = 512, now: UInt64) {
        self.tick = tick
        first = Array(repeating: Self.none, count: slots)
        current = now / tick
    }

    /// Makes sure that `owner` comes up at `time` or before, and not before by more than its earlier deadlines ask.
    mutating func schedule(_ owner: Int, at time: UInt64) {
        while next.count <= owner {
            next.append(Self.none)
            previous.append(Self.none)
            due.append(0)
        }
        let horizon = current + UInt64(first.count - 1)
        let target = max(current + 1, min(horizon, time / tick + 1))
        if due[owner] != 0 {
            if due[owner] <= target { return }
            unlink(owner)
        }
        link(owner, target)
    }

    mutating func cancel(_ owner: Int) {
        guard owner < due.count, due[owner] != 0 else { return }
        unlink(owner)
    }

    /// Moves on to `now`, takes out the owners that come up and appends them to `owners`.
    mutating func advance(to now: UInt64, _ owners: inout [Int]) {
        let target = now / tick
        guard target > current else { return }
        // After a long pause every slot is looked at once, not every tick.
        let steps = min(target - current, UInt64(first.count))
        current = target - steps
        for _ in 0..<steps {
            current += 1
            let slot = Int(current % UInt64(first.count))
            while first[slot] != Self.none {
                let owner = Int(first[slot])
                unlink(owner)
                owners.append(owner)
            }
        }
    }

    private mutating func link(_ owner: Int, _ target: UInt64) {
        let slot = Int(target % UInt64(first.count))
        let head = first[slot]
        next[owner] = head
        previous[owner] = Self.none
        if head != Self.none { previous[Int(head)] = Int32(truncatingIfNeeded: owner) }
        first[slot] = Int32(truncatingIfNeeded: owner)
        due[owner] = target
        count += 1
    }

    private mutating func unlink(_ owner: Int) {
        let before = previous[owner]
        let after = next[owner]
        if before == Self.none {
            first[Int(due[owner] % UInt64(first.count))] = after
        } else {
            next[Int(before)] = after
        }
        if after != Self.none { previous[Int(after)] = before }
        due[owner] = 0
        count -= 1
    }
}
