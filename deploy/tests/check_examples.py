#!/usr/bin/env python3
"""Runs the examples against the service; the control loop over a replayed trace, out of a real Prometheus.

Needs Debian's prometheus, curl and jq, and the packages of requirements.txt. The program is AFD_SIZER_BINARY, or the debug build's.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

import yaml

import custom_resources
import replayed_trace
from running import ROOT, exporter, free_port, get, post, prometheus, service

EXAMPLES = os.path.join(ROOT, "deploy/examples")
sys.path.insert(0, EXAMPLES)
from hysteresis import Hysteresis, Rules  # noqa: E402

# Attention is quick enough for the FFN to matter: at much longer contexts the throughput hardly depends on the ratio.
HARDWARE = {"attention": {"alpha_us": 0.0004, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}, "communication": {"alpha_us": 0.022, "beta_us": 20}}
BATCH = 128
THRESHOLD = 0.03


def run(*command, code=0):
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == code, (command, result.returncode, result.stdout, result.stderr)
    return result.stdout


def check_shell(port):
    program = os.path.join(EXAMPLES, "ratio-by-context.sh")
    rows = [line.split() for line in run(program, f"http://127.0.0.1:{port}").splitlines()[1:]]
    assert len(rows) == 12 and all(len(row) == 6 for row in rows), rows
    ratios = {(int(row[0]), int(row[1])): int(row[2]) for row in rows}
    for (prefill, decode), ratio in ratios.items():
        assert all(ratio <= other for (longer, same), other in ratios.items() if longer > prefill and same == decode), "longer contexts need more Attention"
    run(program, f"http://127.0.0.1:{port}", "0", code=64)
    run(program, f"http://127.0.0.1:{free_port()}", code=1)
    print(f"ratio-by-context.sh: {len(rows)} rows, ratios {min(ratios.values())} to {max(ratios.values())}")


def check_hysteresis():
    """A dialogue: (time, requests, best, advised) and what is decided."""
    machine = Hysteresis(10, Rules(patience=3, cooldown=100, least_requests=10))
    windows = [
        (0, 9, 20, True, "few_requests"),
        (1, 50, 12, False, "small_gain"),
        (2, 50, 20, True, "not_yet_lasting"),
        (3, 50, 20, True, "not_yet_lasting"),
        (4, 50, 11, False, "small_gain"),  # Begins anew.
        (5, 50, 20, True, "not_yet_lasting"),
        (6, 50, 8, True, "not_yet_lasting"),  # The other direction: anew too.
        (7, 50, 20, True, "not_yet_lasting"),
        (8, 50, 19, True, "not_yet_lasting"),
        (9, 9, 8, True, "few_requests"),  # Says nothing either way.
        (10, 50, 21, True, "lasting_gain"),
        (11, 50, 21, True, "small_gain"),  # There already.
        (12, 50, 40, True, "not_yet_lasting"),
        (13, 50, 40, True, "not_yet_lasting"),
        (14, 50, 40, True, "moved_recently"),
        (109, 50, 40, True, "moved_recently"),
        (110, 50, 40, True, "lasting_gain"),
    ]
    for now, count, best, advised, decision in windows:
        action, reason = machine.decide(now, count, best, advised)
        assert reason == decision and (action == "resize") == (decision == "lasting_gain"), (now, reason, decision)
    assert machine.ratio == 40
    print(f"hysteresis.py: decides as told in {len(windows)} windows")


def throughput(port, trace, ratio=None):
    """At a ratio, or the best one, for the requests themselves rather than their histograms."""
    body = {"workload": {"requests": {"prefill": [row[1] for row in trace], "decode": [row[2] for row in trace]}},
            "hardware": HARDWARE, "batch_size": BATCH, "max_ratio": 512, "include": ["curve"]}
    status, answer = post(port, "/v1/size", body)
    assert status == 200, answer
    answer = json.loads(answer)
    curve = {point["ratio"]: point["throughput_per_instance"] for point in answer["curve"]}
    return curve[ratio] if ratio else answer["recommendation"]["throughput_per_instance"], answer["recommendation"]["ratio"]


def check_dry_run(port):
    """The log of one quiet hour: fewer instances would have done, half of one would not."""
    program = os.path.join(EXAMPLES, "would-it-have-helped.sh")
    with tempfile.TemporaryDirectory() as folder:
        def write(name, content):
            path = os.path.join(folder, name)
            with (gzip.open(path, "wt") if name.endswith(".gz") else open(path, "w")) as file:
                file.write(content if isinstance(content, str) else json.dumps(content))
            return path

        def deployment(bundles, batch=BATCH):
            return {"bundles": bundles, "bundle": {"attention_instances": 8, "ffn_instances": 1}, "batch_size": batch}

        log = write("log.csv.gz", "timestamp,prompt_tokens,completion_tokens\n" + "".join(
            f"{1763400000 + number * 0.5:.1f},{200 + number * 37 % 800},{50 + number * 13 % 300}\n" for number in range(7200)))
        request = write("request.json", {
            "hardware": HARDWARE, "deployment": deployment(4), "limits": {"tpot_ms": 0.5, "wait_ms": 100}, "start_delay_s": 60,
            "policies": ["static", {"policy": "target", "metric": "slots", "target": 0.7}, "oracle"]})
        environment = {**os.environ, "SERVICE": f"http://127.0.0.1:{port}"}

        def ask(*arguments):
            result = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment)
            return result.returncode, [line.split("\t") for line in result.stdout.splitlines()], result.stderr

        code, rows, _ = ask(request, log)
        assert code == 0 and [row[0] for row in rows] == ["", "static", "target", "oracle"], (code, rows)
        assert float(rows[2][2]) < float(rows[1][2]), "with few requests the target policy shrinks"
        code, rows, _ = ask(request, log, write("less.json", {"deployment": deployment(1), "advice": {}}))
        assert code == 0 and [row[0] for row in rows] == ["", "now, static", "changed, static"], (code, rows)
        code, rows, _ = ask(request, log, write("more.json", deployment(8)))
        assert code == 3 and float(rows[2][2]) > float(rows[1][2]), (code, rows)
        code, _, errors = ask(request, write("lengths.csv", "prompt_tokens,completion_tokens\n1,2\n"))
        assert code == 1 and "arrival times" in errors, errors
    print(f"would-it-have-helped.sh: {rows}")


def check_control_loop(port):
    if not os.path.exists(replayed_trace.TRACE):
        print(f"control_loop.py: skipped, there is no {replayed_trace.TRACE}")
        return
    longer = 4
    trace, start, shift, end = replayed_trace.requests(longer)
    before, after = [row for row in trace if row[0] < shift], [row for row in trace if row[0] >= shift]
    with tempfile.TemporaryDirectory() as folder:
        replayed_trace.write_blocks(trace, folder)
        configuration, hardware = os.path.join(folder, "prometheus.yaml"), os.path.join(folder, "hardware.json")
        open(configuration, "w").close()
        with open(hardware, "w") as file:
            json.dump(HARDWARE, file)
        monitor = free_port()
        first = throughput(port, before)[1]
        with prometheus(monitor, configuration, os.path.join(folder, "data"), "--storage.tsdb.retention.time=100y"):
            log = [json.loads(line) for line in run(
                sys.executable, os.path.join(EXAMPLES, "control_loop.py"), "--service", f"http://127.0.0.1:{port}",
                "--prometheus", f"http://127.0.0.1:{monitor}", "--hardware", hardware, "--batch-size", str(BATCH), "--ratio", str(first), "--threshold", str(THRESHOLD),
                "--replay", str(start + 600), str(end)).splitlines()]
    if os.environ.get("SHOW"):
        print(*log, sep="\n")
    windows = [entry for entry in log if "best" in entry]
    assert len(windows) == len(log) > 100
    moves = [entry for entry in log if entry["action"] == "resize"]
    wavering = sum(one["best"] != other["best"] for one, other in zip(windows, windows[1:]))
    assert wavering > 20, "the recommendation itself hardly changes: the trace puts the hysteresis to no test"
    assert not [move for move in moves if move["time"] < shift], "no move while the requests are what they were"
    assert 1 <= len(moves) <= 2, moves
    ratios = [first] + [move["best"] for move in moves]
    assert ratios == sorted(ratios), "it never goes back"
    assert moves[0]["time"] < shift + 900, "it follows within a quarter of an hour"
    best = throughput(port, after)[0]
    regret, stayed = (1 - throughput(port, after, ratio)[0] / best for ratio in (ratios[-1], first))
    assert regret < THRESHOLD < stayed, (regret, stayed)
    print(f"control_loop.py: {len(log)} windows of {len(trace)} requests; the recommendation changed {wavering} times, the loop moved {len(moves)} times: "
          f"{' -> '.join(map(str, ratios))}, {moves[0]['time'] - shift:.0f} s after contexts grew {longer}-fold; "
          f"regret {100 * regret:.1f} %, without it {100 * stayed:.1f} %")


def check_metrics(port):
    """An engine's metrics to a ratio: two curls by hand, and the script with one scrape and with two."""
    before, after = (open(os.path.join(ROOT, "Tests/Fixtures", name), "rb").read() for name in ("vllm-scrape-before.prom", "vllm-scrape.prom"))
    program = os.path.join(EXAMPLES, "ratio-from-metrics.sh")
    with tempfile.TemporaryDirectory() as folder:
        hardware = os.path.join(folder, "hardware.json")
        with open(hardware, "w") as file:
            json.dump(HARDWARE, file)
        with exporter([after]) as address:
            whole = run("sh", "-c", f"curl -fsS {address} | jq -Rs --slurpfile hardware {hardware} "
                        f"'{{workload: {{metrics: .}}, hardware: $hardware[0], batch_size: {BATCH}, max_ratio: 512}}' | "
                        f"curl -fsS -d @- http://127.0.0.1:{port}/v1/size | jq .recommendation.ratio").strip()
            piped = json.loads(run("sh", "-c", f"curl -fsS {address} | curl -fsS --data-binary @- http://127.0.0.1:{port}/v1/workload"))
            assert piped["requests"] == 19366 and piped["histograms"]["span"] == "total", piped
            line = run("env", f"SERVICE=http://127.0.0.1:{port}", program, address, hardware, str(BATCH)).split()
        assert line[:2] == ["ratio", whole + ","], (line, whole)
        with exporter([before, after]) as address:
            later = run("env", f"SERVICE=http://127.0.0.1:{port}", program, address, hardware, str(BATCH), "1")
        with exporter([after, before]) as address:
            run("env", f"SERVICE=http://127.0.0.1:{port}", program, address, hardware, str(BATCH), "1", code=1)
        run(program, code=2)
    print(f"ratio-from-metrics.sh: {' '.join(line)}; between two scrapes: {later.strip()}")


def check_keda(port, name):
    """What KEDA does: ask the addresses, and take the values where they are said to be."""
    with open(os.path.join(EXAMPLES, name)) as file:
        objects = list(yaml.safe_load_all(file))
    for scaled in objects:
        custom_resources.validate(scaled)
        trigger = scaled["spec"]["triggers"][0]
        address = urllib.parse.urlsplit(trigger["metadata"]["url"])
        status, body = get(port, f"{address.path}?{address.query}")
        assert status == 200, body
        value = json.loads(body)
        for step in trigger["metadata"]["valueLocation"].split("."):
            value = value[step]
        # AverageValue: the number of replicas is the value over the target.
        replicas = value / float(trigger["metadata"]["targetValue"])
        assert scaled["spec"]["minReplicaCount"] <= replicas <= scaled["spec"]["maxReplicaCount"], replicas
        print(f"{name}: valid, and its address answers {trigger['metadata']['valueLocation']} = {value}")


def main():
    check_hysteresis()
    port = free_port()
    with service(port, "--max-body=4000000"):
        check_shell(port)
        check_keda(port, "keda.yaml")
        check_keda(port, "keda-pools.yaml")
        check_metrics(port)
        check_dry_run(port)
        check_control_loop(port)


if __name__ == "__main__":
    main()
