import Glibc

/// What a sizing takes, in seconds of one core, before it is begun.
///
/// The time of one evaluation of the cycle is known from the shapes of the request; how many a search takes is not: some tens as a
/// rule, and as many as there are ratios where the objective is flat. The constants were measured (docs/operations.md).
public struct SizingEffort: Hashable, Sendable {
    /// Making the theory of the cycle: of the barrier, the distribution of the loads.
    public let making: Double
    /// Working out the cycle at one ratio.
    public let evaluation: Double
    /// One search for the best ratio.
    public let search: Double

    /// The recommendation, with its mean field.
    public var recommendation: Double { making + search }

    /// Evaluations of a usual search: uphill from the guess, then until nothing between can be better.
    private static func evaluations(upTo maximum: Int) -> Double { 16 + 2 * Double(maximum).squareRoot() }

    init(_ problem: SizingProblem) {
        let parameters = problem.parameters
        let theory = Theory(problem)
        evaluation = theory.evaluation
        var meanField = 1e-6
        if problem.stages.ffn.line == nil || problem.stages.communication.line == nil {
            meanField += 0.1e-6 * Self.evaluations(upTo: problem.maximumRatio)
        }
        making = theory.making + meanField + (parameters.jitter.attention > 0 ? 20e-6 : 0)
        search = theory.evaluation * Self.evaluations(upTo: problem.maximumRatio)
    }

    /// Which theories may have to be made, and how costly they are.
    private struct Theory {
        var making = 0.0
        var evaluation = 0.0

        init(_ problem: SizingProblem) {
            let parameters = problem.parameters
            // With jitter of the FFN each value is a mean over nine nodes.
            let nodes = parameters.jitter.ffn > 0 ? 9.0 : 1
            let pieces = Double(Self.piecesInReach(parameters)) * (parameters.microbatches == nil ? 1 : 2)
            let gaussian = (0.3e-6 + 0.35e-6 * pieces) * nodes
            let exact = (parameters.microbatches == nil ? 1e-6 : 2.5e-6) * nodes
            let count = Double(parameters.attention.segments.count)
            switch problem.barrierMethod {
            case .gaussian:
                evaluation = gaussian
                making = 0.3e-6 * pieces
            case .exact:
                evaluation = exact
                making = Self.distribution(problem.workload) + 50e-6 * log2(1 + count)
            case .automatic:
                let plain = GaussianBarrierCycle(parameters)
                let isNormal =
                    parameters.loadDeviation == 0 || parameters.loadSkewness == 0
                    || SkewnessBound.isNegligible(
                        parameters, upTo: Double(problem.maximumRatio), meanAttention: plain.meanAttention,
                        tolerance: BarrierMethod.gaussianTolerance)
                evaluation = isNormal ? gaussian : max(gaussian, exact)
                making = 0.3e-6 * pieces
                guard !isNormal else { return }
                making += 30e-6 + 8 * (gaussian + exact) + Self.distribution(problem.workload)
            }
        }

        /// Segments of the Attention curve that the loads reach.
        private static func piecesInReach(_ parameters: BundleParameters) -> Int {
            let reach = 9.5 * parameters.loadDeviation
            let attention = parameters.attention
            return 1 + attention.segmentIndex(at: parameters.meanLoad + reach)
                - attention.segmentIndex(at: parameters.meanLoad - reach)
        }

        /// The distribution of the loads: masses on a grid, and some transforms of up to 8,192 points.
        private static func distribution(_ workload: Workload) -> Double {
            switch workload.requests {
            case .moments: return 10e-6
            case .trace(let trace): return 0.5e-3 + 60e-9 * Double(trace.count)
            case .independent(let prefill, let decode):
                return 0.5e-3 + masses(prefill) + masses(decode)
            }
        }

        private static func masses(_ lengths: LengthDistribution) -> Double {
            switch lengths.shape {
            case .fixed, .uniform: 20e-6
            case .geometric: 0.1e-3
            case .lognormal: 1e-3
            case .empirical(let lengths): 20e-6 + 60e-9 * Double(lengths.values.count)
            }
        }
    }
}

extension SizingProblem {
    /// What the answer takes.
    public var effort: SizingEffort { SizingEffort(self) }
}
