import HTTPServer
import JSON
import Simulation

/// `POST /v1/simulate`: the simulation alone, over given ratios.
enum SimulateRoute {
    static func route(_ service: SimulationService) -> Route {
        .postJSON("/v1/simulate", streams: true) { request in
            var problems = Problems()
            guard let simulate = SimulateRequest.decode(request.root, service.limits, &problems) else {
                return .now(request.respond(Problem(problems)))
            }
            return answer(request, service, simulate.job, blame: request.root) { result, writer in
                SimulationAnswerSchema.write(result, simulate, into: &writer)
            }
        }
    }

    /// An answer that needs the result of `job`: made on the pool, as events where the caller asked for them.
    ///
    /// - Parameter blame: the value of the request that a refusal points into.
    static func answer(
        _ request: JSONRequest, _ service: SimulationService, _ job: SimulationService.Job, blame: JSONValue,
        write: @escaping @Sendable (SimulationResult, inout JSONWriter) -> Void
    ) -> Answer {
        if let refusal = service.refusal(of: job) {
            var problems = Problems()
            problems.add(blame, refusal)
            return .now(request.respond(Problem(problems)))
        }
        @Sendable func respond(
            _ isCancelled: @escaping @Sendable () -> Bool, _ progress: (@Sendable (Double) -> Void)?
        ) -> Response {
            do throws(SimulationError) {
                let result = try service.result(of: job, isCancelled: isCancelled, progress: progress)
                return request.respond(capacity: 1024 + 640 * result.points.count) { write(result, &$0) }
            } catch {
                return request.respond(problem(error, job, blame))
            }
        }
        if request.wantsEvents {
            return .stream(head: EventStream.head) { stream in
                let events = ProgressEvents(stream)
                EventStream.send(respond({ stream.isCancelled }, { events.report($0) }), to: stream)
            }
        }
        return .deferred { context in respond({ context.isCancelled }, request.progress) }
    }

    private static func problem(
        _ error: SimulationError, _ job: SimulationService.Job, _ blame: JSONValue
    ) -> Problem {
        switch error {
        case .timedOut:
            return Problem(
                .serviceUnavailable,
                "The simulation was not done within timeout_ms; ask for less work or allow more time.",
                fields: [.retryAfter: "1"])
        case .cancelled:
            return Problem(.serviceUnavailable, "The simulation was stopped.", fields: [.retryAfter: "1"])
        case .invalid, .momentsOnly, .tooMuchWork, .tooMuchMemory:
            var problems = Problems()
            problems.add(blame, error)
            return Problem(problems)
        }
    }
}
