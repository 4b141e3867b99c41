#!/usr/bin/env python3
"""Renders the Helm chart with Helm itself (its library, of helm-python-sdk), and compares what it gives with the overlays of kustomize: both
must describe the same service.

Needs the packages of requirements.txt.
"""

import os

import helm_python
import yaml

import check_manifests
import kustomize
from running import ROOT

CHART = os.path.join(ROOT, "deploy/helm/afd-sizer")
# What Helm adds, and kustomize does not.
OF_HELM = {"app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart", "imagePullPolicy"}
# What kustomize has beside: the namespace is the release's, certificates are cert-manager's.
OF_KUSTOMIZE = {"Namespace", "Certificate"}
CASES = {
    "overlays/plain": {"serviceMonitor": {"enabled": True}},
    "overlays/autoscaled": {"serviceMonitor": {"enabled": True}, "autoscaling": {"enabled": True}},
    "overlays/tls": {"tls": {"secretName": "afd-sizer-tls"}, "serviceMonitor": {"enabled": True, "tlsConfig": {
        "serverName": "afd-sizer", "ca": {"secret": {"name": "afd-sizer-prometheus", "key": "ca.crt"}},
        "cert": {"secret": {"name": "afd-sizer-prometheus", "key": "tls.crt"}}, "keySecret": {"name": "afd-sizer-prometheus", "key": "tls.key"}}}},
}


def rendered(chart, values):
    texts = chart.render(values, name="afd-sizer", namespace="afd-sizer")
    return [item for _, text in sorted(texts.items()) for item in yaml.safe_load_all(text) if item]


def bare(value):
    """Without what only Helm writes."""
    if isinstance(value, dict):
        return {name: bare(member) for name, member in value.items() if name not in OF_HELM}
    return [bare(element) for element in value] if isinstance(value, list) else value


def by_key(items):
    """Labels of the objects aside, which Helm has more of; those of pods and selectors count."""
    found = {check_manifests.key(item): bare(item) for item in items if item["kind"] not in OF_KUSTOMIZE}
    for item in found.values():
        item["metadata"].pop("labels", None)
    return found


def check_monitor(items):
    """The monitor finds the Service by labels as Helm writes them."""
    objects = {item["kind"]: item for item in items}
    selector = objects["ServiceMonitor"]["spec"]["selector"]["matchLabels"]
    assert selector.items() <= objects["Service"]["metadata"]["labels"].items(), selector
    selector = objects["Service"]["spec"]["selector"]
    assert selector.items() <= objects["Deployment"]["spec"]["template"]["metadata"]["labels"].items(), selector


def main():
    findings = helm_python.lint(CHART)
    assert not findings["errors"] and {each["error"] for each in findings["messages"]} <= {"icon is recommended"}, findings
    with helm_python.Chart.load(CHART) as chart:
        with open(os.path.join(ROOT, "VERSION")) as file:
            version = file.read().strip()
        assert chart.version == chart.metadata["appVersion"] == version, (chart.metadata, version)
        for overlay, values in CASES.items():
            items = rendered(chart, values)
            check_manifests.validate(items)
            check_monitor(items)
            for item, pod in check_manifests.pods(items):
                check_manifests.check_restricted(f"chart as {overlay}", pod)
            ours, theirs = by_key(items), by_key(kustomize.by_hand(os.path.join(ROOT, "deploy/kubernetes", overlay)))
            for name in ours.keys() | theirs.keys():
                assert ours.get(name) == theirs.get(name), f"{overlay}, {name}: helm {ours.get(name)}, kustomize {theirs.get(name)}"
            print(f"chart: {len(items)} objects as in {overlay}")
        check_options(chart)
    print(f"rendered with Helm {helm_python.helm_sdk_version()}")


def check_options(chart):
    """What no overlay has."""
    items = rendered(chart, {"tokens": {"secretName": "sizer-tokens"}, "tls": {"secretName": "t"}, "arguments": ["--rate-limit=100"],
                             "networkPolicy": {"enabled": False}, "image": {"repository": "registry.example/afd-sizer", "tag": "1"}})
    check_manifests.validate(items)
    assert not {"NetworkPolicy", "ServiceMonitor", "HorizontalPodAutoscaler"} & {item["kind"] for item in items}
    pod = next(item for item in items if item["kind"] == "Deployment")["spec"]["template"]
    check_manifests.check_restricted("chart with tokens", pod)
    container = pod["spec"]["containers"][0]
    assert container["image"] == "registry.example/afd-sizer:1"
    assert container["args"][-2:] == ["--token-file=/etc/afd-sizer/tokens/tokens", "--rate-limit=100"], container["args"]
    assert {volume["name"]: volume["secret"]["secretName"] for volume in pod["spec"]["volumes"]} == {"tls": "t", "tokens": "sizer-tokens"}
    for wrong in ({"replica": 3}, {"replicas": 0}, {"arguments": ["rate-limit"]}, {"tls": {"secret": "x"}}):
        try:
            chart.validate_schema(wrong)
        except helm_python.HelmError:
            continue
        raise AssertionError(f"the schema lets {wrong} in")


if __name__ == "__main__":
    main()
