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

    /// Gives a header section back. One that somebody else still refers to is left to them, since a ``RequestHead``
    /// never changes.
    func give(_ storage: consuming HeadStorage) {
        var storage = storage
        guard free.count < capacity, storage.bytes.capacity <= 32 * 1024, isKnownUniquelyReferenced(&storage) else {
            return
        }
        storage.reset()
        free.append(storage)
    }
}
