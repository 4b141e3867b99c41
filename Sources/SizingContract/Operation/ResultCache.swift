import JSON
import Simulation
import SizingNumerics
import Synchronization

/// The results of the latest simulations, by request; the one not asked for the longest makes room.
///
/// A result is some hundred bytes a ratio and has at most 256 ratios, so the cache is bounded in bytes too.
final class ResultCache: Sendable {
    typealias Key = SipHash128.Value

    private struct Entry {
        var result: SimulationResult
        /// When it was last asked for, by the cache's own count.
        var used: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
    }

    let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = max(0, capacity) }

    func result(for key: Key) -> SimulationResult? {
        state.withLock { state in
            state.clock += 1
            let used = state.clock
            state.entries[key]?.used = used
            return state.entries[key]?.result
        }
    }

    func insert(_ result: SimulationResult, for key: Key) {
        guard capacity > 0 else { return }
        state.withLock { state in
            state.clock += 1
            // Few hundred entries: the search costs less than any simulation.
            if state.entries.count >= capacity, state.entries[key] == nil,
                let oldest = state.entries.min(by: { $0.value.used < $1.value.used })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[key] = Entry(result: result, used: state.clock)
        }
    }

    var count: Int { state.withLock { $0.entries.count } }
}
