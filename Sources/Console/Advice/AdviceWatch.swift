import JSON

/// Follows the plans that come out of one look after another, and says when what to run changes.
///
/// What was said last stands as what runs now, and the service's own advice decides, with its hysteresis: a plan that brings less than
/// that is not said.
public struct AdviceWatch: Sendable {
    /// What is to run.
    public struct Fleet: Equatable, Sendable {
        public let attention: Int
        public let ffn: Int
        public let prefill: Int?

        /// - Parameters:
        ///   - pools: has the instances of each.
        ///   - withSpares: whether those that a plan keeps beside are counted: they run too. What a request says that runs has
        ///     them among the others.
        init?(_ pools: JSONValue?, withSpares: Bool) {
            guard let attention = pools?["attention_instances"]?.integer, let ffn = pools?["ffn_instances"]?.integer
            else { return nil }
            func spare(_ name: StaticString) -> Int { withSpares ? pools?[name]?.integer ?? 0 : 0 }
            self.attention = attention + spare("spare_attention_instances")
            self.ffn = ffn + spare("spare_ffn_instances")
            prefill = pools?["prefill_instances"]?.integer
        }

        /// The instances of each pool.
        public var pools: [(pool: String, count: Int)] {
            [("attention", attention), ("ffn", ffn)] + (prefill.map { [("prefill", $0)] } ?? [])
        }

        var text: String {
            (prefill.map { "\($0) prefill, " } ?? "") + "\(attention) Attention and \(ffn) FFN instances"
        }
    }

    /// What runs now: nil until it is known.
    public private(set) var current: Fleet?

    /// - Parameter plan: the request, which may say what runs now.
    public init(_ plan: JSONValue) { current = Fleet(plan["current"], withSpares: false) }

    /// The request of the next look: with the lengths that were measured, with their rate where the request has one, and with what runs.
    ///
    /// - Parameters:
    ///   - plan: the request.
    ///   - workload: the answer of a workload.
    ///   - rate: requests a second; nil where not measured.
    public func request(_ plan: JSONValue, workload: JSONValue, rate: Double?) -> [UInt8] {
        var writer = JSONWriter(capacity: 8192)
        writer.beginObject()
        for (name, value) in plan.members {
            switch name.string {
            case "workload", "current": continue
            case "arrivals", "demand":
                writer.name(name.string ?? "")
                Self.write(value, rate: rate, into: &writer)
            default:
                writer.name(name.string ?? "")
                writer.value(value)
            }
        }
        writer.name("workload" as StaticString)
        writer.value(workload)
        if let current {
            writer.object("current") { writer in
                writer.field("attention_instances", current.attention)
                writer.field("ffn_instances", current.ffn)
                if let prefill = current.prefill, plan["arrivals"] != nil { writer.field("prefill_instances", prefill) }
            }
        }
        writer.endObject()
        // Every number of a parsed document is finite.
        return (try? writer.finish()) ?? []
    }

    private static func write(_ value: JSONValue, rate: Double?, into writer: inout JSONWriter) {
        guard let rate, value["requests_per_second"] != nil else { return writer.value(value) }
        writer.beginObject()
        for (name, member) in value.members {
            writer.name(name.string ?? "")
            if name.string == "requests_per_second" { writer.value(rate) } else { writer.value(member) }
        }
        writer.endObject()
    }

    /// Takes the plan of a look.
    ///
    /// - Parameters:
    ///   - answer: of the plan.
    ///   - workload: what it was made for.
    ///   - rate: requests a second; nil where not measured.
    /// - Returns: the change of advice; nil where there is none.
    public mutating func looked(_ answer: JSONValue, workload: JSONValue, rate: Double?) -> AdviceChange? {
        guard let fleet = Fleet(answer["deployment"], withSpares: true) else { return nil }
        let advice = answer["advice"]
        guard current == nil || (advice?["action"]?.string == "resize" && fleet != current) else { return nil }
        let change = AdviceChange(
            from: current, to: fleet, reason: advice?["explanation"]?.string,
            load: workload["slot_load_mean"]?["value"]?.number, rate: rate)
        current = fleet
        return change
    }
}

/// A change of what to run.
public struct AdviceChange: Equatable, Sendable {
    public let from: AdviceWatch.Fleet?
    public let to: AdviceWatch.Fleet
    let reason: String?
    /// Tokens that a slot holds in the mean.
    let load: Double?
    let rate: Double?

    /// One line for people, unwrapped, as logs are read.
    public func text(at time: String, _ terminal: Terminal) -> String {
        var text = "\(time) Run \(to.text)"
        if let from { text += " in place of \(from.text)" }
        text += ": \(Number.text(load)) tokens a slot"
        if let rate { text += ", \(Number.text(rate)) requests a second" }
        text += "."
        if let reason { text += " \(reason)" }
        return terminal.shown(text) + "\n"
    }

    /// One line of JSON.
    public func json(at time: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.field("time", time)
        Self.write("run", to, &writer)
        if let from { Self.write("in_place_of", from, &writer) }
        writer.field("slot_load_mean", orNull: load)
        writer.field("requests_per_second", orNull: rate)
        writer.name("reason" as StaticString)
        if let reason { writer.value(reason) } else { writer.null() }
        writer.endObject()
        return ((try? writer.finish()) ?? []).filter { $0 != UInt8(ascii: "\n") } + [UInt8(ascii: "\n")]
    }

    private static func write(_ name: StaticString, _ fleet: AdviceWatch.Fleet, _ writer: inout JSONWriter) {
        writer.object(name) { writer in
            if let prefill = fleet.prefill { writer.field("prefill_instances", prefill) }
            writer.field("attention_instances", fleet.attention)
            writer.field("ffn_instances", fleet.ffn)
        }
    }
}
