import JSON
import SizingNumerics

/// A replay by the names of model and devices: of the deployment that the plan for the same arrivals and limits has.
public struct NamedReplay: Sendable {
    public var planning: NamedPlanning
    /// Seconds of arrivals; not used where a trace takes their place.
    public var duration: Double

    public static let defaultDuration = 600.0
    /// Of gamma distributed gaps, whose coefficient of variation may be 20.
    static let largestDispersion = 400.0

    public init(_ planning: NamedPlanning, duration: Double = Self.defaultDuration) {
        self.planning = planning
        self.duration = duration
    }

    /// The text of the `POST /v1/replay` of a planned deployment.
    ///
    /// - Parameters:
    ///   - plan: the text of the `POST /v1/plan` (``NamedPlanning/text()``).
    ///   - answer: its answer.
    ///   - hasTrace: whether a trace takes the place of arrivals and lengths.
    /// - Throws: 422 where arrivals are too bursty; 500 where `plan` or `answer` is none.
    public func text(plan: [UInt8], answer: [UInt8], hasTrace: Bool) throws(ProblemDocument) -> [UInt8] {
        guard let plan = try? JSONDocument(parsing: plan).root,
            let deployment = try? JSONDocument(parsing: answer).root["deployment"]
        else { throw .internal }
        if !hasTrace, let dispersion = planning.dispersion, dispersion > Self.largestDispersion {
            throw .parameter("dispersion", "must be at most \(Int(Self.largestDispersion)) where no trace is replayed")
        }
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        if !hasTrace { writer.object("arrivals", writeArrivals) }
        writer.name("deployment" as StaticString)
        writer.value(deployment)
        for name in ["hardware", "limits", "prefill", "transfer"] as [StaticString] {
            guard let value = plan[name] else { continue }
            writer.name(name)
            writer.value(value)
        }
        if !hasTrace, let workload = plan["workload"] {
            writer.name("workload" as StaticString)
            writer.value(workload)
        }
        writer.endObject()
        // What was parsed or checked is finite.
        return (try? writer.finish()) ?? []
    }

    /// A Poisson process, or one with gamma distributed gaps whose variance gives the index of dispersion.
    private func writeArrivals(_ writer: inout JSONWriter) {
        let dispersion = planning.dispersion ?? 1
        writer.field("process", dispersion == 1 ? "poisson" : "gamma")
        writer.field("requests_per_second", planning.requestsPerSecond)
        if dispersion != 1 { writer.field("cv", dispersion.squareRoot()) }
        writer.field("duration_s", duration)
    }
}

/// The flags of a replay by name, which are those of `GET /v1/plan` with the time that is replayed.
public enum ReplayQuery {
    public static let names = PlanQuery.names.filter { $0 != "pretty" } + ["duration_s"]

    /// The input.
    ///
    /// - Parameter items: names and values, nothing encoded.
    /// - Throws: as ``PlanQuery/decode(_:)`` does.
    public static func decode(_ items: [(name: String, value: String)]) throws(ProblemDocument) -> NamedReplay {
        let query = try Query(items, names: names)
        let planning = try PlanQuery.decode(items.filter { $0.name != "duration_s" }).0
        return NamedReplay(
            planning, duration: try query.number("duration_s", in: 1e-3...1e8) ?? NamedReplay.defaultDuration)
    }
}
