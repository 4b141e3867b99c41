/// The connections of a loop by index; the generation of an index changes with each new connection, so that an event
/// or a result that was meant for an earlier one finds nobody.
struct ConnectionTable {
    private var drivers: [ConnectionDriver?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    /// The identity of the next connection; it is to be inserted at once.
    mutating func reserve() -> ConnectionID {
        if let index = free.popLast() {
            generations[Int(index)] &+= 1
            return ConnectionID(index: index, generation: generations[Int(index)])
        }
        drivers.append(nil)
        generations.append(0)
        return ConnectionID(index: UInt32(drivers.count - 1), generation: 0)
    }

    mutating func insert(_ driver: ConnectionDriver, at id: ConnectionID) {
        drivers[Int(id.index)] = driver
        count += 1
    }

    mutating func remove(_ id: ConnectionID) {
        guard self[id] != nil else { return }
        drivers[Int(id.index)] = nil
        free.append(id.index)
        count -= 1
    }

    subscript(_ id: ConnectionID) -> ConnectionDriver? {
        let index = Int(id.index)
        guard index < drivers.count, generations[index] == id.generation else { return nil }
        return drivers[index]
    }

    subscript(index index: Int) -> ConnectionDriver? { index < drivers.count ? drivers[index] : nil }

    /// All connections at this moment.
    var all: [ConnectionDriver] { drivers.compactMap(\.self) }
}

extension ConnectionID {
    /// As the token of a poller.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(index) }

    init(token: UInt64) {
        self.init(index: UInt32(truncatingIfNeeded: token), generation: UInt32(truncatingIfNeeded: token >> 32))
    }
}
