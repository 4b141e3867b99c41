#!/usr/bin/env python3
"""Runs deploy/kubernetes/watch as its Deployment does, between engines and a real Prometheus, and reads its gauges as KEDA, prometheus-adapter
and the HPA of deploy/examples do, and as the dashboard does.

Needs Debian's prometheus, and the packages of requirements.txt. The program is AFD_SIZER_BINARY, or the debug build's.
"""

import contextlib
import itertools
import os
import tempfile
import time
import urllib.parse

import kubernetes_validate
import yaml

import custom_resources
import kustomize
from running import PROGRAM, ROOT, dashboard_queries, exporter, free_port, get, prometheus, query, request, running, until

EXAMPLES = os.path.join(ROOT, "deploy/examples")
STALE = 5
# What an engine counts of 30 requests.
COUNTS = {
    'vllm:request_prompt_tokens_bucket{le="500.0"}': 18, 'vllm:request_prompt_tokens_bucket{le="2000.0"}': 27,
    'vllm:request_prompt_tokens_bucket{le="+Inf"}': 30, "vllm:request_prompt_tokens_count": 30, "vllm:request_prompt_tokens_sum": 27150,
    'vllm:request_generation_tokens_bucket{le="100.0"}': 13, 'vllm:request_generation_tokens_bucket{le="1000.0"}': 30,
    'vllm:request_generation_tokens_bucket{le="+Inf"}': 30, "vllm:request_generation_tokens_count": 30, "vllm:request_generation_tokens_sum": 6300,
}


def engine():
    """An engine that answers 600 requests between two scrapes. Gives its address."""
    return exporter(
        "".join(f"{name} {value * answered // 30}\n" for name, value in COUNTS.items()).encode() for answered in itertools.count(600, 600))


def documents(name):
    with open(os.path.join(EXAMPLES, name)) as file:
        return list(yaml.safe_load_all(file))


def command(folder, monitor, gauges):
    """That of the Deployment, over the plan of the ConfigMap, with this machine's Prometheus and short waits."""
    objects = {item["kind"]: item for item in kustomize.by_hand(os.path.join(ROOT, "deploy/kubernetes/watch"))}
    for name, text in objects["ConfigMap"]["data"].items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    changed = {"--every": "1", "--gauge-host": "127.0.0.1", "--gauge-port": str(gauges)}
    words = []
    for word in objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]["args"]:
        flag, _, value = word.partition("=")
        if flag == "--metrics":
            address = urllib.parse.urlsplit(value)
            word = f"--metrics=http://127.0.0.1:{monitor}{address.path}?{address.query}"
        elif flag in changed:
            word = f"{flag}={changed.pop(flag)}"
        elif flag.startswith("/"):
            word = os.path.join(folder, os.path.basename(flag))
        words.append(word)
    assert not changed, changed
    return [PROGRAM, *words, f"--stale={STALE}"]


def questions():
    """What each autoscaler asks Prometheus, by pool: KEDA directly, the HPA by the adapter's rule."""
    rule = documents("prometheus-adapter.yaml")[0]["externalRules"][0]
    for scaled in documents("keda-watch.yaml"):
        custom_resources.validate(scaled)
        yield scaled["spec"]["scaleTargetRef"]["name"], "KEDA", scaled["spec"]["triggers"][0]["metadata"]["query"]
    for scaler in documents("hpa-external.yaml"):
        kubernetes_validate.validate(scaler, "1.34", strict=True)
        metric = scaler["spec"]["metrics"][0]["external"]
        assert metric["target"] == {"type": "AverageValue", "averageValue": "1"}, metric
        assert metric["metric"]["name"] in rule["seriesQuery"]
        matchers = ",".join(f'{name}="{value}"' for name, value in metric["metric"]["selector"]["matchLabels"].items())
        text = rule["metricsQuery"].replace("<<.Series>>", metric["metric"]["name"]).replace("<<.LabelMatchers>>", matchers)
        assert "<<" not in text, text
        yield scaler["spec"]["scaleTargetRef"]["name"], "HPA", text


def main():
    monitor, gauges = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as engines:
        configuration = os.path.join(folder, "prometheus.yaml")
        host = urllib.parse.urlsplit(engines.enter_context(engine())).netloc
        targets = [{"job_name": name, "static_configs": [{"targets": [target]}]}
                   for name, target in (("vllm", host), ("watch", f"127.0.0.1:{gauges}"))]
        with open(configuration, "w") as file:
            yaml.safe_dump({"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": targets}, file)
        with prometheus(monitor, configuration, os.path.join(folder, "data")):
            until(lambda: query(monitor, "vllm:request_generation_tokens_sum"), "the engine is scraped")
            with running(command(folder, monitor, gauges), lambda: get(gauges, "/healthz")[0] == 200, "the watch"):
                check(monitor, gauges, engines)


def check(monitor, gauges, engines):
    def value(text, **when):
        samples = query(monitor, text, **when)
        assert len(samples) <= 1, samples
        return float(samples[0]["value"][1]) if samples else None

    def advice():
        """What each asker gets at one moment, by pool; None until the rate was measured."""
        moment = time.time()
        found = {(pool, asker): value(text, time=moment) for pool, asker, text in questions()}
        # The first look knows no rate, and takes that of the plan.
        return found if None not in found.values() and max(found.values()) > 2 else None

    found = until(advice, "KEDA and the HPA find all pools")
    pools = {pool: {found[pool, asker] for asker in ("KEDA", "HPA")} for pool, _ in found}
    assert set(pools) == {"prefill", "attention", "ffn"}, found
    for pool, (count,) in pools.items():
        assert count == int(count) and 1 <= count <= 64, found
    assert len(set(found.values())) > 1, found
    panels = [each for each in dashboard_queries() if 'job="afd-sizer"' not in each[1]]
    assert len(panels) == 3, panels
    for title, text in panels:
        until(lambda: query(monitor, text), f"panel {title!r} has data: {text}")
    planned = value("afd_sizer_advice_timestamp_seconds")
    until(lambda: value("afd_sizer_advice_timestamp_seconds") > planned, "it plans again")
    assert get(gauges, "/nothing")[0] == 404 and request(gauges, "POST", "/metrics")[0] == 405
    print(f"watch: {', '.join(f'{pool} {int(*values)}' for pool, values in pools.items())}, as KEDA and the HPA ask")

    engines.close()
    until(lambda: value("afd_sizer_advice_failures_total") > 0, "without an engine looks fail")
    until(lambda: all(value(text) is None for _, _, text in questions()), "old advice goes away", 30)
    assert value("afd_sizer_advice_timestamp_seconds") >= planned
    print(f"watch: its replicas are gone {STALE} s after the last plan")


if __name__ == "__main__":
    main()
