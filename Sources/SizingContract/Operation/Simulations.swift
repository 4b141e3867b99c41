import JSON
import Simulation
import SizingNumerics

/// Runs simulations for operations: within the limits, once for equal requests.
public final class Simulations: Sendable {
    let limits: SimulationLimits
    private let cache: ResultCache
    /// A secret of the process in the keys, so that nobody can make two requests with one key.
    private let secret = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    public init(_ limits: SimulationLimits = SimulationLimits()) {
        self.limits = limits
        cache = ResultCache(capacity: limits.cachedResults)
    }

    /// Refuses a simulation beyond the limits.
    ///
    /// - Parameter value: of the request, which the errors point into.
    func admit(_ simulation: SimulationProblem, of value: JSONValue) throws(ProblemDocument) {
        do throws(SimulationError) {
            try simulation.checkSize(bound: limits.maximumWork)
        } catch {
            throw ProblemDocument(error, of: value)
        }
    }

    /// The result, from the cache or by running the simulation on this thread and its helpers.
    ///
    /// - Parameters:
    ///   - request: the whole request, which decides on the result.
    ///   - purpose: which kind of request it is.
    ///   - timeout: milliseconds from the start of `context` on.
    ///   - value: of the request, which errors point into.
    func result(
        of simulation: SimulationProblem, request: JSONValue, purpose: StaticString, timeout: Int, value: JSONValue,
        _ context: OperationContext
    ) throws(ProblemDocument) -> SimulationResult {
        let key = key(of: request, purpose: purpose)
        if let known = cache.result(for: key) { return known }
        let deadline = context.start + Double(timeout)
        let isCancelled = context.isCancelled
        let control = SimulationControl {
            if isCancelled() { return .cancelled }
            return MonotonicClock.milliseconds() > deadline ? .timedOut : nil
        }
        do throws(SimulationError) {
            if let reason = control.stop() { throw reason }
            let result = try simulation.run(
                threads: limits.threads, bound: limits.maximumWork, control: control, progress: context.progress)
            cache.insert(result, for: key)
            return result
        } catch {
            throw ProblemDocument(error, of: value)
        }
    }

    private func key(of request: JSONValue, purpose: StaticString) -> ResultCache.Key {
        var text = request.canonicalText()
        purpose.withUTF8Buffer { text.append(contentsOf: $0) }
        return SipHash128.hash(text, key: secret)
    }
}

extension ProblemDocument {
    /// Why a simulation was not run, or not to its end.
    init(_ error: SimulationError, of value: JSONValue) {
        switch error {
        case .timedOut:
            self.init(
                .unavailable, "The simulation was not done within timeout_ms; ask for less work or allow more time.",
                retryAfter: 1)
        case .cancelled: self.init(.unavailable, "The simulation was stopped.", retryAfter: 1)
        case .invalid, .momentsOnly, .tooMuchWork, .tooMuchMemory:
            var errors = ValidationErrors()
            errors.add(value, error)
            self.init(errors)
        }
    }
}
