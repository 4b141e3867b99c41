"""Traces: the parser by itself, and whole uploads to the service beside a Python script."""

import gzip
import json
import random
import subprocess
import time

from . import core, places, servers

ROWS = 100_000


def files():
    """Four files of the same requests: {name: path}."""
    chance = random.Random(1)
    requests = [(chance.randint(1, 8000), chance.randint(1, 800)) for _ in range(ROWS)]
    csv = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + "".join(
        f"2023-11-16 18:15:46.{1_000_000 + row},{p},{d}\n" for row, (p, d) in enumerate(requests)
    )
    lines = "".join(
        f'{{"timestamp": {row * 3}, "input_length": {p}, "output_length": {d}, "hash_ids": [{row}, {row + 1}]}}\n'
        for row, (p, d) in enumerate(requests)
    )
    made = {}
    for name, text in (("trace.csv", csv), ("trace.jsonl", lines)):
        for path, data in ((name, text.encode()), (f"{name}.gz", gzip.compress(text.encode(), 6))):
            made[path] = places.WORK / path
            made[path].write_bytes(data)
    return made


def upload(server, path):
    """Seconds of one upload, and the answer."""
    body = path.read_bytes()
    kind = "text/csv" if ".csv" in path.name else "application/x-ndjson"
    coding = "Content-Encoding: gzip\r\n" if path.suffix == ".gz" else ""
    head = f"POST /v1/workload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\n{coding}"
    connection = servers.connect(server, 30)
    start = time.perf_counter()
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = b""
    while part := connection.recv(65536):
        answer += part
    seconds = time.perf_counter() - start
    connection.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), seconds, body


def run(rounds, report=print):
    data = {"timings": core.timings("traces", rounds, 0.3, report), "ratios": []}
    made = files()
    server = servers.service(places.FIRST_PORT + 60, options=["--max-body", str(64 << 20)])
    try:
        server.wait_ready()
        if upload(server, made["trace.csv"])[0] != 200:
            report("traces: the service has no /v1/workload")
            return data
        for name, path in made.items():
            ours, theirs = [], []
            for _ in range(rounds):
                status, seconds, answer = upload(server, path)
                reference = subprocess.run(
                    [places.VENV / "python", places.BENCHMARKS / "python" / "trace_reference.py", path],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                reference = json.loads(reference.stdout)
                mean = json.loads(answer)["slot_load_mean"]["value"]
                if status != 200 or abs(mean - reference["mean"]) > 1e-6 * mean:
                    raise RuntimeError(f"{name}: {status}, mean load {mean}, not {reference['mean']}")
                ours.append(seconds)
                theirs.append(reference["seconds"])
            size = path.stat().st_size / 1e6
            data["timings"][f"upload of {name} ({size:.1f} MB, {ROWS:,} requests)"] = [
                {"median_ns": seconds * 1e9} for seconds in ours
            ]
            data["ratios"].append(
                {"what": f"{name}: Python script ÷ upload", "values": [b / a for a, b in zip(ours, theirs)], "digits": 1}
            )
            report(f"traces {name}: {ours} s, Python {theirs} s")
    finally:
        server.stop()
    return data
