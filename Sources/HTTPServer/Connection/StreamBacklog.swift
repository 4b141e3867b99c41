import Synchronization

/// How many bytes of a streamed answer were handed over and have not been sent, shared between the job that makes them
/// and the loop that sends them.
final class StreamBacklog: Sendable {
    private let bytes = Atomic<Int>(0)

    var isEmpty: Bool { bytes.load(ordering: .relaxed) == 0 }

    func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }

    /// Everything handed over so far was sent.
    func subtract(_ count: Int) { bytes.subtract(count, ordering: .relaxed) }
}
