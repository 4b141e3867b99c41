import Text

/// For SGLang's experimental AFD: one server for each role of a bundle.
///
/// From sgl-project/sglang pull request 36258 (merged; adopted from 10900): `--afd-role`, `--afd-transfer-backend`, `--afd-ffn-addr`.
enum SGLangExport {
    static let source =
        "sgl-project/sglang pull request 36258 (experimental): --afd-role, --afd-transfer-backend, --afd-ffn-addr"
    /// Where the request does not say how many devices a node has.
    static let usualNode = 8

    static func export(_ deployment: ExportedDeployment) throws(InvalidInput) -> PlanExport {
        let node = deployment.devicesPerNode ?? usualNode
        let pools = [("attn", deployment.attention), ("ffn", deployment.ffn)]
        for (role, pool) in pools where pool.ranks > node {
            throw InvalidInput(
                field: "hardware",
                rule:
                    "must make bundles with at most \(node) ranks a role for SGLang, whose Attention and FFN are a node each; the "
                    + "plan has \(pool.ranks) (\(role)). Lower max_ratio or the degrees, or say rules.devices_per_node")
        }
        var export = PlanExport(source: source)
        export.cannot = ["models other than Qwen3-MoE: no other has the split"]
        if deployment.microbatches != nil {
            export.cannot.append("microbatches: no flag sets their number")
        }
        if deployment.ffn.instances > 1 {
            export.cannot.append(
                "\(deployment.ffn.instances) FFN instances of a bundle, each with all experts: the experts lie once over all FFN ranks"
            )
        }
        if deployment.draftTokens > 0 { export.cannot.append("speculative decoding together with AFD") }
        if let prefill = deployment.prefill {
            export.cannot.append(
                "\(prefill.instances) prefill instances: they are started by --disaggregation-mode prefill")
        }
        export.toFillIn = [
            "the model behind --model-path: its path or its id, which need not be the catalogue's name",
            "HOST: the FFN node of the bundle, the same in both commands",
            "the variables of StepMesh (DMLC_NODE_HOST, DMLC_INTERFACE and others) for the network of the nodes",
        ]
        for (role, pool) in pools {
            let parallel = pool.instances * pool.parallel
            var arguments = [
                "python3", "-m", "sglang.launch_server", "--model-path", deployment.model ?? "MODEL", "--tp-size",
                "\(pool.ranks)",
            ]
            if role == "attn", parallel > 1 { arguments += ["--dp-size", "\(parallel)", "--enable-dp-attention"] }
            if role == "ffn", parallel > 1 { arguments += ["--ep-size", "\(parallel)"] }
            if role == "attn" {
                arguments += ["--max-running-requests", "\(deployment.requestsPerRank * parallel)"]
            }
            arguments += ["--afd-role", role, "--afd-transfer-backend", "stepmesh", "--afd-ffn-addr", "HOST:2000"]
            export.launches.append(.init(role: role, copies: deployment.bundles, arguments: arguments))
        }
        return export
    }
}
