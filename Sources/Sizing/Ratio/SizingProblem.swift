import Glibc
import SizingNumerics
import Text

/// A sizing question: how many Attention instances for one FFN instance?
public struct SizingProblem: Hashable, Sendable {
    public let workload: Workload
    public let stages: StageLatencies
    /// B, requests per Attention instance and microbatch, 1 or more.
    public let batchSize: Int
    /// m; `nil` for the paper's ideal overlap.
    public let microbatches: Int?
    /// The largest ratio considered, 1…10,000.
    public let maximumRatio: Int
    public let cost: InstanceCost
    /// How the loads' distribution enters the barrier.
    public let barrierMethod: BarrierMethod
    /// Everything about the bundle but its ratio.
    public let parameters: BundleParameters

    /// - Throws: `InvalidInput` naming `batch_size`, `microbatches`, `occupancy`, `tokens_per_step`, `max_ratio`, or `hardware` where no step would take
    ///   any time.
    public init(
        workload: Workload, stages: StageLatencies, batchSize: Int, microbatches: Int? = nil,
        maximumRatio: Int = defaultMaximumRatio, cost: InstanceCost = .equal,
        barrierMethod: BarrierMethod = .automatic, occupancy: Double = 1, jitter: KernelJitter = .none,
        tokensPerStep: Double = 1
    ) throws(InvalidInput) {
        try InvalidInput.check(maximumRatio, in: 1...SizingLimits.maximumRatio, field: "max_ratio")
        parameters = try BundleParameters(
            slotLoad: workload.slotLoad, stages: stages, batchSize: batchSize, microbatches: microbatches,
            occupancy: occupancy, jitter: jitter, tokensPerStep: tokensPerStep)
        self.workload = workload
        self.stages = stages
        self.batchSize = batchSize
        self.microbatches = microbatches
        self.maximumRatio = maximumRatio
        self.cost = cost
        self.barrierMethod = barrierMethod
        guard stages.takeTime(slotLoad: workload.slotLoad, batchSize: batchSize) else {
            throw InvalidInput(field: "hardware", rule: StageLatencies.timeRule)
        }
    }

    /// The largest ratio that is considered where none is given.
    public static let defaultMaximumRatio = 1024
}

/// A solved ``SizingProblem``: its answer, and the theory of the cycle that the answer comes from.
public struct SizingSolution: Sendable {
    public let answer: SizingAnswer
    /// What `SizingProblem.barrierMethod` chose.
    public let model: any CycleTimeModel

    public init(answer: SizingAnswer, model: any CycleTimeModel) {
        self.answer = answer
        self.model = model
    }
}

/// One ratio of a curve.
public struct CurvePoint: Hashable, Sendable {
    /// Under the barrier.
    public let point: OperatingPoint
    /// Tokens a second and instance where the mean loads set the pace.
    public let meanFieldThroughputPerInstance: Double
}

extension SizingProblem {
    /// What each ratio gives: the ratios of ``curveRatios(upTo:including:)``.
    ///
    /// - Parameters:
    ///   - maximum: the largest ratio; nil where it is to be chosen.
    ///   - solution: of this problem.
    public func curve(_ solution: SizingSolution, upTo maximum: Int?) -> [CurvePoint] {
        curve(solution, upTo: maximum) { () throws(Never) in }
    }

    /// The same for a caller who may stop waiting.
    ///
    /// - Parameters:
    ///   - solution: of this problem.
    ///   - maximum: the largest ratio; nil where it is to be chosen.
    ///   - pause: called before each point; what it throws ends the work.
    public func curve<Stop: Error>(
        _ solution: SizingSolution, upTo maximum: Int?, pause: () throws(Stop) -> Void
    ) throws(Stop) -> [CurvePoint] {
        let meanField = MeanFieldCycle(parameters)
        let ratios = Self.curveRatios(upTo: maximum, including: Int(solution.answer.recommendation.ratio))
        return try ratios.map { ratio throws(Stop) in
            try pause()
            let point = point(ratio: ratio, under: solution.model)
            let constant = operatingPoint(ratio: point.ratio, cycle: meanField.cycle(ratio: point.ratio))
            return CurvePoint(point: point, meanFieldThroughputPerInstance: constant.throughputPerInstance)
        }
    }

    /// Most points of a curve; beyond it the ratios are thinned out.
    public static let maximumCurvePoints = 512

    /// Whole ratios from 1: to `maximum` where that is given, else to twice the recommendation (at least to 16, at most to
    /// the default maximum). More than 512 are thinned to a geometric grid that keeps both ends and the recommendation.
    public static func curveRatios(upTo maximum: Int?, including best: Int) -> [Int] {
        let last = maximum ?? min(defaultMaximumRatio, max(16, 2 * best))
        if last <= maximumCurvePoints { return Array(1...last) }
        var ratios = GeometricGrid.wholeNumbers(
            upTo: last, growth: exp(log(Double(last)) / Double(maximumCurvePoints - 2)))
        if let place = ratios.firstIndex(where: { $0 >= best }), ratios[place] != best {
            ratios.insert(best, at: place)
        }
        return ratios
    }
}
