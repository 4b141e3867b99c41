import Glibc
import HTTPServer
import JSON
import Simulation
import Sizing
import Synchronization

/// Runs simulations for the routes: within the limits, once for equal requests.
final class SimulationService: Sendable {
    let limits: SimulationLimits
    private let cache: ResultCache

    init(_ limits: SimulationLimits = SimulationLimits()) {
        self.limits = limits
        cache = ResultCache(capacity: limits.cachedResults)
    }

    /// One simulation that a request asks for.
    struct Job: Sendable {
        var problem: SimulationProblem
        /// Of the canonical text of what decides on the result.
        var key: ResultCache.Key
        /// Monotonic time, milliseconds, after which nobody wants the answer.
        var deadline: Double
    }

    /// Why a job may not be run at all; to be asked before the answer has begun.
    func refusal(of job: Job) -> SimulationError? {
        do throws(SimulationError) {
            try job.problem.checkSize(bound: limits.maximumWork)
            return nil
        } catch {
            return error
        }
    }

    /// The result, from the cache or by running it on this thread and its helpers.
    func result(
        of job: Job, isCancelled: @escaping @Sendable () -> Bool, progress: (@Sendable (Double) -> Void)?
    ) throws(SimulationError) -> SimulationResult {
        if let known = cache.result(for: job.key) { return known }
        let deadline = job.deadline
        let control = SimulationControl {
            if isCancelled() { return .cancelled }
            return Self.now() > deadline ? .timedOut : nil
        }
        if let reason = control.stop() { throw reason }
        let result = try job.problem.run(
            threads: limits.threads, bound: limits.maximumWork, control: control, progress: progress)
        cache.insert(result, for: job.key)
        return result
    }

    /// Monotonic time in milliseconds.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
    }
}
