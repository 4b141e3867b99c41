import Sizing
import Synchronization

extension SimulationProblem {
    /// Throws where the simulation would take more work than `bound`, or too much memory.
    public func checkSize(bound: Double) throws(SimulationError) {
        let work = estimatedWork
        guard work <= bound else { throw .tooMuchWork(estimate: work, bound: bound) }
        let memory = estimatedMemory
        guard memory <= Self.maximumMemory else {
            throw .tooMuchMemory(estimate: memory, bound: Self.maximumMemory)
        }
    }

    /// Runs the simulation.
    ///
    /// Ratios and replications are independent runs with streams of their own, spread over up to `threads` threads, the
    /// caller's included; the result does not depend on how many there are.
    ///
    /// - Parameters:
    ///   - threads: at most so many, 1 or more.
    ///   - bound: the most work accepted (``estimatedWork``).
    ///   - control: looked at every few thousand worker-steps.
    ///   - progress: called from any of the threads with the fraction done, 0…1, about every millisecond of work or less.
    /// - Throws: ``SimulationError``.
    public func run(
        threads: Int = 1, bound: Double = .infinity, control: SimulationControl = SimulationControl(),
        progress: (@Sendable (Double) -> Void)? = nil
    ) throws(SimulationError) -> SimulationResult {
        try checkSize(bound: bound)
        let sampler = try RequestSampler(workload)
        let replications = self.replications
        // Worker-steps of all runs, to report progress against.
        let expected =
            ratios.reduce(0.0) { $0 + Double($1 * (microbatches ?? 1)) * max(1, meanSteps) }
            * (start == .cold ? Self.measuredPart : 1)
        let done = Atomic<Int>(0)
        let watched = SimulationControl(stop: control.stop) { work in
            guard let progress else { return }
            let sum = done.wrappingAdd(work, ordering: .relaxed).newValue
            progress(min(1, Double(sum) / expected))
        }
        // The largest ratios first, so that no long run is left for the end.
        let order = (0..<(ratios.count * replications)).sorted { ratios[$0 / replications] > ratios[$1 / replications] }
        let results = RunResults(count: order.count)
        ReplicationRunner.perform(count: order.count, threads: threads) { position in
            let task = order[position]
            do throws(SimulationError) {
                let run = self.run(task / replications, replication: task % replications, sampler: sampler)
                results.store(try run.counts(watched), at: task)
                return true
            } catch {
                results.fail(error)
                return false
            }
        }
        let runs = try results.all()
        let points = ratios.indices.map { index in
            SimulationPoint(
                ratio: ratios[index], microbatches: microbatches,
                runs: Array(runs[(index * replications)..<((index + 1) * replications)]))
        }
        progress?(1)
        return SimulationResult(points: points)
    }
}

/// What the runs gave, in their places; or why one of them ended.
private final class RunResults: Sendable {
    private let state: Mutex<(runs: [RunCounts?], error: SimulationError?)>

    init(count: Int) { state = Mutex(([RunCounts?](repeating: nil, count: count), nil)) }

    func store(_ counts: RunCounts, at index: Int) { state.withLock { $0.runs[index] = counts } }

    func fail(_ error: SimulationError) { state.withLock { if $0.error == nil { $0.error = error } } }

    func all() throws(SimulationError) -> [RunCounts] {
        let (runs, error) = state.withLock { ($0.runs, $0.error) }
        if let error { throw error }
        let complete = runs.compactMap { $0 }
        guard complete.count == runs.count else { throw .cancelled }
        return complete
    }
}
