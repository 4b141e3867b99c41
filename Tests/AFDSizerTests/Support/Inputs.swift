/// What the commands are given in the tests.
enum Inputs {
    static let stages =
        #""attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}"#
    static let workload = #""workload": {"prefill": 100, "decode": 500}"#
    static let size = "{\(workload), \"batch_size\": 256, \"hardware\": {\(stages)}}"
    static let simulate = """
        {"workload": {"prefill": 10, "decode": 20}, "batch_size": 8, "hardware": {\(stages)}, "ratios": [2, 3], \
        "requests_per_instance": 500, "seed": 7}
        """
    static let replay = """
        {\(workload), "hardware": {\(stages)}, "deployment": {"bundles": 2, "bundle": {"attention_instances": 2}, \
        "batch_size": 8}, "limits": {"tpot_ms": 1}, "replications": 1, "start_delay_s": 1, \
        "arrivals": {"process": "poisson", "requests_per_second": 50, "duration_s": 5}}
        """
    static let plan =
        "{\(workload), \"batch_size\": 256, \"hardware\": {\(stages)}, \"demand\": {\"tokens_per_second\": 1e6}}"
    static let trace = "ContextTokens,GeneratedTokens\n374,44\n396,109\n879,55\n91,16\n"
    static let samples = "stage,load,latency_us\nffn,256,121.2\nffn,512,142.6\nffn,4096,439.8\n"
}
