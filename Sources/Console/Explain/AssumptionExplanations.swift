/// A topic of assumptions, and the sentences of `provenance.assumptions` that are about it, without the figures in them.
struct AssumptionTopic: Hashable, Sendable {
    let explanation: Explanation
    let sentences: [String]

    init(_ code: String, _ sentences: [String], _ meaning: String, remedy: String = "") {
        explanation = Explanation(code, .assumption, meaning, remedy: remedy)
        self.sentences = sentences
    }

    static let all: [AssumptionTopic] = [
        AssumptionTopic(
            "routing_imbalance",
            [
                "routing imbalance: the busiest of expert-parallel ranks gets times its share, the median of a power law of exponent on "
                    + "ranks; balanced switches it off", "experts balanced but for chance",
                "the busiest expert-parallel rank gets times its share, as stated, beside chance",
            ],
            "The router sends more tokens to some experts than to others, and the busiest rank sets the pace of the FFN.",
            remedy: "Measure it and give efficiencies.expert_imbalance, or balanced where experts are balanced."),
        AssumptionTopic(
            "redundant_experts",
            [
                "redundant experts: ranks beyond the experts hold copies of them; an expert with the fewest copies sets the pace",
                "experts do not divide over ranks: the fullest holds, without redundant copies",
            ],
            "Experts do not divide evenly over the expert-parallel ranks.",
            remedy: "Choose expert_parallel so that it divides the number of experts."),
        AssumptionTopic(
            "dense_layers",
            [
                "dense layers of the mixture run data-parallel on the FFN ranks; memory counts their weights once an instance"
            ],
            "Layers without experts run on the FFN side, each rank on its own tokens."),
        AssumptionTopic(
            "usable_memory", ["usable memory: of HBM for Attention, for the FFN"],
            "Only a part of the devices' memory is left for weights and cache; the rest is for buffers and fragments.",
            remedy: "Give efficiencies.usable_memory for each side."),
        AssumptionTopic(
            "memory_margin", ["memory is kept for a load three standard deviations above its mean"],
            "The cache varies with the requests that are in it; the batch leaves room for more than the mean.",
            remedy: "Give limits.margin_deviations."),
        AssumptionTopic(
            "precision",
            [
                "precision of weights: fp8, from the model's quantization_config",
                "precision of the KV cache: bf16, assumed",
                "precision of activations: fp8 to the FFN, bf16 back",
            ],
            "Bytes of weights, cache and activations follow from their formats.",
            remedy: "Give hardware.precision with weights, kv, dispatch and combine."),
        AssumptionTopic(
            "link_bandwidth",
            [
                "scale_out scale_up link: GB/s one way and device, the lesser of both devices', of it reached",
                "the scale-up domain is not known: it is taken to hold the whole bundle",
                "no scale-out link is known: what goes beyond the scale-up domain of devices is priced at scale-up",
            ],
            "The link's bandwidth is that of the device's published figures, less what protocols take.",
            remedy: "Give communication.bandwidth_gb_s, or another link."),
        AssumptionTopic(
            "link_latency", ["link latency: µs a message one way"],
            "Each message waits for so long whatever its size.",
            remedy: "Give communication.latency_us as measured on your link."),
        AssumptionTopic(
            "efficiencies",
            [
                "latencies derived from published peaks and measured kernel efficiencies; an estimate, not a measurement",
                "no kernel measurements for; efficiencies of Hopper", "efficiencies for are little checked",
                "figures of that were not checked with its maker",
            ],
            "Latencies are worked out from a device's peaks and the parts of them that kernels reach.",
            remedy: "Measure your engine, and give samples or lines to \"afd-sizer calibrate\"."),
        AssumptionTopic(
            "instance_devices",
            [
                "data-parallel ranks of an instance share its load evenly",
                "an Attention instance is one device: data_parallel and tensor_parallel 1",
                "an FFN instance is one device: expert_parallel and tensor_parallel 1",
                "batch_size microbatches tensor_parallel expert_parallel chosen",
            ],
            "Devices of an instance, and what it runs with, are chosen where the request leaves them out.",
            remedy: "Give batch_size, microbatches and the parallel degrees that you run."),
        AssumptionTopic(
            "barrier_normal",
            [
                "barrier: loads of Attention instances are independent and normal",
                "barrier: loads of Attention instances are independent, with the distribution of the workload",
                "loads of Attention instances are independent, with the first three moments of the workload",
                "loads of Attention instances are normal and independent",
            ],
            "Each step waits for the slowest Attention instance; how long follows from the distribution of their loads.",
            remedy: "Give a trace, so that the distribution itself is used; \"afd-sizer simulate\" checks it."),
        AssumptionTopic(
            "lengths",
            [
                "decode lengths are geometric with the given mean", "prefill and decode lengths are independent",
                "the workload is a measured trace; lengths are those of its histogram",
                "the workload is from metrics: prefill and decode lengths are independent",
                "lengths within a bucket have the distribution of largest entropy with the counts and the mean",
                "requests are independent of each other",
            ],
            "Lengths that are given as means have a distribution that is assumed; in real traces prompts and outputs depend on each other.",
            remedy: "Give a trace: \"afd-sizer workload\" reads it."),
        AssumptionTopic(
            "first_token",
            [
                "every output token is a decode step",
                "the first output token comes from prefill: decode steps are output tokens less one",
                "a request without a decode step holds no slot and is left out",
                "prefill makes the first token of an answer, bundles the others",
            ],
            "Whether prefill makes the first output token decides how many decode steps a request has.",
            remedy: "Read a trace with --first-token-from-prefill, or first_token_from_prefill, where prefill "
                + "makes it. A plan with prefill takes the first token off by itself: give it whole answers."),
        AssumptionTopic(
            "whole_step",
            [
                "latencies are those of a whole decode step, all layers",
                "latencies with layers are those of one layer, multiplied; others are those of a whole decode step",
            ],
            "A latency is that of a step through all layers of the model.",
            remedy: "Give layers where latencies are those of one layer."),
        AssumptionTopic(
            "overlap",
            [
                "stages overlap perfectly, in lock-step",
                "stages overlap perfectly, in lock-step; memory is counted for one microbatch",
                "microbatches are served one at a time in order; each direction of the link carries one at a time, the rest of its time "
                    + "is delay", "microbatches chosen from 1 to 4",
                "a step is a round of all microbatches; those without requests take no part",
            ],
            "How Attention, link and FFN work beside each other decides how long a step takes.",
            remedy: "Give microbatches as your engine runs them."),
        AssumptionTopic(
            "communication",
            ["communication takes no time", "communication is loaded by the batch of one Attention instance"],
            "The link has a latency line of its own, or none.",
            remedy: "Give hardware.communication, with load where the link carries all batches."),
        AssumptionTopic(
            "arrivals",
            [
                "arrivals are Poisson: dispersion 1",
                "requests present progress at one pace: number by the product form",
                "routing: to the bundle with the fewest requests",
                "arrivals enter at ends of steps, first come, first served",
            ],
            "When requests come, and which bundle takes them, decides how many are present.",
            remedy:
                "Give arrivals.dispersion as \"afd-sizer workload\" measures it, and routing; \"afd-sizer replay\" checks it."
        ),
        AssumptionTopic(
            "limits",
            [
                "tpot_ms bounds the mean", "tpot_ms bounds p99", "ttft_ms bounds p90", "wait_ms bounds p99",
                "no wait_ms given: at most one request in a hundred waits for a slot",
                "no ttft_ms given: prefill instances work at most % of the time",
            ],
            "A limit holds for a percentile; where a limit is left out, another one keeps the fleet from being too small.",
            remedy: "Give the limits that your service promises, with their percentiles."),
        AssumptionTopic(
            "search",
            [
                "batches of at most 4096 requests an instance", "at most 512 Attention instances for one FFN instance",
                "one FFN instance a bundle", "the search stopped at its bound of work; a better plan may exist",
                "the search over ratios stopped at its bound of work; a better ratio may exist",
                "only the best alternatives are listed",
                "the recommendation is the largest ratio considered; a larger one may be better",
                "the mean-field ratio is beyond max_ratio; its cycle is that at max_ratio",
            ],
            "The search has bounds on batches, ratios and work.",
            remedy: "Raise max_ratio, max_ffn_instances or limits.max_batch."),
        AssumptionTopic(
            "objective",
            [
                "objective: throughput per instance", "objective: throughput per price",
                "what runs is kept where the gain is less than 5 %",
            ],
            "What the plan makes large, and how much a change has to bring.",
            remedy: "Give objective, prices and hysteresis."),
        AssumptionTopic(
            "one_pool",
            [
                "one pool: a step carries a chunk of one prompt at a time, reads weights once, and overlaps nothing",
                "one pool: prompts of an instance wait in one line, and routing does not level the lines",
                "one pool: chunk_tokens chosen from powers of two, 64 to 16384",
            ],
            "The plan is compared with instances that prefill in chunks beside decode."),
        AssumptionTopic(
            "omitted_options",
            [
                "speculation: drafting takes no time", "jitter of the FFN alone", "jitter of Attention alone",
                "no headroom over the demand", "no spare instances", "power: that of the catalogue's devices",
            ],
            "A part of the request was given without one of its members, for which this was taken.",
            remedy: "Give draft_us, both cv of jitter, headroom, spare_instances or power."),
        AssumptionTopic(
            "prefill_and_transfer",
            [
                "prefill: where the arrivals say nothing of it, no part of a prompt is cached",
                "prefill: gamma_us 0: no time for pairs of tokens", "prefill: a prompt is one pass, not chunks",
                "the cache reaches the Attention pool in no time: no transfer",
                "transfer: the link is in use for at most 95 % of the time", "transfer: no latency beside the bytes",
                "transfer: begins when the prefill has ended",
            ],
            "How prompts are prefilled and their cache moved, where the request leaves it out.",
            remedy:
                "Give cached_fraction, gamma_us and chunk_tokens of prefill, and transfer with latency_us and overlap."
        ),
        AssumptionTopic(
            "scaling_policies",
            [
                "an instance that is started serves after 180 s", "target: looks every 15 s",
                "target: keeps the size within 10 % of the target", "target: shrinks after 300 s of less",
                "advice and oracle: the rate of a window of 300 s",
                "advice: every 60 s, or every window where that is shorter",
                "advice: a pool shrinks by more than 10 % or not at all",
            ],
            "When and how far the policies of a replay change the size.",
            remedy:
                "Give start_delay_s, and period_s, tolerance, stabilisation_s, window_s, every_s or hysteresis of a policy."
        ),
        AssumptionTopic(
            "replay",
            [
                "only decoding is replayed: the first token is that of the first step",
                "the prefill instance gives the first token; the rest are decoded",
                "a request is admitted where its whole context, prompt and answer, fits into the cache beside the others'",
                "a client that has waited for too long leaves when its turn comes",
                "intervals come from independent courses of the process",
                "intervals come from blocks of requests of the one course",
                "intervals come from blocks of requests of the trace",
            ],
            "How a replay treats requests that wait, and where its intervals come from."),
        AssumptionTopic(
            "sample_errors", ["errors of samples are independent; weights are inverse variances up to a factor"],
            "Errors of a fit follow from how far the samples lie from its line."),
    ]
}

extension Explanation {
    /// What explains a sentence of `provenance.assumptions`, or a part of one: the topics that most of its words stand in.
    ///
    /// Words of one or two letters and figures do not count. More than half of the others must be in one of a topic's sentences.
    ///
    /// - Parameter text: as someone copied it.
    /// - Returns: those that fit best, several where they fit equally; empty where none does.
    public static func ofAssumption(_ text: String) -> [Explanation] {
        let asked = words(text)
        guard !asked.isEmpty else { return [] }
        let found = AssumptionTopic.all.map { topic in
            (topic.explanation, topic.sentences.map { words($0).intersection(asked).count }.max() ?? 0)
        }
        guard let most = found.map(\.1).max(), 2 * most > asked.count else { return [] }
        return found.filter { $0.1 == most }.map(\.0)
    }

    private static func words(_ text: String) -> Set<String> {
        Set(
            text.lowercased().split { !$0.isLetter && $0 != "_" }.map(String.init).filter {
                $0.count > 2 && !empty.contains($0)
            })
    }

    /// Words that tell nothing.
    private static let empty: Set<String> = [
        "the", "and", "are", "its", "for", "that", "with", "one", "those", "where",
    ]
}
