import Text

/// A graph for the operator of NVIDIA Dynamo: a component for each pool.
///
/// From the API reference of nvidia.com/v1alpha1 (DynamoGraphDeployment). Released Dynamo has no Attention and FFN roles.
enum DynamoExport {
    static let source = "NVIDIA Dynamo, API reference of nvidia.com/v1alpha1: DynamoGraphDeployment"

    static func export(_ deployment: ExportedDeployment) throws(InvalidInput) -> PlanExport {
        var export = PlanExport(source: source)
        export.cannot = [
            "Attention and FFN as roles: no release of Dynamo has them (ai-dynamo/dynamo pull request 6570 was closed); the pools are "
                + "workers, and the split is that of the runtime inside",
            "which Attention instances belong to which FFN instance",
        ]
        export.toFillIn = ["image and arguments of each worker: `export=vllm` or `export=sglang` has the latter"]
        var services: [(name: String, value: ExportValue)] = [
            (name: "Frontend", value: ["componentType": "frontend", "replicas": 1])
        ]
        for pool in try KubernetesExport.pools(deployment) {
            var members: [(name: String, value: ExportValue)] = [
                (name: "componentType", value: "worker"),
                (name: "replicas", value: .number(pool.replicas)),
                (name: "resources", value: ["limits": ["gpu": .text("\(pool.devicesPerPod)")]]),
                (name: "extraPodSpec", value: ["mainContainer": ["image": "REPLACE"]]),
            ]
            if pool.pods > 1 {
                members.insert((name: "multinode", value: ["nodeCount": .number(pool.pods)]), at: 2)
            }
            if pool.name == "prefill" { members.insert((name: "subComponentType", value: "prefill"), at: 1) }
            services.append((name: pool.name, value: .object(members)))
        }
        export.objects = [
            [
                "apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment",
                "metadata": ["name": "afd"], "spec": ["services": .object(services)],
            ]
        ]
        return export
    }
}
