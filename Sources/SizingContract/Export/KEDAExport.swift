import JSON
import Text

/// ScaledObjects that keep each pool as `GET /v1/plan` answers it.
///
/// From the references of keda.sh/v1alpha1 ScaledObject and of the scaler `metrics-api`, which can only GET: a request that needs a body is
/// refused by the name of the part that no parameter says.
enum KEDAExport {
    static let source = "KEDA keda.sh/v1alpha1: ScaledObject, scaler metrics-api"

    static func export(_ deployment: ExportedDeployment) throws(InvalidInput) -> PlanExport {
        let address =
            "http://afd-sizer.afd-sizer.svc/v1/plan?" + (try query(of: deployment.request)).joined(separator: "&")
        var export = PlanExport(source: source)
        export.cannot = ["bundles: each pool is scaled by itself, so for a moment the pools do not fit together"]
        export.toFillIn = [
            "the address of the service; minReplicaCount and maxReplicaCount, here a quarter and four times of the plan",
            "requests_per_second in the address: it is the rate of the plan until something puts the measured one there",
        ]
        export.objects = try KubernetesExport.pools(deployment).map { pool in
            [
                "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": ["name": .text(pool.name)],
                "spec": [
                    "scaleTargetRef": [
                        "apiVersion": .text(pool.pods > 1 ? "leaderworkerset.x-k8s.io/v1" : "apps/v1"),
                        "kind": .text(pool.pods > 1 ? "LeaderWorkerSet" : "Deployment"), "name": .text(pool.name),
                    ],
                    "minReplicaCount": .number(max(1, pool.replicas / 4)),
                    "maxReplicaCount": .number(4 * pool.replicas), "pollingInterval": 60,
                    "fallback": ["failureThreshold": 3, "replicas": .number(pool.replicas)],
                    "triggers": [
                        [
                            "type": "metrics-api", "metricType": "AverageValue",
                            "metadata": [
                                "url": .text(address), "valueLocation": .text("deployment.\(pool.name)_instances"),
                                "targetValue": "1",
                            ],
                        ]
                    ],
                ],
            ]
        }
        return export
    }

    /// Parameter by member of the request.
    private static let parameters: [(path: String, name: String)] = [
        ("hardware.model", "model"), ("hardware.attention.device", "attention_device"),
        ("hardware.ffn.device", "ffn_device"), ("prefill.device", "prefill_device"), ("workload.prefill", "prefill"),
        ("workload.decode", "decode"), ("arrivals.requests_per_second", "requests_per_second"),
        ("microbatches", "microbatches"), ("max_ratio", "max_ratio"), ("arrivals.dispersion", "dispersion"),
        ("limits.ttft_ms", "ttft_ms"), ("limits.tpot_ms", "tpot_ms"), ("limits.wait_ms", "wait_ms"),
        ("prefill.cached_fraction", "cached_fraction"), ("transfer.bandwidth_gb_s", "bandwidth_gb_s"),
        ("hardware.attention.data_parallel", "data_parallel"),
        ("hardware.attention.tensor_parallel", "tensor_parallel"),
        ("hardware.ffn.expert_parallel", "expert_parallel"), ("prefill.tensor_parallel", "prefill_tensor_parallel"),
        ("hardware.communication.link", "link"),
    ]
    /// Members that the query always means, with their only value.
    private static let fixed = ["objective": "devices", "transfer.overlap": "layerwise"]
    /// What the query chooses by itself where it is not said, and a POST otherwise.
    private static let needed = [
        "hardware.model", "hardware.attention.device", "hardware.attention.data_parallel",
        "hardware.attention.tensor_parallel", "hardware.ffn.device", "hardware.ffn.expert_parallel",
        "hardware.communication.link", "arrivals.requests_per_second", "prefill.device", "prefill.tensor_parallel",
        "microbatches", "max_ratio", "objective",
    ]

    static func query(of request: JSONValue) throws(InvalidInput) -> [String] {
        var found: [String: JSONValue] = [:]
        collect(request, "", &found)
        for path in needed where found[path] == nil {
            throw InvalidInput(field: path, rule: "must be given for KEDA: GET /v1/plan would choose it by itself")
        }
        for (path, value) in found.sorted(by: { $0.key < $1.key }) {
            if let only = fixed[path] {
                guard value.string == only else {
                    throw InvalidInput(field: path, rule: "must be \"\(only)\" for KEDA: GET /v1/plan knows no other")
                }
            } else if !parameters.contains(where: { $0.path == path }) || text(value) == nil {
                throw InvalidInput(
                    field: path, rule: "must not be there for KEDA: no parameter of GET /v1/plan says it")
            }
        }
        if found["transfer.bandwidth_gb_s"] != nil, found["transfer.overlap"] == nil {
            throw InvalidInput(
                field: "transfer.overlap", rule: "must be \"layerwise\" for KEDA, as GET /v1/plan has it")
        }
        return parameters.compactMap { parameter in
            found[parameter.path].flatMap { text($0) }.map { "\(parameter.name)=\($0)" }
        }
    }

    /// Every member that is no object, by its dotted path.
    private static func collect(_ value: JSONValue, _ path: String, _ found: inout [String: JSONValue]) {
        for (name, member) in value.members {
            let name = name.string ?? ""
            let place = path.isEmpty ? name : "\(path).\(name)"
            if member.kind == .object, place != "hardware.model" {
                collect(member, place, &found)
            } else {
                found[place] = member
            }
        }
    }

    /// A number, or a name that needs no escape in an address.
    private static func text(_ value: JSONValue) -> String? {
        if let number = value.integer { return "\(number)" }
        if let number = value.number { return "\(number)" }
        guard let name = value.string, name.utf8.allSatisfy({ $0 < 128 && $0 > 32 && !"&=?#%+".utf8.contains($0) })
        else {
            return nil
        }
        return name
    }
}
