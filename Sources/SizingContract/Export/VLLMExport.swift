import Text

/// For vLLM with the plugin vllm-project/afd-plugin: one `vllm serve` for each role of a bundle.
///
/// From its README and afd_plugin/config.py, afd_plugin/distributed/topology.py at the target vLLM 0.30.0.
enum VLLMExport {
    static let source = "vllm-project/afd-plugin for vLLM 0.30.0: README (AFD Config), afd_plugin/config.py"

    static func export(_ deployment: ExportedDeployment) throws(InvalidInput) -> PlanExport {
        let (attention, ffn) = (deployment.attention, deployment.ffn)
        let onAscend = attention.device?.hasPrefix("ascend") ?? false
        guard onAscend || attention.ranks >= ffn.ranks else {
            throw InvalidInput(
                field: "rules.attention_ranks_at_least_ffn",
                rule:
                    "must be true for vLLM: P2pNcclAFDConnector needs at least as many Attention ranks as FFN ranks, and the "
                    + "plan has \(attention.ranks) and \(ffn.ranks) in a bundle")
        }
        var export = PlanExport(source: source)
        export.cannot = cannot(deployment, onAscend: onAscend)
        export.toFillIn = [
            "host: where FFN rank 0 of the bundle listens; port: free there, another one for each bundle on the same host",
            "the model behind `vllm serve`: its path or its id, which need not be the catalogue's name",
            "devices of each command (CUDA_VISIBLE_DEVICES), and what the model needs beside",
        ]
        for (role, pool) in [("attention", attention), ("ffn", ffn)] {
            let configuration: ExportValue = [
                "afd": [
                    "role": .text(role),
                    "connector": .text(onAscend ? "CAMP2pAFDConnector" : "P2pNcclAFDConnector"),
                    "host": "127.0.0.1", "port": 1239, "num_attention_ranks": .number(attention.ranks),
                    "num_ffn_ranks": .number(ffn.ranks), "compute_gate_on_attention": false,
                    "connector_extra_config": [:],
                ]
            ]
            // The ranks of a role are data-parallel × tensor-parallel; experts lie over all of them.
            var arguments = [
                "vllm", "serve", deployment.model ?? "MODEL", "--data-parallel-size",
                "\(pool.instances * pool.parallel)", "--tensor-parallel-size", "\(pool.tensorParallel)",
                "--enable-expert-parallel", "--max-num-seqs", "\(deployment.requestsPerRank)",
            ]
            if deployment.microbatches == 2 { arguments.append("--enable-dbo") }
            arguments += ["--additional-config", configuration.json]
            export.launches.append(
                .init(role: role, copies: deployment.bundles, arguments: arguments, configuration: configuration))
        }
        return export
    }

    private static func cannot(_ deployment: ExportedDeployment, onAscend: Bool) -> [String] {
        let (attention, ffn) = (deployment.attention, deployment.ffn)
        var list: [String] = []
        if !onAscend, attention.ranks % ffn.ranks != 0 {
            list.append(
                "\(attention.ranks) Attention ranks are no multiple of \(ffn.ranks) FFN ranks: 0.30.0 spreads them in blocks that "
                    + "differ by one, releases before it refuse them (rules.attention_multiple_of_ffn)")
        }
        if let microbatches = deployment.microbatches, microbatches > 2 {
            list.append("\(microbatches) microbatches: dual-batch overlap has exactly two, and none is asked for here")
        }
        if ffn.instances > 1 {
            list.append(
                "\(ffn.instances) FFN instances of a bundle, each with all experts: vLLM spreads the experts once over all "
                    + "\(ffn.ranks) FFN ranks")
        }
        if deployment.draftTokens > 0 { list.append("speculative decoding: the plugin does not claim it") }
        if let prefill = deployment.prefill {
            list.append(
                "\(prefill.instances) prefill instances: they run vLLM without the plugin, by its prefill/decode disaggregation"
            )
        }
        if deployment.spares.attention + deployment.spares.ffn > 0 {
            list.append("spare instances: a bundle has exactly the ranks that it was started with")
        }
        return list
    }
}
