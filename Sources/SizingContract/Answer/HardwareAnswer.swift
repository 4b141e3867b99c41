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

    /// The member `memory`. Sizes in GB of 1e9 bytes; a capacity without bound is null.
    static func write(_ memory: MemoryUse, into writer: inout JSONWriter) {
        writer.object("memory") { writer in
            writer.field("attention_used_gb", memory.attentionUsed / 1e9)
            writer.field("attention_usable_gb", memory.attentionUsable / 1e9)
            writer.field("ffn_used_gb", memory.ffnUsed / 1e9)
            writer.field("ffn_usable_gb", memory.ffnUsable / 1e9)
            writer.field("kv_capacity_tokens", orNull: memory.tokenCapacity)
            writer.field("largest_batch", memory.largestBatch)
        }
    }

    /// The member `speculation`: the depth that was chosen, or given.
    static func write(_ speculation: SpeculativeDecoding?, into writer: inout JSONWriter) {
        writer.object("speculation") { writer in
            writer.field("draft_tokens", speculation?.draftTokens ?? 0)
            writer.field("tokens_per_step", speculation?.tokensPerStep ?? 1)
        }
    }

    /// The member `parallel`: the degrees that were chosen.
    static func write(degreesOf description: HardwareDescription, into writer: inout JSONWriter) {
        writer.object("parallel") { writer in
            writer.object("attention") { writer in
                writer.field("data_parallel", description.attention.dataParallel)
                writer.field("tensor_parallel", description.attention.tensorParallel)
            }
            writer.object("ffn") { writer in
                writer.field("expert_parallel", description.ffn.expertParallel)
                writer.field("tensor_parallel", description.ffn.tensorParallel)
            }
        }
    }
}
