"""Plans made-up requests with arrivals, replays each plan under its own arrivals, and compares what requests get.

usage: replay_plans.py [COUNT [SEED]]      (BASE_URL: the service; COUNT requests, 120)

Prints each trustworthy answer that is further from the replay than docs/accuracy.md says, with its request, and at the end how many
answers are trustworthy and how far they are off. What is not trustworthy is not replayed.
"""
import copy
import json
import math
import os
import random
import sys
import urllib.error
import urllib.request

BASE = os.environ["BASE_URL"]
MODELS = ["deepseek-v3", "qwen3-235b-a22b", "qwen3-30b-a3b", "gpt-oss-120b", "kimi-k2", "mixtral-8x7b", "llama-3.1-70b"]
DEVICES = ["h800", "h200-sxm", "h100-sxm", "b200", "gb200", "h20"]
# Relative: beyond these a trustworthy answer is shown.
BOUNDS = {"TPOT mean": 0.03, "TPOT p99": 0.03, "TTFT mean": 0.05, "TTFT p90": 0.10, "wait mean": 0.05, "end to end mean": 0.03}
# Of each of the independent courses that are replayed.
COURSES, REQUESTS = 4, 400_000


def ask(path, body):
    """Status and answer of a POST."""
    asked = urllib.request.Request(BASE + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=600) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


class Maker:
    """Requests for plans with arrivals, each the same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def between(self, low, high):
        """Evenly in the logarithm."""
        return math.exp(self.random.uniform(math.log(low), math.log(high)))

    def chance(self, share):
        return self.random.random() < share

    def length(self, low, high):
        mean = self.between(low, high)
        return self.random.choice([
            round(mean), {"distribution": "geometric", "mean": mean},
            {"distribution": "lognormal", "mean": mean, "stddev": mean * self.between(0.2, 1.5)}])

    def hardware(self):
        choose = self.random.choice
        if self.chance(0.3):
            return {
                "model": choose(MODELS),
                "attention": {"device": choose(DEVICES), "data_parallel": choose([1, 2, 4]), "tensor_parallel": choose([1, 4, 8])},
                "ffn": {"device": choose(DEVICES), "expert_parallel": choose([8, 16, 32, 64])}}
        return {
            "attention": {"alpha_us": self.between(2e-4, 5e-3), "beta_us": self.between(5, 500)},
            "ffn": {"alpha_us": self.between(0.01, 0.5), "beta_us": self.between(20, 800)},
            "communication": {"alpha_us": self.between(0.002, 0.05), "beta_us": self.between(5, 60),
                              "load": choose(["attention_batch", "aggregate_batch"])}}

    def request(self):
        hardware, limits = self.hardware(), {}
        named = "model" in hardware
        body = {"workload": {"prefill": self.length(50, 8000), "decode": self.length(20, 1500)}, "hardware": hardware,
                "arrivals": {"requests_per_second": self.between(5, 300)}, "limits": limits, "max_ratio": self.random.choice([8, 32])}
        if self.chance(0.4):
            body["arrivals"]["dispersion"] = self.between(0.3, 5)
        if self.chance(0.8):
            limits["tpot_ms"] = self.between(20, 300) if named else self.between(0.3, 20)
        if self.chance(0.5):
            limits["wait_ms"] = self.between(1, 1000)
        if self.chance(0.3):
            limits["max_batch"] = self.random.choice([64, 256, 1024])
        if self.chance(0.5):
            body["microbatches"] = self.random.choice([2, 3])
        if self.chance(0.6):
            body["prefill"] = {"device": self.random.choice(DEVICES), "tensor_parallel": 8} if named else {
                "alpha_us": self.between(1, 100), "beta_us": self.between(100, 5000), "gamma_us": self.between(1e-5, 3e-3)}
            if self.chance(0.7):
                limits["ttft_ms"] = self.between(200, 8000)
        return body


def replay(body, plan):
    """What the plan's deployment gives under the request's arrivals; None where it cannot be replayed."""
    rate, dispersion = body["arrivals"]["requests_per_second"], body["arrivals"].get("dispersion", 1)
    process = {"process": "poisson"} if dispersion == 1 else {"process": "gamma", "cv": math.sqrt(dispersion)}
    asked = {name: copy.deepcopy(body[name]) for name in ("workload", "hardware", "prefill") if name in body}
    asked |= {"deployment": plan, "policies": ["static"], "replications": COURSES,
              "limits": {name: value for name, value in body["limits"].items() if name != "max_batch"},
              "arrivals": process | {"requests_per_second": rate, "duration_s": min(REQUESTS / rate, 40_000)}}
    status, answer = ask("/v1/replay", asked)
    if status != 200:
        print(f"replay {status}: {json.dumps(answer)[:200]}")
        return None
    return answer["policies"][0]


def compared(service, outcome):
    """By name, the relative error of an answer, and half the replay's interval."""
    for name, member, value in (("TPOT mean", "tpot_ms", "mean"), ("TPOT p99", "tpot_ms", "p99"), ("TTFT mean", "ttft_ms", "mean"),
                                ("TTFT p90", "ttft_ms", "p90"), ("wait mean", "wait_ms", "mean"),
                                ("end to end mean", "end_to_end_ms", "mean")):
        said, seen = (service.get(member) or {}).get(value), (outcome.get(member) or {}).get(value)
        if said is None or not seen:
            continue
        low, high = outcome[member].get("mean_interval") or (0, 0)
        # Of waits that are less than a token's time an error counts by that time.
        scale = max(seen, outcome["tpot_ms"]["mean"]) if member == "wait_ms" else seen
        yield name, (said - seen) / scale, (high - low) / 2 / scale if value == "mean" else 0


def main():
    count, seed = [int(text) for text in [*sys.argv[1:], "120", "1"][:2]] if len(sys.argv) > 1 else (120, 1)
    maker, plans, trusted, errors = Maker(seed), 0, 0, {name: [] for name in BOUNDS}
    for _ in range(count):
        body = maker.request()
        status, plan = ask("/v1/plan", body)
        if status != 200:
            continue
        plans += 1
        if not plan["service"]["trustworthy"]:
            continue
        trusted += 1
        outcome = replay(body, plan)
        for name, error, half in compared(plan["service"], outcome) if outcome else ():
            errors[name].append(abs(error))
            if abs(error) > BOUNDS[name] + half:
                warned = ", ".join(warning["code"] for warning in plan["warnings"])
                print(f"{name} {100 * error:+.1f} ± {100 * half:.1f} % [{warned}]: {json.dumps(body)}", flush=True)
    print(f"{plans} plans, {trusted} trustworthy")
    for name, found in errors.items():
        if found:
            found.sort()
            print(f"{name}: {len(found)} compared; median {100 * found[len(found) // 2]:.1f} %, 90 % below "
                  f"{100 * found[int(0.9 * len(found))]:.1f} %, largest {100 * found[-1]:.1f} %")


main()
