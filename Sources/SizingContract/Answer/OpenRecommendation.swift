import Hardware
import Sizing

/// The ratio that bears the largest rate of arrivals, with what it gives at the rate that was asked.
struct OpenRecommendation: Sendable {
    /// The depth of speculation that bears most, where there are several; its saturated sizing stands beside.
    let problem: SizingProblem
    let hardware: DerivedHardware?
    let saturated: SizingSolution
    /// The bundle with every slot full, at the ratio.
    let point: OperatingPoint
    let service: ServiceAnswer
    let isProven: Bool
}
