/// A request to begin with, and what its members mean. JSON has no comments, so these stand apart.
public struct Starter: Sendable {
    /// The command that takes it.
    public let command: String
    public let text: String
    /// Members and what to put there.
    let notes: [(String, String)]

    public static let all = [size, curve, simulate, plan, replay, workload, calibrate]

    public static func of(_ command: String) -> Starter? { all.first { $0.command == command } }

    /// The notes, for standard error.
    public func comments(_ terminal: Terminal) -> String {
        var page = Page(terminal)
        page.sentence("A request for \"afd-sizer \(command)\", which takes it as it is. Change what you know better:")
        page.figures(notes)
        return page.text
    }
}

extension Starter {
    private static let lengths = #""workload": {"prefill": 4000, "decode": 800}"#

    private static let hardware = #"""
        "hardware": {
            "model": "deepseek-v3",
            "attention": {"device": "h800", "data_parallel": 8},
            "ffn": {"device": "h800", "expert_parallel": 16}
          }
        """#

    private static let sizing = """
        {
          \(lengths),
          \(hardware),
          "batch_size": 64,
          "microbatches": 2
        }

        """

    private static let common: [(String, String)] = [
        (
            "workload",
            "lengths in tokens: prefill fixed, decode geometric with that mean; or the answer of \"afd-sizer workload\" for a trace"
        ),
        ("hardware.model", "an id of \"afd-sizer catalog\""),
        (
            "hardware.attention",
            "its device, and the devices of an instance: data_parallel times tensor_parallel; or alpha_us and beta_us where measured"
        ),
        ("hardware.ffn", "likewise, with expert_parallel"),
    ]

    private static let batch: [(String, String)] = [
        ("batch_size", "requests of an Attention instance in one microbatch"),
        ("microbatches", "of an Attention instance; without it stages overlap perfectly"),
    ]

    static let size = Starter(command: "size", text: sizing, notes: common + batch)

    static let curve = Starter(command: "curve", text: sizing, notes: common + batch)

    static let simulate = Starter(
        command: "simulate",
        text: """
            {
              \(lengths),
              \(hardware),
              "batch_size": 64,
              "microbatches": 2,
              "ratios": [2, 4, 8],
              "requests_per_instance": 1000,
              "seed": 1
            }

            """,
        notes: common + batch + [
            ("ratios", "Attention instances for each FFN instance, each simulated"),
            ("requests_per_instance", "more give narrower intervals and take longer"),
            ("seed", "the same seed gives the same answer"),
        ])

    static let plan = Starter(
        command: "plan",
        text: """
            {
              \(lengths),
              \(hardware),
              "microbatches": 2,
              "demand": {"requests_per_second": 40, "headroom": 0.2},
              "limits": {"tpot_ms": 100},
              "current": {"attention_instances": 4, "ffn_instances": 2}
            }

            """,
        notes: common + [
            ("demand", "what is to be served; or \"devices\": {\"total\": 64} for a budget"),
            ("limits.tpot_ms", "the longest time per output token"),
            ("current", "what runs now, for advice; leave it out where nothing does"),
        ])

    static let replay = Starter(
        command: "replay",
        text: """
            {
              \(lengths),
              \(hardware),
              "deployment": {
                "bundles": 2, "bundle": {"attention_instances": 3, "ffn_instances": 1}, "batch_size": 128, "microbatches": 2
              },
              "limits": {"tpot_ms": 100},
              "policies": [{"policy": "static"}, {"policy": "target", "metric": "slots", "target": 0.7}],
              "arrivals": {"process": "poisson", "requests_per_second": 20, "duration_s": 600},
              "start_delay_s": 180,
              "seed": 1
            }

            """,
        notes: common + [
            ("deployment", "what runs at first; the answer of \"afd-sizer plan\" is taken too"),
            ("policies", "who decides on pool sizes, side by side"),
            ("arrivals", "a process; or \"trace\" with arrival_s, prefill and decode of each request"),
            ("start_delay_s", "how long a new instance takes to start"),
        ])

    static let workload = Starter(
        command: "workload",
        text: """
            arrival_s,prefill_tokens,decode_tokens
            0.0,3500,620
            0.4,4100,980
            0.9,4400,800

            """,
        notes: [
            ("arrival_s", "when a request came, in seconds; it may be left out"),
            ("prefill_tokens", "of the whole prompt, cached tokens included"),
            ("decode_tokens", "of the output"),
        ])

    static let calibrate = Starter(
        command: "calibrate",
        text: """
            stage,load,latency_us
            attention,131072,96.2
            attention,262144,160.9
            attention,524288,290.5
            ffn,256,121.2
            ffn,512,142.6
            ffn,4096,439.8

            """,
        notes: [
            ("stage", "attention, ffn or communication"),
            ("load", "tokens in the cache for attention, requests of the batch for ffn"),
            ("latency_us", "of a whole decode step, all layers, in microseconds"),
        ])
}
