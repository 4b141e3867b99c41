import Synchronization

/// Lends deflaters to one caller at a time, and keeps a few of those given back.
///
/// `@unchecked Sendable`: a deflater is reachable either from the list, under the lock, or from the one caller that
/// took it off the list, never from both.
final class DeflaterPool: @unchecked Sendable {
    private let lock = Mutex<Void>(())
    private var idle: [Deflater] = []
    private let maximumIdle: Int

    /// - Parameter maximumIdle: how many are kept; each holds about 256 KB.
    init(maximumIdle: Int = 4) {
        self.maximumIdle = maximumIdle
    }

    /// The gzip form of `input`, or nil where it does not pay or there is no memory.
    func compress(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let deflater = lock.withLock({ _ in idle.popLast() }) ?? Deflater() else { return nil }
        let output = deflater.compress(input)
        lock.withLock { _ in
            if idle.count < maximumIdle { idle.append(deflater) }
        }
        return output
    }

    var idleCount: Int {
        lock.withLock { _ in idle.count }
    }
}
