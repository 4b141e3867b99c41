/// Lends deflaters to one caller at a time, and keeps a few of those given back.
///
/// A deflater is reachable either from the list, under its lock, or from the one caller that took it off the list, never from both.
final class DeflaterPool: Sendable {
    private let idle = Monitor<[Deflater]>([])
    private let maximumIdle: Int

    /// - Parameter maximumIdle: how many are kept; each holds about 256 KB.
    init(maximumIdle: Int = 4) {
        self.maximumIdle = maximumIdle
    }

    /// The gzip form of `input`, or nil where it does not pay or there is no memory.
    func compress(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let deflater = idle.withLock({ $0.popLast() }) ?? Deflater() else { return nil }
        let output = deflater.compress(input)
        idle.withLock { if $0.count < maximumIdle { $0.append(deflater) } }
        return output
    }

    var idleCount: Int { idle.withLock { $0.count } }
}
