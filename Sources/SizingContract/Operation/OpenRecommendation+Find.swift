import Hardware
import Planning
import Sizing
import Text

extension OpenRecommendation {
    /// - Throws: 422 naming the rate where no bundle bears it; 503 where nobody waits.
    static func find(_ request: SizeRequest, _ context: OperationContext) throws(ProblemDocument) -> OpenRecommendation
    {
        guard let open = request.open else { throw .internal }
        var best: (candidate: Candidate, point: OpenRatioSearch.Point, isProven: Bool)?
        for candidate in Candidate.all(request, open) {
            guard let found = try candidate.best(request, open, pause: context.check) else { continue }
            if found.point.objective > best?.point.objective ?? -1 { best = (candidate, found.point, found.isProven) }
        }
        guard let best else {
            throw ProblemDocument(
                .unprocessableContent, "No bundle of this hardware can be evaluated.",
                errors: [FieldError(path: "hardware", below: request.pointer, detail: StageLatencies.timeRule)])
        }
        let (candidate, point) = (best.candidate, best.point)
        guard let service = OpenDeployment(bundle: point.bundle).service(open.arrivals, open.limits) else {
            throw ProblemDocument(
                .unprocessableContent, "One bundle does not bear the arrivals.",
                errors: [
                    FieldError(
                        path: "arrivals.requests_per_second", below: request.pointer,
                        detail: "must be below what the best bundle, of \(point.ratio) Attention instances, can serve: "
                            + "\(ServiceAnswer.text(point.bundle.capacity)) requests a second with every slot full, "
                            + "\(ServiceAnswer.text(point.largestRate)) within the limits")
                ])
        }
        let saturated = try candidate.problem.solution(pause: context.check)
        return OpenRecommendation(
            problem: candidate.problem, hardware: candidate.hardware, saturated: saturated,
            point: candidate.problem.operatingPoint(
                ratio: Double(point.ratio), cycle: saturated.model.cycle(ratio: Double(point.ratio))),
            service: ServiceAnswer(service, largestRate: point.largestRate, bound: point.bound),
            isProven: best.isProven)
    }

    /// A way to step: hardware at one depth of speculation.
    private struct Candidate {
        let problem: SizingProblem
        let hardware: DerivedHardware?

        static func all(_ request: SizeRequest, _ open: OpenSizing) -> [Candidate] {
            guard let depths = request.depths else {
                return [Candidate(problem: request.problem, hardware: request.derivedHardware)]
            }
            return depths.depths.map { Candidate(problem: $0.problem, hardware: $0.hardware) }
        }

        func best(
            _ request: SizeRequest, _ open: OpenSizing, pause: () throws(ProblemDocument) -> Void
        ) throws(ProblemDocument) -> (point: OpenRatioSearch.Point, isProven: Bool)? {
            let search = OpenRatioSearch(arrivals: open.arrivals, limits: open.limits, cost: problem.cost) { ratio in
                bundle(ratio: ratio, open)
            }
            if let ratio = open.ratio { return search.point(ratio: ratio).map { ($0, true) } }
            let guess = try problem.solution(pause: pause).answer.recommendation.ratio
            return try search.best(upTo: problem.maximumRatio, guess: Int(guess), pause: pause)
        }

        private func bundle(ratio: Int, _ open: OpenSizing) -> SolvedBundle? {
            let (hardware, given) = (hardware, open.hardware)
            let made = try? OpenBundle(
                attentionInstances: ratio, batchSize: problem.batchSize, microbatches: problem.microbatches,
                load: open.load, tokensPerStep: problem.parameters.tokensPerStep, jitter: problem.parameters.jitter,
                batchStep: hardware?.description.attention.dataParallel ?? 1
            ) { batch in
                if let hardware { try? hardware.stages(batchSize: batch) } else { try? given.stages(batchSize: batch) }
            }
            return made.flatMap { SolvedBundle($0) }
        }
    }
}
