/// Words that several answers use, each in one place.
enum Phrase {
    /// "10 Attention instances for each FFN instance".
    static func ratio(attention: Double?, ffn: Double?) -> String {
        guard let attention, let ffn else { return "No ratio" }
        if ffn == 1 { return "\(count(attention, "Attention instance")) for each FFN instance" }
        return "\(count(attention, "Attention instance")) for \(count(ffn, "FFN instance"))"
    }

    /// "1 bundle", "3 bundles".
    static func count(_ number: Double?, _ what: String) -> String {
        guard let number else { return "\(Number.none) \(what)s" }
        return "\(Number.text(number)) \(what)\(number == 1 ? "" : "s")"
    }

    static func rate(tokens: Double?) -> String { "\(Number.text(tokens)) tokens/s" }

    /// What waits for what: of `bottleneck`, and of `regime` where `isRegime`.
    static func bottleneck(_ code: String) -> String {
        switch code {
        case "attention": "Attention is the slowest stage"
        case "ffn": "the FFN is the slowest stage"
        case "communication": "communication is the slowest stage"
        case "round_trip":
            "a microbatch's round from Attention over the FFN and back takes longest: more microbatches would hide it"
        default: code
        }
    }

    /// A limit, as `binding` and `shadow_prices` name it.
    static func limit(_ code: String) -> String {
        switch code {
        case "kv_memory": "memory for the KV cache"
        case "tpot": "the limit on the time per output token"
        case "ttft": "the limit on the time to the first token"
        case "wait": "the limit on the wait for a slot"
        case "batch_size": "the largest batch that was allowed"
        case "max_ratio": "the largest ratio that was allowed"
        case "devices": "the number of devices"
        case "attention_devices": "the number of Attention devices"
        case "ffn_devices": "the number of FFN devices"
        case "prefill_devices": "the number of prefill devices"
        case "prefill": "the work that the prefill instances can do"
        case "slots": "the number of slots"
        case "transfer": "the link between prefill and decode"
        default: code
        }
    }

    /// The verdict on colocation, as a sentence.
    static func colocation(_ code: String, gain: Double?) -> String {
        let more = gain.map { " by \(Number.percent(abs($0)))" } ?? ""
        return switch code {
        case "disaggregate":
            "Disaggregate: separate Attention and FFN instances beat the same devices colocated\(more)."
        case "do_not_disaggregate": "Do not disaggregate: the same devices colocated do better\(more)."
        case "tie": "Disaggregated or colocated is a tie: they differ by no more than the accuracy of the numbers."
        case "colocated_infeasible": "Disaggregate: colocated instances break a limit, or do not hold the weights."
        default: "Colocation: \(code)."
        }
    }
}

/// What was chosen for the caller, in a sentence.
public enum Chosen {
    /// "Chosen: batch_size 64, microbatches 2."; empty where nothing was.
    ///
    /// - Parameter list: as provenance has them: "batch_size 64 chosen".
    public static func sentence(_ list: [String]) -> String {
        guard !list.isEmpty else { return "" }
        let things = list.map { $0.hasSuffix(" chosen") ? String($0.dropLast(" chosen".count)) : $0 }
        return "Chosen: \(things.joined(separator: ", "))."
    }
}
