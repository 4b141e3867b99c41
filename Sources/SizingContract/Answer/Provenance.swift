import JSON
import SizingNumerics

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
