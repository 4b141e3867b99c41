import Text

/// Pools as objects of Kubernetes: a Deployment for instances that fit into a pod, a LeaderWorkerSet for those that do not.
///
/// From the API references apps/v1 and leaderworkerset.x-k8s.io/v1. Each pool has its own replicas, so that autoscalers reach them.
enum KubernetesExport {
    static let source = "Kubernetes apps/v1 Deployment, LeaderWorkerSet leaderworkerset.x-k8s.io/v1"

    /// A pool of the whole deployment.
    struct Pool: Sendable {
        var name: String
        var replicas: Int
        var pods: Int
        var devicesPerPod: Int
        var resource: String
    }

    static func export(_ deployment: ExportedDeployment) throws(InvalidInput) -> PlanExport {
        var export = PlanExport(source: source)
        export.cannot = [
            "which Attention instances belong to which FFN instance: replicas are interchangeable here, and bundles are made by the "
                + "runtime"
        ]
        export.toFillIn = [
            "image and arguments of each container: `export=vllm` or `export=sglang` has the latter",
            "labels of the nodes (nodeSelector), where pools have different devices",
        ]
        export.objects = try pools(deployment).map { object($0) }
        return export
    }

    static func pools(_ deployment: ExportedDeployment) throws(InvalidInput) -> [Pool] {
        var list: [Pool] = []
        let bundles = deployment.bundles
        var kinds = [
            ("attention", deployment.attention, bundles, deployment.spares.attention),
            ("ffn", deployment.ffn, bundles, deployment.spares.ffn),
        ]
        if let prefill = deployment.prefill { kinds.append(("prefill", prefill, 1, 0)) }
        let node = deployment.devicesPerNode ?? SGLangExport.usualNode
        for (name, pool, times, spare) in kinds {
            guard pool.devices <= node || pool.devices % node == 0 else {
                throw InvalidInput(
                    field: "rules.devices_per_node",
                    rule:
                        "must divide the \(pool.devices) devices of an instance (\(name)), or be at least as many: a pod has the "
                        + "devices of one node")
            }
            list.append(
                Pool(
                    name: name, replicas: pool.instances * times + spare, pods: max(1, pool.devices / node),
                    devicesPerPod: min(pool.devices, node), resource: resource(of: pool.device)))
        }
        return list
    }

    /// What the device plugin of the maker calls a device.
    static func resource(of device: String?) -> String {
        let names = [
            ("mi", "amd.com/gpu"), ("ascend", "huawei.com/Ascend910"), ("gaudi", "habana.ai/gaudi"),
            ("trainium", "aws.amazon.com/neuron"), ("tpu", "google.com/tpu"),
        ]
        return names.first { device?.hasPrefix($0.0) ?? false }?.1 ?? "nvidia.com/gpu"
    }

    private static func object(_ pool: Pool) -> ExportValue {
        let labels: ExportValue = ["app.kubernetes.io/name": .text(pool.name), "afd-sizer/pool": .text(pool.name)]
        let pod: ExportValue = [
            "metadata": ["labels": labels],
            "spec": [
                "containers": [
                    [
                        "name": .text(pool.name), "image": "REPLACE",
                        "resources": [
                            "limits": .object([(name: pool.resource, value: .text("\(pool.devicesPerPod)"))])
                        ],
                    ]
                ]
            ],
        ]
        let metadata: ExportValue = ["name": .text(pool.name), "labels": labels]
        guard pool.pods > 1 else {
            return [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
                "spec": [
                    "replicas": .number(pool.replicas),
                    "selector": ["matchLabels": ["afd-sizer/pool": .text(pool.name)]],
                    "template": pod,
                ],
            ]
        }
        return [
            "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": metadata,
            "spec": [
                "replicas": .number(pool.replicas),
                "leaderWorkerTemplate": [
                    "size": .number(pool.pods), "restartPolicy": "RecreateGroupOnPodRestart", "workerTemplate": pod,
                ],
            ],
        ]
    }
}
