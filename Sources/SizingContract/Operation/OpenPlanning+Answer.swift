import Planning
import Sizing
import Text

extension OpenPlanning {
    /// The planning question, with every latency derived, and its answer.
    ///
    /// - Throws: 422 where nothing keeps the limits, or prices are missing; 503 where nobody waits.
    func answer(_ request: PlanRequest, _ context: OperationContext) throws(ProblemDocument) -> OpenPlanAnswer {
        let (saturated, derivation) = try request.problem(context)
        let problem: OpenPlanProblem
        do throws(InvalidInput) {
            var kinds: [PrefillKind] = []
            for kind in prefill {
                let counted = InstancePair.Kind(
                    device: kind.device, devices: kind.devices, price: try request.prices?.ofPrefill(kind, "prices"),
                    power: try request.power.map { rates throws(InvalidInput) in try rates.ofPrefill(kind, "power") }
                        ?? kind.power)
                kinds.append(PrefillKind(kind: counted, time: kind.time))
            }
            problem = try OpenPlanProblem(
                pairs: saturated.pairs, load: load, limits: saturated.limits, service: service,
                objective: target == .lightest ? saturated.objective : .devices, arrivals: arrivals, target: target,
                prefill: kinds, transfer: transfer, routing: routing, mixing: mixing)
        } catch {
            throw ProblemDocument(error, at: "")
        }
        do throws(PlanError) {
            let plan = try problem.solve(stop: context.isCancelled)
            return OpenPlanAnswer(plan, of: problem, to: request, self, derivation: derivation)
        } catch {
            throw ProblemDocument(error)
        }
    }
}
