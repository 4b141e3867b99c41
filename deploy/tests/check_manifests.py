#!/usr/bin/env python3
"""Renders every overlay, validates it strictly against Kubernetes' schemas, and checks what the schemas cannot say.

Needs PyYAML, jsonschema and kubernetes-validate of PyPI.
"""

import os
import sys
import urllib.parse

import kubernetes_validate

import custom_resources
import kustomize

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "kubernetes")
VERSIONS = ["1.30", "1.34"]
EXPECTED = {
    "overlays/plain": {"Namespace", "ServiceAccount", "Service", "Deployment", "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor"},
    "overlays/tls": {"Namespace", "ServiceAccount", "Service", "Deployment", "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor", "Certificate"},
    "overlays/autoscaled": {"Namespace", "ServiceAccount", "Service", "Deployment", "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor", "HorizontalPodAutoscaler"},
    "watch": {"ConfigMap", "Deployment", "Service", "ServiceMonitor", "NetworkPolicy"},
    "study": {"PersistentVolumeClaim", "Job"},
    "study/merge": {"Job"},
}
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"not so: {what}")


def key(item):
    return item["kind"], item["metadata"]["name"]


def validate(items):
    for item in items:
        if custom_resources.knows(item):
            custom_resources.validate(item)
        else:
            for version in VERSIONS:
                kubernetes_validate.validate(item, version, strict=True)


def pods(items):
    for item in items:
        if item["kind"] in ("Deployment", "Job"):
            yield item, item["spec"]["template"]


def check_restricted(name, pod):
    """The Pod Security Standard `restricted`, of Kubernetes' documentation."""
    spec, security = pod["spec"], pod["spec"]["securityContext"]
    check(not any(spec.get(field) for field in ("hostNetwork", "hostPID", "hostIPC")), f"{name}: no namespaces of the host")
    check(security["runAsNonRoot"] is True and security["runAsUser"] > 0, f"{name}: not root")
    check(security["seccompProfile"]["type"] == "RuntimeDefault", f"{name}: seccomp")
    check(spec["automountServiceAccountToken"] is False, f"{name}: no token")
    allowed = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
    for volume in spec.get("volumes", []):
        check(set(volume) - {"name"} <= allowed, f"{name}: volume {volume['name']} of an allowed kind")
    for container in spec["containers"]:
        inner = container["securityContext"]
        check(inner["allowPrivilegeEscalation"] is False, f"{name}: no new privileges")
        check(inner["capabilities"] == {"drop": ["ALL"]}, f"{name}: no capabilities")
        check(inner["readOnlyRootFilesystem"] is True, f"{name}: read-only root")
        check({"cpu", "memory"} <= set(container["resources"]["requests"]), f"{name}: requests")
        check("memory" in container["resources"]["limits"], f"{name}: a limit of memory")
        check(not any("hostPort" in port for port in container.get("ports", [])), f"{name}: no port of the host")
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        check(mounted == {volume["name"] for volume in spec.get("volumes", [])}, f"{name}: volumes and mounts agree")


def check_service(overlay, items):
    """Names that must agree between objects."""
    objects = {kind: next((item for item in items if item["kind"] == kind), None) for kind in EXPECTED[overlay]}
    template = objects["Deployment"]["spec"]["template"]
    labels, container = template["metadata"]["labels"], template["spec"]["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}

    def selects(selector):
        return selector.items() <= labels.items()

    check(objects["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels.items(), "Deployment selects its pods")
    check(selects(objects["Service"]["spec"]["selector"]), "Service selects the pods")
    check(selects(objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]), "budget selects the pods")
    check(selects(objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]), "policy selects the pods")
    for spread in template["spec"]["topologySpreadConstraints"]:
        check(selects(spread["labelSelector"]["matchLabels"]), "spread selects the pods")
    check({spread["topologyKey"] for spread in template["spec"]["topologySpreadConstraints"]} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, "spread over zones and hosts")
    check(objects["Service"]["metadata"]["labels"].items() >= objects["ServiceMonitor"]["spec"]["selector"]["matchLabels"].items(), "monitor selects the Service")
    service_ports = {port["name"]: port["targetPort"] for port in objects["Service"]["spec"]["ports"]}
    check(set(service_ports.values()) <= set(ports), "Service's ports exist")
    check(all(end["port"] in service_ports for end in objects["ServiceMonitor"]["spec"]["endpoints"]), "monitor's ports exist")
    for rule in objects["NetworkPolicy"]["spec"]["ingress"]:
        check(all(port["port"] in ports for port in rule["ports"]), "policy's ports exist")
    check(objects["NetworkPolicy"]["spec"]["egress"] == [], "nothing goes out")
    for probe, path in [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")]:
        check(container[probe]["httpGet"]["path"] == path and container[probe]["httpGet"]["port"] in ports, f"{probe} asks for {path}")

    arguments = dict(argument.removeprefix("--").partition("=")[::2] for argument in container["args"] if argument.startswith("--"))
    check(float(arguments["drain-delay"]) + float(arguments["grace-period"]) < template["spec"]["terminationGracePeriodSeconds"], "the drain ends before the kubelet does")
    check(int(arguments["port"]) in ports.values(), "the port of the flags is declared")
    if overlay == "overlays/tls":
        check(all(container[probe]["httpGet"]["port"] == "probe" for probe in ("startupProbe", "livenessProbe", "readinessProbe")), "probes on the plain port")
        check(int(arguments["probe-port"]) == ports["probe"], "probe port of the flags")
        secret = next(volume["secret"] for volume in template["spec"]["volumes"])
        check(secret["secretName"] == objects["Certificate"]["spec"]["secretName"], "the secret is that of the certificate")
        folder = container["volumeMounts"][0]["mountPath"]
        monitor = objects["ServiceMonitor"]["spec"]["endpoints"][0]
        client = next(item for item in items if key(item) == ("Certificate", "afd-sizer-prometheus"))["spec"]
        check(monitor["scheme"] == "https" and monitor["tlsConfig"]["keySecret"]["name"] == client["secretName"], "Prometheus shows a certificate of its own")
        check(client["usages"] == ["client auth"] and monitor["tlsConfig"]["serverName"] in objects["Certificate"]["spec"]["dnsNames"], "its usage and the server's name")
        files = {arguments[flag] for flag in ("tls-certificate", "tls-private-key", "tls-client-ca")}
        check(files == {f"{folder}/{name}" for name in ("tls.crt", "tls.key", "ca.crt")}, "files as cert-manager names them")
        check(secret["defaultMode"] == 0o440 and template["spec"]["securityContext"]["fsGroup"] == 65532, "the key is the group's alone")
    if overlay == "overlays/autoscaled":
        target = objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
        check((target["kind"], target["name"]) == key(objects["Deployment"]), "autoscaler names the Deployment")
        check("replicas" not in objects["Deployment"]["spec"], "replicas are left to the autoscaler")


def check_watch(objects):
    """Names that must agree between the objects of the watch, and the ports that it may reach."""
    template = objects["Deployment"]["spec"]["template"]
    labels, container = template["metadata"]["labels"], template["spec"]["containers"][0]
    port = container["ports"][0]
    check(all(selector.items() <= labels.items() for selector in (
        objects["Deployment"]["spec"]["selector"]["matchLabels"], objects["Service"]["spec"]["selector"],
        objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"])), "the pod is selected")
    check(objects["Deployment"]["spec"]["replicas"] == 1 and objects["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}, "one watch at a time")
    service = objects["Service"]["spec"]["ports"][0]
    ends = [service["targetPort"], container["livenessProbe"]["httpGet"]["port"], objects["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"]]
    check(ends == [port["name"]] * 3 and objects["ServiceMonitor"]["spec"]["endpoints"][0]["port"] == service["name"], "its port has one name")
    check(objects["Service"]["metadata"]["labels"].items() >= objects["ServiceMonitor"]["spec"]["selector"]["matchLabels"].items(), "monitor selects the Service")
    arguments = dict(argument.partition("=")[::2] for argument in container["args"])
    check(int(arguments["--gauge-port"]) == port["containerPort"], "the port of the flags is declared")
    asked = urllib.parse.urlsplit(arguments["--metrics"])
    way = objects["NetworkPolicy"]["spec"]["egress"][0]
    check(asked.hostname.split(".")[1] == way["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], "Prometheus' namespace may be reached")
    check(asked.port == way["ports"][0]["port"], "its port too")
    folder, name = os.path.split(container["args"][1])
    check(folder == container["volumeMounts"][0]["mountPath"] and name in objects["ConfigMap"]["data"], "the plan is mounted")
    check(template["spec"]["volumes"][0]["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"], "from its ConfigMap")


def check_study(shards, merge):
    """The parts that are written are those that are joined."""
    def job(items):
        spec = next(item for item in items if item["kind"] == "Job")["spec"]
        return spec, spec["template"]["spec"]["containers"][0]["args"]

    spec, arguments = job(shards)
    check(spec["completionMode"] == "Indexed", "indexed")
    check(arguments[arguments.index("--shard") + 1] == f"$(JOB_COMPLETION_INDEX)/{spec['completions']}", "as many shards as completions")
    part = arguments[arguments.index("--results") + 1]
    parts = [part.replace("$(JOB_COMPLETION_INDEX)", str(index)) for index in range(spec["completions"])]
    _, arguments = job(merge)
    check(arguments[arguments.index("--merge") + 1 : arguments.index("--results")] == parts, "all parts are joined")


def refuses(item, what):
    """The validation must be able to fail."""
    try:
        validate([item])
    except Exception:
        return check(True, what)
    check(False, what)


def main():
    rendered, all_items = 0, {}
    for overlay, kinds in EXPECTED.items():
        folder = os.path.join(FOLDER, overlay)
        if not os.path.isdir(folder):
            sys.exit(f"{folder} is missing")
        by_hand, by_kubectl = kustomize.by_hand(folder), kustomize.by_kubectl(folder)
        if by_kubectl is not None:
            check(sorted(by_kubectl, key=key) == sorted(by_hand, key=key), f"{overlay}: kubectl renders the same as by hand")
            rendered += 1
        items = by_kubectl or by_hand
        check({item["kind"] for item in items} == kinds, f"{overlay} holds {sorted(kinds)}")
        validate(items)
        for item, pod in pods(items):
            check_restricted(f"{overlay} {item['kind']}", pod)
        if overlay == "watch":
            check_watch({item["kind"]: item for item in items})
        elif "Deployment" in kinds:
            check_service(overlay, items)
        all_items[overlay] = items
        print(f"{overlay}: {len(items)} objects, valid for Kubernetes {', '.join(VERSIONS)}")
    check_study(all_items["study"], all_items["study/merge"])
    wrong = dict(next(item for item in items if item["kind"] == "Job"), typo=1)
    refuses(wrong, "an unknown field is refused")
    refuses({"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": {"name": "x"}, "spec": {"selector": {}, "endpoints": [{"prot": "http"}]}}, "an unknown field of a monitor is refused")
    print(f"{checks} checks passed; rendered by kubectl too: {rendered} of {len(EXPECTED)}")


if __name__ == "__main__":
    main()
