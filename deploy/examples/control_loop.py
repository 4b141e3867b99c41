#!/usr/bin/env python3
"""Keeps the ratio of Attention to FFN instances right while the requests change.

Each minute it asks Prometheus for the histograms of the last minutes' prefill and decode lengths, asks afd-sizer what load they make and
whether what runs should be resized for it, and says, or does, what hysteresis.py decides. It prints a JSON line for each decision.

    control_loop.py --ratio 10 --batch-size 128 --hardware hardware.json --on-resize 'kubectl scale deployment/attention --replicas={ratio}'
    control_loop.py … --replay 1700158800 1700166000     # what it would have done, from what Prometheus has kept

The histograms are those of vLLM unless others are named. They do not show how prefill and decode lengths go together; where that matters
(long prompts with short answers), post the requests themselves to /v1/workload and send its answer as the workload. Needs requests (PyPI).
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import time

import requests

from hysteresis import Hysteresis, Rules


class Metrics:
    """Request lengths as Prometheus has them, in histograms."""

    def __init__(self, url, metrics, window, session):
        self.url, self.metrics, self.window, self.session = url.rstrip("/"), metrics, window, session

    def histograms(self, now):
        """The answer of one query: both histograms, as they grew in the window. None where there were no requests."""
        names = "|".join(re.escape(metric).replace("\\", "\\\\") for metric in self.metrics)
        expression = f'{{__name__=~"({names})_(bucket|sum|count)"}}[{self.window}s]'
        answer = self.session.get(f"{self.url}/api/v1/query", params={"query": expression, "time": now}, timeout=10)
        answer.raise_for_status()
        answer = answer.json()
        counts = [[float(value) for _, value in series["values"]] for series in answer["data"]["result"]
                  if series["metric"]["__name__"] == f"{self.metrics[1]}_count"]
        return answer if any(max(values) > values[0] or min(values) < values[0] for values in counts) else None


class Sizer:
    """afd-sizer, over HTTP. It has no state, so a lost request is sent again."""

    def __init__(self, url, hardware, options, session):
        self.url, self.hardware, self.options, self.session = url.rstrip("/"), hardware, options, session

    def post(self, path, body, **query):
        answer = self.session.post(f"{self.url}{path}", json=body, params=query, timeout=10)
        if answer.status_code == 422:
            problem = answer.json()
            sys.exit(f"the service refuses the request: {json.dumps(problem.get('errors', problem))}")
        answer.raise_for_status()
        return answer.json()

    def workload(self, histograms):
        """The load of histograms: what the service answers is a workload."""
        prefill, decode = self.options.prefill_metric, self.options.decode_metric
        return self.post("/v1/workload", histograms, prefill_column=prefill, decode_column=decode)

    def advice(self, workload, running):
        """The best ratio, and the advice: whether to go there, why, and the gain as a fraction."""
        body = {"workload": workload, "hardware": self.hardware, "batch_size": self.options.batch_size, "max_ratio": 512,
                "current": {"attention_instances": running, "ffn_instances": 1}, "hysteresis": self.options.threshold}
        answer = self.post("/v1/plan", body)
        return answer["deployment"]["ratio"], answer["advice"]


def step(metrics, sizer, hysteresis, options, now):
    """One decision, as a dictionary."""
    histograms = metrics.histograms(now)
    if not histograms:
        return {"time": now, "requests": 0, "running": hysteresis.ratio, "action": "keep", "reason": "no_requests"}
    running = hysteresis.ratio
    workload = sizer.workload(histograms)
    best, advice = sizer.advice(workload, running)
    action, reason = hysteresis.decide(now, workload["requests"], best, advice["action"] == "resize")
    return {"time": now, "requests": round(workload["requests"]), "running": running, "best": best, "gain": advice["gain"], "advice": advice["reason"],
            "action": action, "reason": reason}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", default="http://127.0.0.1:8080", help="afd-sizer")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090")
    parser.add_argument("--hardware", type=argparse.FileType(), required=True, help="a file with the hardware as /v1/plan takes it")
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--ratio", type=int, required=True, help="what runs now, 1 to 512")
    parser.add_argument("--prefill-metric", default="vllm:request_prompt_tokens")
    parser.add_argument("--decode-metric", default="vllm:request_generation_tokens")
    parser.add_argument("--window", type=int, default=600, help="seconds of requests to look at")
    parser.add_argument("--interval", type=int, default=60, help="seconds between decisions")
    parser.add_argument("--threshold", type=float, default=0.03, help="least gain that is worth a move, as a fraction")
    parser.add_argument("--patience", type=int, default=Rules.patience, help="windows in a row that must show it")
    parser.add_argument("--cooldown", type=float, default=Rules.cooldown, help="seconds between two moves")
    parser.add_argument("--on-resize", metavar="COMMAND", help="run at a move, with {ratio} in place of the new ratio; no shell")
    parser.add_argument("--replay", type=float, nargs=2, metavar=("START", "END"), help="decide over the past, and do nothing")
    options = parser.parse_args()
    if not 1 <= options.ratio <= 512:
        parser.error("--ratio must be from 1 to 512")

    session = requests.Session()
    metrics = Metrics(options.prometheus, (options.prefill_metric, options.decode_metric), options.window, session)
    sizer = Sizer(options.service, json.load(options.hardware), options, session)
    hysteresis = Hysteresis(options.ratio, Rules(options.patience, options.cooldown))
    if options.replay:
        now, end = options.replay
        while now <= end:
            print(json.dumps(step(metrics, sizer, hysteresis, options, now)), flush=True)
            now += options.interval
        return
    while True:
        try:
            decision = step(metrics, sizer, hysteresis, options, time.time())
        except requests.RequestException as error:
            decision = {"time": time.time(), "running": hysteresis.ratio, "action": "keep", "reason": "unreachable", "detail": str(error)}
        print(json.dumps(decision), flush=True)
        if decision["action"] == "resize" and options.on_resize:
            subprocess.run([word.replace("{ratio}", str(decision["best"])) for word in shlex.split(options.on_resize)], check=True)
        time.sleep(options.interval)


if __name__ == "__main__":
    main()
