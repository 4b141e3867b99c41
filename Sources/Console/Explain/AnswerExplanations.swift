extension Explanation {
    /// Warnings of hardware and models.
    static let hardware: [Explanation] = [
        Explanation(
            "missing_vocabulary", .warning,
            "The configuration has no vocab_size; embedding and output head are those of its family, "
                + "or none.",
            remedy: "Add vocab_size to the configuration."),
        Explanation(
            "precision_of_name", .warning,
            "The model's name tells a format of weights that its configuration does not state; the "
                + "configuration is followed.",
            remedy: "Send what hf_quant_config.json holds as hf_quant_config."),
        Explanation(
            "quantization_parts", .warning,
            "The quantization leaves some layers or projections of a part as they were; the format of "
                + "most of it is taken for all.",
            remedy: "Give precision.weights by part."),
        Explanation(
            "quantization_keys", .warning,
            "Keys of quantization_config are not understood and left out; formats may differ.",
            remedy: "Give the formats of the weights by hand."),
        Explanation(
            "unverified", .warning,
            "The figures named were not checked against a second source.",
            remedy: "Give your own figures where they matter."),
        Explanation(
            "beyond_memory", .warning,
            "The batch does not fit the memory of the devices; the answer holds for larger memories "
                + "only.",
            remedy: "Lower batch_size, or shard further."),
        Explanation(
            "colocation_not_compared", .warning,
            "No colocated instance could be made to compare the plan with.",
            remedy: "Choose parallel degrees of Attention that the model's parts divide into."),
        Explanation(
            "whole_contexts", .warning,
            "The cache holds what requests have on the way, but not the whole context of each at its end.",
            remedy: "Lower limits.max_batch where the engine reserves whole contexts."),
        Explanation(
            "devices_assumed", .warning,
            "The hardware names no devices; each instance counts as one.",
            remedy: "Name devices to count them."),
        Explanation(
            "model_defaults", .warning,
            "The model's configuration leaves sizes out; those of its family are taken.",
            remedy: "Give them in the configuration."),
        Explanation(
            "unknown_family", .warning,
            "The model's type is not known; it is read as a plain decoder, of which every key is "
                + "understood."),
        Explanation(
            "unknown_keys", .warning,
            "The model's configuration has keys that are not known and left out; none of them looks "
                + "like a size."),
        Explanation(
            "unknown_quantization", .warning,
            "The quantization's method is not known; bf16 weights are taken.",
            remedy: "Give precision.weights."),
        Explanation(
            "zero_experts", .warning,
            "Some choices of the router do nothing; a token works on fewer experts than it picks."),
    ]
}

extension Explanation {
    /// Warnings of services and replays.
    static let services: [Explanation] = [
        Explanation(
            "prefill_left_out", .warning,
            "The deployment has prefill instances, but the request does not say how long prefill "
                + "takes; only decoding is replayed.",
            remedy: "Add prefill to the request."),
        Explanation(
            "limits_broken", .warning,
            "At the given rate of arrivals the limits do not hold.",
            remedy: "Look at largest_arrival_rate, and plan more instances."),
        Explanation(
            "closed_form_not_trusted", .warning,
            "The closed form is not known to be right to 3 % here: near capacity, waits and slow "
                + "percentiles are longer than it says.",
            remedy: "Replay the arrivals: afd-sizer replay."),
        Explanation(
            "rejected", .warning,
            "Requests were rejected: the queue was at its limit, or a request is longer than the cache "
                + "of an instance.",
            remedy: "Raise the queue's limit or the pool, or shorten requests."),
    ]
}

extension Explanation {
    /// Values of `binding` and of `limit`.
    static let limits: [Explanation] = [
        Explanation(
            "kv_memory", .binding,
            "Memory for the KV cache of the Attention devices sets the batch.",
            remedy: "More HBM, a smaller KV format, or more instances."),
        Explanation(
            "tpot", .binding,
            "The limit on the time per output token sets the batch or the ratio.",
            remedy: "A longer limit, faster stages, or fewer requests a batch."),
        Explanation(
            "ttft", .binding,
            "The limit on the time to the first token sets the number of prefill instances.",
            remedy: "A longer limit, or more prefill instances."),
        Explanation(
            "wait", .binding,
            "The limit on the wait for a slot sets the rate that is borne.",
            remedy: "A longer limit, or more slots."),
        Explanation(
            "batch_size", .binding,
            "The batch is the largest that was allowed.",
            remedy: "Allow a larger one."),
        Explanation(
            "max_ratio", .binding,
            "The ratio is the largest that was allowed.",
            remedy: "Allow a larger one."),
        Explanation(
            "devices", .binding,
            "The number of devices sets the size of the fleet.",
            remedy: "More devices."),
        Explanation(
            "attention_devices", .binding,
            "The number of Attention devices sets the size of the fleet.",
            remedy: "More Attention devices."),
        Explanation(
            "ffn_devices", .binding,
            "The number of FFN devices sets the size of the fleet.",
            remedy: "More FFN devices."),
        Explanation(
            "prefill_devices", .binding,
            "The number of prefill devices sets the rate that is borne.",
            remedy: "More prefill devices."),
        Explanation(
            "prefill", .binding,
            "The prefill instances have more work than they can do.",
            remedy: "More prefill instances."),
        Explanation(
            "slots", .binding,
            "More requests are present than there are slots.",
            remedy: "More Attention instances, or a larger batch."),
        Explanation(
            "transfer", .binding,
            "The link between prefill and decode carries more than it can.",
            remedy: "A faster link, or compression."),
    ]
}

extension Explanation {
    /// Values of `bottleneck` and `regime`.
    static let stages: [Explanation] = [
        Explanation(
            "attention", .stage,
            "Attention: the slowest of the Attention instances sets the pace of a step.",
            remedy: "More Attention instances help only where the FFN has room; else a smaller batch."),
        Explanation(
            "ffn", .stage,
            "FFN: the FFN instance sets the pace of a step.",
            remedy: "A smaller ratio, or a faster FFN instance."),
        Explanation(
            "communication", .stage,
            "Communication: the link sets the pace of a step.",
            remedy: "A faster link, or smaller activations."),
        Explanation(
            "round_trip", .stage,
            "A microbatch's own round over Attention, FFN and back sets the pace: there are too few "
                + "microbatches to hide it.",
            remedy: "More microbatches."),
    ]
}

extension Explanation {
    /// Values of `action` and `reason`.
    static let advice: [Explanation] = [
        Explanation(
            "keep", .advice,
            "What runs now is to be kept."),
        Explanation(
            "resize", .advice,
            "What runs now is to be changed."),
        Explanation(
            "optimal", .advice,
            "What runs is already the best."),
        Explanation(
            "tie", .advice,
            "A change would bring no more than the accuracy of the numbers."),
        Explanation(
            "within_hysteresis", .advice,
            "A change would bring less than the hysteresis: it is not worth the trouble.",
            remedy: "Lower hysteresis to hear of smaller gains."),
        Explanation(
            "worthwhile", .advice,
            "A change brings more than the hysteresis."),
        Explanation(
            "breaks_limit", .advice,
            "What runs breaks a limit.",
            remedy: "Change it."),
        Explanation(
            "below_demand", .advice,
            "What runs cannot meet the demand.",
            remedy: "Change it."),
        Explanation(
            "without_spares", .advice,
            "What runs meets the demand only with the instances that were to be spare.",
            remedy: "Change it."),
        Explanation(
            "over_budget", .advice,
            "What runs takes more devices than there are to be.",
            remedy: "Change it."),
    ]
}

extension Explanation {
    /// Values of `verdict` on colocation.
    static let verdicts: [Explanation] = [
        Explanation(
            "disaggregate", .verdict,
            "Separate Attention and FFN instances do better than the same devices with both."),
        Explanation(
            "do_not_disaggregate", .verdict,
            "The same devices do better with both Attention and FFN on each.",
            remedy: "Run colocated instances."),
        Explanation(
            "tie", .verdict,
            "Separate and colocated instances differ by no more than the accuracy of the numbers.",
            remedy: "Choose what is simpler to run."),
        Explanation(
            "colocated_infeasible", .verdict,
            "Colocated instances break a limit, or do not hold the weights."),
    ]
}

extension Explanation {
    /// Values of `bound` of a latency term.
    static let terms: [Explanation] = [
        Explanation(
            "memory", .term,
            "The term is bound by reading memory."),
        Explanation(
            "compute", .term,
            "The term is bound by arithmetic."),
        Explanation(
            "link", .term,
            "The term is bound by bytes over a link."),
        Explanation(
            "overhead", .term,
            "The term is a fixed cost: launches and latencies."),
    ]
}
