"""The reference simulation: lock-step, slot by slot, vectorised with numpy over all slots of a bundle.

python3 lockstep.py [--requests N] [--prefill P] [--decode D] [--seed S] [--ratios 1,2,…] [--until PART]

The paper's base case from a cold start: every slot holds one request, weighs prefill + age, and is refilled when its request
is done. One step of all r × B slots is a handful of array operations. A ratio ends with the measured part, the first 80 % of
r·N completions (the paper's measure), as the service's simulation does; --until 1 goes on to the last. Prints one line of JSON.
"""

import argparse
import json
import time

import numpy as np


def simulate(r, requests, prefill, decode, rng, until, b=256):
    alpha_a, beta_a, alpha_f, beta_f, alpha_c, beta_c = 0.00165, 50.0, 0.083, 100.0, 0.022, 20.0
    floor = max(alpha_f * r * b + beta_f, alpha_c * b + beta_c)
    p = 1 / decode
    load = np.full((r, b), prefill, dtype=np.int64)
    left = rng.geometric(p, size=(r, b))
    goal, measured = round(until * r * requests), round(0.8 * r * requests)
    completed = steps = 0
    total = measured_time = 0.0
    measured_steps = 0
    while completed < goal:
        slowest = alpha_a * load.sum(axis=1).max() + beta_a
        total += max(slowest, floor)
        steps += 1
        left -= 1
        load += 1
        done = left == 0
        finished = int(np.count_nonzero(done))
        if finished:
            completed += finished
            load[done] = prefill
            left[done] = rng.geometric(p, size=finished)
        if not measured_steps and completed >= measured:
            measured_time, measured_steps = total, steps
    return {
        "ratio": r,
        "cycle_us": float(measured_time / measured_steps),
        "throughput_per_instance": float(1e6 * r * b * measured_steps / ((r + 1) * measured_time)),
        "completed": completed,
        "steps": steps,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--prefill", type=int, default=100)
    parser.add_argument("--decode", type=float, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ratios", default="1,2,4,8,16,24,32")
    parser.add_argument("--until", type=float, default=0.8, help="part of the completions to run, 0.8 to 1 (default 0.8)")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    start = time.perf_counter()
    points = [
        simulate(int(r), arguments.requests, arguments.prefill, arguments.decode, rng, arguments.until)
        for r in arguments.ratios.split(",")
    ]
    print(json.dumps({"seconds": time.perf_counter() - start, "points": points}))


main()
