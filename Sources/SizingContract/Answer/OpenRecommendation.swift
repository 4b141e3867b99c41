import Hardware
import Sizing

/// The ratio that bears the largest rate of arrivals, with what it gives at the rate that was asked. A class, because it is large and
/// most answers have none: they hold a reference.
final class OpenRecommendation: Sendable {
    /// The depth of speculation that bears most, where there are several; its saturated sizing stands beside.
    let problem: SizingProblem
    let hardware: DerivedHardware?
    let saturated: SizingSolution
    /// The bundle with every slot full, at the ratio.
    let point: OperatingPoint
    let service: ServiceAnswer
    let isProven: Bool

    init(
        problem: SizingProblem, hardware: DerivedHardware?, saturated: SizingSolution, point: OperatingPoint,
        service: ServiceAnswer, isProven: Bool
    ) {
        self.problem = problem
        self.hardware = hardware
        self.saturated = saturated
        self.point = point
        self.service = service
        self.isProven = isProven
    }
}
