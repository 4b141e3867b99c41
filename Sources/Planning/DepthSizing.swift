import Hardware
import Sizing
import Text

/// The sizing of named hardware at each depth of speculation, and the best of them.
public struct DepthSizing: Sendable {
    /// One depth with its curves and its sizing.
    public struct Depth: Sendable {
        public let hardware: DerivedHardware
        public let problem: SizingProblem

        /// K, draft tokens a step; 0 for none.
        public var draftTokens: Int { hardware.description.speculation?.draftTokens ?? 0 }
    }

    /// By rising K.
    public let depths: [Depth]

    /// - Parameters:
    ///   - choices: one device and one degree of each kind; only the ways to speculate may be several.
    ///   - workload: of requests that gain one token a step.
    ///   - batchSize: B, requests of an Attention instance and microbatch.
    ///   - microbatches: m; nil for lock-step.
    ///   - maximumRatio: the largest r that is tried.
    ///   - cost: c_A and c_F.
    ///   - barrierMethod: how the largest of r loads is worked out.
    ///   - occupancy: ρ, 0…1.
    ///   - jitter: coefficients of variation of the kernels' times.
    /// - Throws: `InvalidInput` of the description, or of the sizing.
    public init(
        _ choices: HardwareChoices, workload: Workload, batchSize: Int, microbatches: Int? = nil,
        maximumRatio: Int = SizingProblem.defaultMaximumRatio, cost: InstanceCost = .equal,
        barrierMethod: BarrierMethod = .automatic, occupancy: Double = 1, jitter: KernelJitter = .none
    ) throws(InvalidInput) {
        var depths: [Depth] = []
        for hardware in try choices.derived().hardware {
            depths.append(
                Depth(
                    hardware: hardware,
                    problem: try SizingProblem(
                        workload: workload, stages: try hardware.stages(batchSize: batchSize, occupancy: occupancy),
                        batchSize: batchSize,
                        microbatches: microbatches, maximumRatio: maximumRatio, cost: cost,
                        barrierMethod: barrierMethod,
                        occupancy: occupancy, jitter: jitter,
                        tokensPerStep: hardware.description.speculation?.tokensPerStep ?? 1)))
        }
        self.depths = depths
    }

    /// The depth with the most tokens per second and cost at its own best ratio; of equals the least. Each depth is solved once.
    ///
    /// - Parameter pause: called every few evaluations of the cycle; what it throws ends the work.
    public func best<Stop: Error>(
        pause: () throws(Stop) -> Void
    ) throws(Stop) -> (depth: Depth, model: any CycleTimeModel, answer: SizingAnswer)? {
        var best: (depth: Depth, model: any CycleTimeModel, answer: SizingAnswer)?
        for depth in depths {
            let solution = try depth.problem.solution(pause: pause)
            let answer = solution.answer
            if answer.recommendation.throughputPerCost > best?.answer.recommendation.throughputPerCost ?? 0 {
                best = (depth, solution.model, answer)
            }
        }
        return best
    }

    /// The same where nobody stops waiting.
    public func best() -> (depth: Depth, model: any CycleTimeModel, answer: SizingAnswer)? {
        best { () throws(Never) in }
    }
}
