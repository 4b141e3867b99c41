#!/usr/bin/env python3
"""A real Prometheus scrapes the running service, evaluates the rules, fires alerts when it should, and answers the dashboard.

The rules are those of deploy/prometheus with shorter durations: minutes become seconds. That the real durations do what they should is
rules-test.yaml's part. Needs Debian's prometheus and PyYAML; the program is AFD_SIZER_BINARY, or that of the debug build.
"""

import json
import math
import os
import re
import tempfile
import threading

import yaml

from running import ROOT, dashboard_queries, free_port, get, post, prometheus, query, running, service, until

RULES = ["recording-rules.yaml", "alerts.yaml"]
SIZE = {
    "workload": {"prefill": 100, "decode": 500}, "batch_size": 256,
    "hardware": {"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}, "communication": {"alpha_us": 0.022, "beta_us": 20}},
}
# Long enough to keep the only worker and the only place in the queue busy.
HEAVY = {"requests": [{**SIZE, "include": ["curve"], "max_ratio": 512}] * 100}


def shortened(text):
    """`for: 5m` and `[5m]` in seconds: two for what an alert waits, ten for what a rate looks back."""
    return re.sub(r"\[\d+m\]", "[10s]", re.sub(r"for: \d+m", "for: 2s", text))


def write_configuration(folder, targets):
    for name in RULES:
        with open(os.path.join(ROOT, "deploy/prometheus", name)) as source, open(os.path.join(folder, name), "w") as copy:
            copy.write(shortened(source.read()))
    configuration = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": RULES,
        "scrape_configs": [{"job_name": "afd-sizer", "static_configs": [{"targets": targets}]}],
    }
    path = os.path.join(folder, "prometheus.yaml")
    with open(path, "w") as file:
        yaml.safe_dump(configuration, file)
    return path


def finite(samples):
    return [sample for sample in samples if math.isfinite(float(sample["value"][1]))]


def state(port, alert):
    """inactive, pending or firing, as Prometheus says it itself."""
    alerts = json.loads(get(port, "/api/v1/alerts")[1])["data"]["alerts"]
    states = {entry["state"] for entry in alerts if entry["labels"]["alertname"] == alert}
    return "firing" if "firing" in states else "pending" if states else "inactive"


class Traffic:
    """Callers in the background: good requests, bad ones, and when asked more heavy work than can be done."""

    def __init__(self, port):
        self.port, self.heavy, self.ended = port, threading.Event(), threading.Event()
        self.statuses = set()
        self.threads = [threading.Thread(target=self.light)] + [threading.Thread(target=self.overload) for _ in range(6)]
        for thread in self.threads:
            thread.start()

    def light(self):
        while not self.ended.wait(0.02):
            for answer in [post(self.port, "/v1/size", SIZE), post(self.port, "/v1/size", {}), get(self.port, "/nothing"), get(self.port, "/healthz")]:
                self.statuses.add(answer[0])

    def overload(self):
        while not self.ended.is_set():
            if self.heavy.wait(0.1):
                self.statuses.add(post(self.port, "/v1/size/batch", HEAVY)[0])

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def main():
    port, other, monitor = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, service(port, "--workers=1", "--work-queue=1"), service(other) as second:
        configuration = write_configuration(folder, [f"127.0.0.1:{port}", f"127.0.0.1:{other}"])
        with prometheus(monitor, configuration, os.path.join(folder, "data")):
            traffic = Traffic(port)
            try:
                check(port, monitor, second, traffic)
            finally:
                traffic.end()


def check(port, monitor, second, traffic):
    until(lambda: len(query(monitor, 'up{job="afd-sizer"} == 1')) == 2, "both instances are scraped")
    until(lambda: query(monitor, "job:http_requests:rate5m > 0"), "rules are evaluated")
    rules = [rule for group in json.loads(get(monitor, "/api/v1/rules")[1])["data"]["groups"] for rule in group["rules"]]
    broken = [rule["name"] for rule in rules if rule["health"] == "err"]
    assert not broken, broken
    records = sorted({rule["name"] for rule in rules if rule["type"] == "recording"})
    for record in records:
        until(lambda: finite(query(monitor, record)), f"{record} has data")
    print(f"{len(records)} recording rules have data, {len(rules) - len(records)} alerts are evaluated without error")

    # Those of a watch are check_watch.py's.
    queries = [each for each in dashboard_queries() if 'job="afd-sizer"' in each[1]]
    for title, expression in queries:
        until(lambda: finite(query(monitor, expression)), f"panel {title!r} has data: {expression}")
    for matcher, label in [("afd_sizer_build_info", "job"), ('afd_sizer_build_info{job="afd-sizer"}', "instance")]:
        values = json.loads(get(monitor, f"/api/v1/label/{label}/values", **{"match[]": matcher})[1])["data"]
        assert values, label
    print(f"{len(queries)} queries of the dashboard and its variables return data")

    alerts = ["AfdSizerDown", "AfdSizerOverloaded"]
    for alert in alerts:
        assert state(monitor, alert) == "inactive", f"{alert} fires too early"
    traffic.heavy.set()
    until(lambda: state(monitor, "AfdSizerOverloaded") == "firing", "AfdSizerOverloaded fires when the queue is full")
    until(lambda: 503 in traffic.statuses, "a full queue answers 503")
    traffic.heavy.clear()
    until(lambda: state(monitor, "AfdSizerOverloaded") == "inactive", "AfdSizerOverloaded ends with the overload")
    second.terminate()
    assert second.wait(60) == 0
    until(lambda: state(monitor, "AfdSizerDown") == "firing", "AfdSizerDown fires when an instance has gone")
    print(f"alerts fired and ended when they should: {', '.join(alerts)}")


if __name__ == "__main__":
    main()
