import Hardware
import JSON
import Sizing

/// What is said of hardware: the lines of its stages, and what their times are made of.
enum HardwareAnswer {
    /// What each stage's time is made of, longest first.
    typealias Terms = (attention: [LatencyTerm], ffn: [LatencyTerm], communication: [LatencyTerm])

    /// The member `coefficients`.
    static func write(_ lines: StageLines, into writer: inout JSONWriter) {
        writer.object("coefficients") { writer in
            writer.object("attention") { write(lines.attention, into: &$0) }
            writer.object("ffn") { write(lines.ffn, into: &$0) }
            writer.object("communication") { writer in
                write(lines.communication, into: &writer)
                writer.field("load", lines.communicationLoad.rawValue)
            }
        }
    }

    private static func write(_ line: LatencyLine, into writer: inout JSONWriter) {
        writer.field("alpha_us", line.alpha)
        writer.field("beta_us", line.beta)
    }

    /// The member `derivation`.
    static func write(_ terms: Terms, into writer: inout JSONWriter) {
        func write(_ name: StaticString, _ terms: [LatencyTerm], _ writer: inout JSONWriter) {
            writer.array(name, terms) { writer, term in
                writer.beginObject()
                writer.field("term", term.name)
                writer.field("time_us", term.microseconds)
                writer.field("bound", term.bound.rawValue)
                writer.endObject()
            }
        }
        writer.object("derivation") { writer in
            write("attention", terms.attention, &writer)
            write("ffn", terms.ffn, &writer)
            write("communication", terms.communication, &writer)
        }
    }
}
