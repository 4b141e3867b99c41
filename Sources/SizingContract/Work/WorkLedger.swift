import Synchronization

/// The memory that requests being worked on may take together, by their estimates.
///
/// There are as many workers as cores, and each may have a request that takes all that one may: without a ledger, the sum would grow
/// with the machine.
public final class WorkLedger: Sendable {
    public let bounds: WorkBounds
    private let used = Mutex(0.0)

    public init(_ bounds: WorkBounds = WorkBounds()) { self.bounds = bounds }

    /// Does `work` while its memory is written down.
    ///
    /// - Parameters:
    ///   - estimate: of the work.
    ///   - remedy: what a caller can ask for instead where it is too much.
    ///   - work: what is done.
    /// - Throws: 422 where the estimate alone is beyond the bounds, 503 where it is not but others take the memory now, and what
    ///   `work` throws.
    public func during<Result>(
        _ estimate: WorkEstimate, remedy: StaticString, _ work: () throws(ProblemDocument) -> Result
    ) throws(ProblemDocument) -> Result {
        try bounds.admit(estimate, remedy: remedy)
        guard take(estimate.memory) else { throw .noMemory }
        defer { used.withLock { $0 -= estimate.memory } }
        return try work()
    }

    private func take(_ memory: Double) -> Bool {
        used.withLock { used in
            guard used + memory <= bounds.memory else { return false }
            used += memory
            return true
        }
    }

    /// Memory that grows while a body is read, before anything can be estimated. It is written down until the last reference goes.
    public final class Hold: Sendable {
        private let ledger: WorkLedger
        private let held = Mutex(0.0)

        public init(_ ledger: WorkLedger) { self.ledger = ledger }

        deinit { ledger.used.withLock { $0 -= held.withLock { $0 } } }

        /// Writes down `memory` bytes in place of those before; fewer change nothing.
        ///
        /// - Throws: 422 where they alone are beyond the bounds, 503 where others take the memory now.
        public func grow(to memory: Double, remedy: StaticString) throws(ProblemDocument) {
            try ledger.bounds.admit(WorkEstimate(time: 0, memory: memory), remedy: remedy)
            let isTaken = held.withLock { held in
                guard memory > held else { return true }
                guard ledger.take(memory - held) else { return false }
                held = memory
                return true
            }
            guard isTaken else { throw .noMemory }
        }
    }
}

extension ProblemDocument {
    fileprivate static let noMemory = ProblemDocument(
        .unavailable, "Other requests take the memory that there is for work; ask again.", retryAfter: 1)
}
