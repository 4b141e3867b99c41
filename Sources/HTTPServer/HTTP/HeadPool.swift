/// Header sections that are not in use, kept for the next requests of a loop, so that a request in steady state
/// allocates none. Confined to one loop.
final class HeadPool {
    private var free: [HeadStorage] = []
    private let capacity: Int

    /// - Parameter capacity: how many are kept; further ones are freed.
    init(capacity: Int = 64) {
        self.capacity = capacity
        free.reserveCapacity(capacity)
    }

    func take() -> HeadStorage { free.popLast() ?? HeadStorage() }

    /// Gives a header section back and leaves nil. One that somebody else still refers to is left to them, since a
    /// ``RequestHead`` never changes.
    func give(_ storage: inout HeadStorage?) {
        defer { storage = nil }
        guard free.count < capacity, isKnownUniquelyReferenced(&storage), let known = storage,
            known.bytes.capacity <= 32 * 1024
        else { return }
        known.reset()
        free.append(known)
    }
}
