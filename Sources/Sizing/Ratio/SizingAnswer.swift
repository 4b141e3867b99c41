/// A ratio with what it gives.
public struct OperatingPoint: Hashable, Sendable {
    /// r, Attention instances for one FFN instance; whole but for the mean field's.
    public let ratio: Double
    public let cycle: CycleTime
    /// Tokens per second and instance: 1e6 · rB/((r + 1) τ), times ρ and s where slots are not always full and a request gains s tokens a
    /// step.
    public let throughputPerInstance: Double
    /// Tokens per second and unit of cost: 1e6 · rB/((r c_A + c_F) τ).
    public let throughputPerCost: Double
    /// Time per output token, microseconds: m·τ/s.
    public let tpot: Double

    public init(ratio: Double, cycle: CycleTime, parameters: BundleParameters, cost: InstanceCost) {
        self.ratio = ratio
        self.cycle = cycle
        let duration = cycle.duration
        throughputPerInstance = 1e6 * parameters.throughput(ratio: ratio, duration: duration, cost: .equal)
        throughputPerCost = 1e6 * parameters.throughput(ratio: ratio, duration: duration, cost: cost)
        tpot = Double(parameters.microbatches ?? 1) * duration / parameters.tokensPerStep
    }
}

/// The answer to a ``SizingProblem``.
public struct SizingAnswer: Hashable, Sendable {
    /// The integer optimum under the barrier.
    public let recommendation: OperatingPoint
    /// The paper's closed form under ideal overlap. Its ratio is cut at the largest considered.
    public let meanField: OperatingPoint
    public let closedForm: MeanFieldRatio
    /// How often the recommendation's cycle time was worked out.
    public let evaluations: Int
}

extension SizingProblem {
    /// Answers the question.
    ///
    /// The mean field is worked out first, from the lines that the stages follow there; then the exact integer optimum of
    /// the barrier-aware cycle time.
    ///
    /// - Parameter model: ``barrier``, where the caller has made it already.
    public func solve(under model: (any CycleTimeModel)? = nil) -> SizingAnswer { solution(under: model).answer }

    /// The same, with the theory of the cycle that the recommendation comes from.
    public func solution(under model: (any CycleTimeModel)? = nil) -> SizingSolution {
        solution(under: model) { () throws(Never) in }
    }

    /// The same for a caller who may stop waiting.
    ///
    /// - Parameters:
    ///   - model: ``barrier``, where the caller has made it already.
    ///   - pause: called every few evaluations of the cycle; what it throws ends the work.
    public func solution<Stop: Error>(
        under model: (any CycleTimeModel)? = nil, pause: () throws(Stop) -> Void
    ) throws(Stop) -> SizingSolution {
        let (closedForm, meanField) = try solveMeanField(pause)
        let model = model ?? barrier(around: closedForm.ratio)
        let best = try RatioSearch(parameters: parameters, cost: cost, model: model)
            .optimum(upTo: maximumRatio, guess: closedForm.ratio, pause: pause)
        let answer = SizingAnswer(
            recommendation: operatingPoint(ratio: Double(best.ratio), cycle: best.cycle), meanField: meanField,
            closedForm: closedForm, evaluations: best.evaluations)
        return SizingSolution(answer: answer, model: model)
    }

    /// The theory that the recommendation comes from, by ``barrierMethod``. Making it can take some hundred microseconds.
    public var barrier: any CycleTimeModel { barrier(around: solveMeanField { () throws(Never) in }.0.ratio) }

    private func barrier(around ratio: Double) -> any CycleTimeModel {
        barrierMethod.model(
            for: parameters, workload: workload, around: min(ratio, Double(maximumRatio)))
    }

    /// What each of `ratios` gives under the barrier.
    ///
    /// - Parameters:
    ///   - ratios: whole, from 1.
    ///   - model: ``barrier``, where the caller has made it already.
    public func curve(ratios: some Sequence<Int>, under model: (any CycleTimeModel)? = nil) -> [OperatingPoint] {
        let model = model ?? barrier
        return ratios.map { point(ratio: $0, under: model) }
    }

    /// What one whole ratio gives under `model`.
    func point(ratio: Int, under model: any CycleTimeModel) -> OperatingPoint {
        operatingPoint(ratio: Double(ratio), cycle: model.cycle(ratio: Double(ratio)))
    }

    /// What `ratio` gives where its step takes `cycle`.
    public func operatingPoint(ratio: Double, cycle: CycleTime) -> OperatingPoint {
        OperatingPoint(ratio: ratio, cycle: cycle, parameters: parameters, cost: cost)
    }

    /// The mean field's ratio, cut at the largest considered: about where the recommendation will be.
    public var meanFieldRatio: Double { solveMeanField { () throws(Never) in }.1.ratio }

    /// The closed form, with the local lines of stages that are no lines.
    ///
    /// A curved t_F has another line at another ratio: the closed form is that of the line around the best whole ratio.
    private func solveMeanField<Stop: Error>(
        _ pause: () throws(Stop) -> Void
    ) throws(Stop) -> (MeanFieldRatio, OperatingPoint) {
        let load =
            workload.horizonRequests == nil
            ? parameters.meanTokens : parameters.occupancy * workload.meanLoad(batchSize: batchSize)
        let requests = parameters.requests
        let attentionTime = stages.attention.latency(at: load)
        let overlapped = parameters.underIdealOverlap
        let model = MeanFieldCycle(overlapped, meanLoad: load)
        func closedForm(around ratio: Double) -> MeanFieldRatio {
            let aggregate = ratio * requests
            let communicationLoad = stages.communicationLoad == .attentionBatch ? requests : aggregate
            return MeanFieldRatio(
                attentionTime: attentionTime, ffn: stages.ffn.localLine(at: aggregate),
                communication: stages.communication.localLine(at: communicationLoad),
                communicationLoad: stages.communicationLoad, requests: requests, cost: cost)
        }
        var answer = closedForm(around: 1)
        if stages.ffn.line == nil || stages.communication.line == nil {
            let best = try RatioSearch(parameters: overlapped, cost: cost, model: model)
                .optimum(upTo: maximumRatio, guess: answer.ratio, pause: pause)
            answer = closedForm(around: Double(best.ratio))
        }
        // At r = 0 the throughput is a limit; a small ratio stands for it.
        let ratio = max(1e-9, min(answer.ratio, Double(maximumRatio)))
        let point = OperatingPoint(
            ratio: ratio, cycle: model.cycle(ratio: ratio), parameters: overlapped, cost: cost)
        return (answer, point)
    }
}
