import JSON
import Simulation
import Sizing

extension SizeRequest {
    /// The simulation that the request asks for, at the ratios around `answer`; nil where it cannot be made.
    func simulationJob(_ answer: SizingAnswer, _ problems: inout Problems) -> SimulationService.Job? {
        guard let (settings, value) = simulation, let simulationKey else { return nil }
        let made = problems.checkedSimulation(value) { () throws(SimulationError) in
            try SimulationProblem(
                workload: problem.workload, stages: problem.stages, batchSize: problem.batchSize,
                microbatches: problem.microbatches,
                ratios: SizeSimulation.ratios(answer, upTo: problem.maximumRatio),
                requestsPerInstance: settings.requestsPerInstance, start: settings.start,
                seed: UInt64(settings.seed))
        }
        return made.map { made in
            SimulationService.Job(
                problem: made, key: simulationKey,
                deadline: SimulationService.now() + Double(settings.timeout))
        }
    }
}
