"""Exports plans of the service at BASE_URL, reads them by schemas of the runtimes, and compares ranks and replicas with the plan.

usage: check_exports.py

The rules of the schemas are written from the documents that each export names as its source. The address in KEDA's triggers is
asked, and must answer with the replicas that it is to keep.
"""
import json
import os
import sys
import urllib.error
import urllib.request

import jsonschema

from live_requests import EXPORTED

BASE = os.environ["BASE_URL"]
SERVICE = "http://afd-sizer.afd-sizer.svc"


def closed(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


COUNT = {"type": "integer", "minimum": 1}
# vllm-project/afd-plugin, README "AFD Config" and the fields of AFDConfig in afd_plugin/config.py (vLLM 0.30.0).
AFD = closed(["afd"], afd=closed(
    ["role", "connector", "num_attention_ranks", "num_ffn_ranks"], role={"enum": ["attention", "ffn"]},
    connector={"enum": ["P2pNcclAFDConnector", "CAMP2pAFDConnector", "CAMAsyncAFDConnector"]}, host={"type": "string", "minLength": 1},
    port={"type": "integer", "minimum": 1, "maximum": 65535}, num_attention_ranks=COUNT, num_ffn_ranks=COUNT,
    compute_gate_on_attention={"type": "boolean"}, connector_extra_config={"type": "object"}))
POD = closed(["metadata", "spec"], metadata={"type": "object"}, spec=closed(["containers"], containers={"type": "array", "items": closed(
    ["name", "image", "resources"], name={"type": "string"}, image={"type": "string"},
    resources=closed(["limits"], limits={"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9]+$"}}))}))
METADATA = closed(["name"], name={"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}, labels={"type": "object"})
OBJECTS = {
    # apps/v1, and the API reference of leaderworkerset.x-k8s.io/v1.
    "Deployment": closed(["replicas", "selector", "template"], replicas=COUNT, selector=closed(["matchLabels"], matchLabels={"type": "object"}),
                         template=POD),
    "LeaderWorkerSet": closed(["replicas", "leaderWorkerTemplate"], replicas=COUNT, leaderWorkerTemplate=closed(
        ["size", "workerTemplate"], size=COUNT, workerTemplate=POD,
        restartPolicy={"enum": ["RecreateGroupOnPodRestart", "None", "RecreateGroupAfterStart"]})),
    # keda.sh/v1alpha1; the metadata of a trigger are strings.
    "ScaledObject": closed(
        ["scaleTargetRef", "triggers"], scaleTargetRef=closed(["name"], name={"type": "string"}, kind={"type": "string"}, apiVersion={"type": "string"}),
        minReplicaCount=COUNT, maxReplicaCount=COUNT, pollingInterval=COUNT,
        fallback=closed(["failureThreshold", "replicas"], failureThreshold=COUNT, replicas=COUNT),
        triggers={"type": "array", "minItems": 1, "items": closed(
            ["type", "metadata"], type={"const": "metrics-api"}, metricType={"enum": ["AverageValue", "Value"]},
            metadata={"type": "object", "additionalProperties": {"type": "string"}})}),
    # nvidia.com/v1alpha1: DynamoGraphDeployment and the shared specification of its components.
    "DynamoGraphDeployment": closed(["services"], services={"type": "object", "additionalProperties": closed(
        ["componentType", "replicas"], componentType={"enum": ["frontend", "worker"]}, subComponentType={"enum": ["prefill", "decode"]},
        replicas=COUNT, multinode=closed(["nodeCount"], nodeCount={"type": "integer", "minimum": 2}),
        resources=closed(["limits"], limits=closed(["gpu"], gpu={"type": "string", "pattern": "^[0-9]+$"})),
        extraPodSpec=closed(["mainContainer"], mainContainer=closed(["image"], image={"type": "string"})))}),
}
# A plan with several bundles and instances of several nodes.
LARGE = {
    "workload": {"prefill": 4000, "decode": 400}, "arrivals": {"requests_per_second": 300}, "limits": {"tpot_ms": 100, "ttft_ms": 8000},
    "hardware": {
        "model": "deepseek-v3", "communication": {"link": "scale_out"},
        "attention": {"device": "h200-sxm", "data_parallel": 8, "tensor_parallel": 1}, "ffn": {"device": "h200-sxm", "expert_parallel": 16}},
    "prefill": {"device": "h200-sxm", "tensor_parallel": 8}, "microbatches": 2, "max_ratio": 4, "objective": "devices",
}
failures = []


def expect(what, good):
    if not good:
        failures.append(what)
        print(f"FAIL {what}")


def ask(target, body=None):
    request = urllib.request.Request(BASE + target, data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def flag(words, name):
    return int(words[words.index(name) + 1]) if name in words else None


def commands(name, runtime, export, plan):
    """Ranks of both roles from the commands, against those of the plan."""
    attention, ffn = plan["ranks"]
    for launch in export["launches"]:
        words, role = launch["arguments"], launch["role"]
        ranks = ffn if role == "ffn" else attention
        expect(f"{name}, {runtime}: {role} is started once a bundle", launch["copies"] == plan["bundles"])
        if runtime == "sglang":
            expect(f"{name}, {runtime}: --tp-size of {role}", flag(words, "--tp-size") == ranks)
            expect(f"{name}, {runtime}: role of {role}", words[words.index("--afd-role") + 1] == role)
            continue
        given = json.loads(words[words.index("--additional-config") + 1])
        expect(f"{name}, {runtime}: the argument is the configuration", given == launch["additional_config"])
        jsonschema.validate(given, AFD)
        afd = given["afd"]
        expect(f"{name}, {runtime}: ranks of the configuration", (afd["num_attention_ranks"], afd["num_ffn_ranks"]) == (attention, ffn))
        expect(f"{name}, {runtime}: the connector's rule", afd["num_attention_ranks"] >= afd["num_ffn_ranks"])
        expect(f"{name}, {runtime}: ranks of {role}", flag(words, "--data-parallel-size") * flag(words, "--tensor-parallel-size") == ranks)


def pools(item):
    """Devices by pool, of an object."""
    spec, kind = item["spec"], item["kind"]
    jsonschema.validate(item["metadata"], METADATA)
    jsonschema.validate(spec, OBJECTS[kind])
    if kind == "DynamoGraphDeployment":
        return {name: of["replicas"] * of.get("multinode", {}).get("nodeCount", 1) * int(of["resources"]["limits"]["gpu"])
                for name, of in spec["services"].items() if of["componentType"] == "worker"}
    group = spec.get("leaderWorkerTemplate", {})
    template = spec.get("template") or group["workerTemplate"]
    devices = int(next(iter(template["spec"]["containers"][0]["resources"]["limits"].values())))
    return {item["metadata"]["name"]: spec["replicas"] * group.get("size", 1) * devices}


def objects(name, runtime, export, plan):
    items = export["manifest"]["items"]
    if runtime != "keda":
        found = {pool: devices for item in items for pool, devices in pools(item).items()}
        expect(f"{name}, {runtime}: {found} are the devices {plan['devices']}", found == plan["devices"])
        return
    for item in items:
        jsonschema.validate(item["spec"], OBJECTS["ScaledObject"])
        pool, metadata = item["metadata"]["name"], item["spec"]["triggers"][0]["metadata"]
        status, answer = ask(metadata["url"].removeprefix(SERVICE))
        for part in metadata["valueLocation"].split("."):
            answer = answer.get(part, {})
        expect(f"{name}, keda: {pool} is scaled to {answer}, as planned", status == 200 and answer == item["spec"]["fallback"]["replicas"])


def planned(answer, request):
    deployment, hardware = answer["deployment"], request["hardware"]
    attention = hardware["attention"].get("data_parallel", 1) * hardware["attention"].get("tensor_parallel", 1)
    ffn = hardware["ffn"].get("expert_parallel", 1) * hardware["ffn"].get("tensor_parallel", 1)
    bundle, bundles = deployment["bundle"], deployment["bundles"]
    ranks = (attention * bundle["attention_instances"], ffn * bundle["ffn_instances"])
    return {"bundles": bundles, "ranks": ranks, "devices": {
        "attention": ranks[0] * bundles, "ffn": ranks[1] * bundles, "prefill": deployment["prefill_devices"]}}


def main():
    read = 0
    for name, request in (("small", EXPORTED), ("large", LARGE)):
        status, answer = ask("/v1/plan", request)
        if status != 200:
            expect(f"{name} is planned: {answer}", False)
            continue
        plan = planned(answer, request)
        for runtime in ("vllm", "sglang", "kubernetes", "keda", "dynamo"):
            status, export = ask(f"/v1/plan?export={runtime}", request)
            if status == 422:
                print(f"{name}, {runtime}: refused: {export['errors'][0]['pointer']} {export['errors'][0]['detail'][:160]}")
                expect(f"{name}, {runtime}: only for a reason", (name, runtime) in {("large", "sglang"), ("large", "vllm")})
                continue
            expect(f"{name}, {runtime}: status {status}", status == 200)
            expect(f"{name}, {runtime}: ranks", (export["ranks"]["attention"], export["ranks"]["ffn"]) == plan["ranks"])
            (commands if export["launches"] else objects)(name, runtime, export, plan)
            read += 1
    print(f"{read} exports read back, {len(failures)} failed")
    return len(failures) != 0 or read == 0


sys.exit(main())
