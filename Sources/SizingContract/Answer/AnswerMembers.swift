import JSON
import SizingNumerics
import Text

/// An estimate as the members of an object.
enum EstimateAnswer {
    /// `value`, `standard_error` and `interval`; what is not defined is null.
    static func write(_ estimate: Estimate?, into writer: inout JSONWriter) {
        writer.field("value", orNull: estimate?.value)
        writer.field("standard_error", orNull: estimate?.standardError)
        writer.field("interval", orNull: estimate?.interval)
    }

    /// `[low, high]`; null where there was too little for an interval, or where an end has no bound.
    static func write(intervalOf estimate: Estimate, _ name: StaticString, into writer: inout JSONWriter) {
        let interval = estimate.interval.flatMap { $0.lowerBound.isFinite && $0.upperBound.isFinite ? $0 : nil }
        writer.field(name, orNull: interval)
    }
}

extension JSONWriter {
    /// The member `warnings`: an array, empty where there is nothing to say.
    mutating func warnings(_ warnings: [Warning]) {
        array("warnings", warnings) { writer, warning in
            writer.beginObject()
            writer.field("code", warning.code)
            writer.field("detail", warning.detail)
            writer.field("pointer", warning.pointer)
            writer.endObject()
        }
    }
}

/// Where an answer comes from, so that it can be had again.
enum Provenance {
    /// Writes the `provenance` member.
    ///
    /// - Parameters:
    ///   - hash: of the request's canonical text.
    ///   - seed: of the simulation, where one was run.
    ///   - assumptions: what was assumed, as short sentences.
    ///   - derivation: the same for hardware that was derived from names.
    static func write(
        hash: SipHash128.Value, seed: Int? = nil, assumptions: [StaticString], derivation: [String] = [],
        into writer: inout JSONWriter
    ) {
        writer.object("provenance") { writer in
            writer.field("service", "afd-sizer" as StaticString)
            writer.field("version", ServiceVersion.current)
            writer.field("request_hash", hash.hexadecimal)
            if let seed { writer.field("seed", seed) }
            writer.name("assumptions")
            writer.beginArray()
            for assumption in assumptions { writer.value(assumption) }
            for assumption in derivation { writer.value(assumption) }
            writer.endArray()
        }
    }
}

/// The version of the service, as answers, metrics and the command line give it.
public enum ServiceVersion {
    public static let current: StaticString = "0.1.0"
}
