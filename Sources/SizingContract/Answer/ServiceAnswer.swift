import Hardware
import JSON
import Sizing
import Text

/// The member `service`: what requests get at a rate of arrivals, and what rate there could be.
struct ServiceAnswer: Sendable {
    let service: DeploymentService
    /// Requests a second that keep the limits, and what bounds them.
    let largestRate: Double
    let bound: ServiceBound?
    /// What the theory leaves out that may matter here; nil where nothing is known.
    private let doubt: Warning?
    /// Of TTFT, TPOT, wait, end to end and transfer.
    private let times: [Times]

    /// Those that an answer tells of a time.
    static let percentiles: [(StaticString, Double)] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)]

    private struct Times {
        let name: StaticString
        let values: [(StaticString, Double)]
    }

    init(_ service: DeploymentService, largestRate: Double, bound: ServiceBound?, doubt: Warning? = nil) {
        self.doubt = doubt
        self.service = service
        self.largestRate = largestRate
        self.bound = bound
        func times(_ name: StaticString, _ mean: Double, _ percentile: (Double) -> Double) -> Times {
            Times(
                name: name,
                values: [("mean", mean / 1000)] + Self.percentiles.map { ($0.0, percentile($0.1) / 1000) })
        }
        var list: [Times] = []
        let bundle = service.bundle
        if let ttft = service.ttft { list.append(times("ttft_ms", ttft.mean) { ttft.percentile($0) }) }
        list.append(times("tpot_ms", bundle.meanTPOT) { bundle.tpot(percentile: $0) })
        if let whole = service.endToEnd { list.append(times("end_to_end_ms", whole.mean) { whole.percentile($0) }) }
        list.append(times("wait_ms", bundle.meanWait) { bundle.wait(percentile: $0) })
        if let transfer = service.transfer {
            list.append(times("transfer_ms", transfer.mean) { transfer.percentile($0) })
        }
        self.times = list
    }

    /// What is left above the rate of arrivals, as a fraction of it; below 0 where limits are broken.
    var headroom: Double { largestRate / service.arrivals.requestsPerSecond - 1 }

    /// Of an answer that is not to be relied upon.
    var warnings: [Warning] {
        var list: [Warning] = []
        if headroom < 0 {
            list.append(
                Warning(
                    code: "limits_broken",
                    detail: "limits hold up to \(Self.text(largestRate)) requests a second only; "
                        + "\(bound?.rawValue ?? "a limit") binds", pointer: "/arrivals/requests_per_second"))
        }
        if !service.isTrustworthy {
            list.append(
                Warning(
                    code: "closed_form_not_trusted",
                    detail:
                        "the closed form is not known to be right to 3 % here: near capacity, with loads or prompts that differ "
                        + "very much, with three microbatches and more at over 70 % of capacity, where one request is much of a "
                        + "step, or with answers that are short beside their prefill; /v1/replay decides",
                    pointer: "/arrivals"))
        }
        if let doubt { list.append(doubt) }
        return list
    }

    /// To four digits.
    static func text(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return "0" }
        var scale = 1.0
        while value * scale < 1000, scale < 1e9 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && rounded < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }

    func write(into writer: inout JSONWriter) {
        for time in times {
            writer.object(time.name) { writer in for (name, value) in time.values { writer.field(name, orNull: value) }
            }
        }
        let bundle = service.bundle
        writer.field("decode_ms", bundle.decodeTime / 1000)
        writer.field("waiting_probability", bundle.waitingProbability)
        writer.field("occupancy", bundle.occupancy)
        writer.field("slots", bundle.slots)
        writer.object("utilisation") { writer in
            if let share = service.prefillUtilisation { writer.field("prefill", share) }
            if let share = service.transferUtilisation { writer.field("transfer", share) }
            writer.field("slots", bundle.occupancy / bundle.slots)
            writer.field("attention", bundle.busy.attention)
            writer.field("ffn", bundle.busy.ffn)
            writer.field("communication", bundle.busy.communication)
        }
        writer.field("goodput", service.goodput)
        writer.field("largest_arrival_rate", largestRate)
        writer.field("headroom", headroom)
        writer.name("binding")
        if let bound { writer.value(bound.rawValue) } else { writer.null() }
        writer.field("peakedness", bundle.peakedness)
        writer.field("trustworthy", service.isTrustworthy && doubt == nil)
        writer.field("method", "product form" as StaticString)
    }
}

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
