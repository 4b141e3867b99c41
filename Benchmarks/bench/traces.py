"""Traces: the parser by itself, and whole uploads to the service beside zlib and a Python script."""

import json
import random
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

from . import core, places, servers

ROWS = 1_000_000
LARGE = 1 << 30
CASES = {"trace.csv": "CSV", "trace.jsonl": "NDJSON", "trace.csv.gz": "CSV, gzip", "trace.jsonl.gz": "NDJSON, gzip"}


def files(folder, rows):
    """Four files of the same requests: {name: (path, bytes of its text)}."""
    chance = random.Random(1)
    requests = [(chance.randint(1, 8000), chance.randint(1, 800)) for _ in range(rows)]
    texts = {
        "trace.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        + "".join(f"2023-11-16 18:15:46.{1_000_000 + row},{p},{d}\n" for row, (p, d) in enumerate(requests)),
        "trace.jsonl": "".join(
            f'{{"timestamp": {row * 3}, "input_length": {p}, "output_length": {d}, "hash_ids": [{row}, {row + 1}]}}\n'
            for row, (p, d) in enumerate(requests)
        ),
    }
    made = {}
    for name, text in texts.items():
        path = folder / name
        path.write_text(text)
        made[name] = path, path.stat().st_size
        with open(folder / f"{name}.gz", "wb") as file:
            subprocess.run(["gzip", "-6", "-c", path], check=True, stdout=file)
        made[f"{name}.gz"] = folder / f"{name}.gz", made[name][1]
    return made


def upload(server, pieces, length, kind, gzip=False):
    """One upload: seconds from the first byte sent to the last of the answer, and the answer."""
    coding = "Content-Encoding: gzip\r\n" if gzip else ""
    head = f"POST /v1/workload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\n{coding}"
    connection = servers.connect(server, 60)
    try:
        start = time.perf_counter()
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        seconds = time.perf_counter() - start
    finally:
        connection.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    if status != 200:
        raise RuntimeError(f"an upload of {kind}: {status}, {body[:300]!r}")
    return seconds, json.loads(body)


def inflate(data):
    """Seconds that zlib takes for the same file, a piece at a time as the service reads it."""
    start = time.perf_counter()
    stream = zlib.decompressobj(31)
    for offset in range(0, len(data), 65536):
        stream.decompress(data[offset : offset + 65536])
    return time.perf_counter() - start


def reference(path):
    command = [places.VENV / "python", places.BENCHMARKS / "python" / "trace_reference.py", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def large(report):
    """A gigabyte of CSV to a fresh service: what it keeps of it."""
    block = "".join(f"2023-11-16 18:15:46.6805900,{1 + row * 7 % 8000},{1 + row * 3 % 800}\n" for row in range(100_000)).encode()
    head, count = b"TIMESTAMP,ContextTokens,GeneratedTokens\n", -(-LARGE // len(block))
    server = servers.service(places.FIRST_PORT + 61)
    try:
        server.wait_ready()
        before = peak(server.pid)
        length = len(head) + count * len(block)
        seconds, answer = upload(server, (head, *(block for _ in range(count))), length, "text/csv")
        if answer["requests"] != count * 100_000:
            raise RuntimeError(f"{answer['requests']} requests read of {count * 100_000}")
        result = {"bytes": length, "requests": answer["requests"], "seconds": seconds, "before_kb": before}
        result["peak_kb"] = peak(server.pid)
    finally:
        server.stop()
    report(f"traces: {result}")
    return result


def peak(pid):
    """VmHWM: the largest resident set so far."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def run(rounds, report=print):
    data = {"timings": core.timings("traces", rounds, 0.3, report), "rows": ROWS, "ratios": []}
    speeds = data["megabytes_per_second"] = {}
    for name, entries in data["timings"].items():
        if "bytes" in entries[0]:
            speeds[f"{name.split(',')[0]}, core"] = [entry["bytes"] / entry["median_ns"] * 1e3 for entry in entries]
    with tempfile.TemporaryDirectory(prefix="afd-bench-") as folder:
        uploads(files(Path(folder), ROWS), rounds, data, report)
    data["large"] = large(report)
    for name, values in speeds.items():
        report(f"traces {name}: {[round(value) for value in values]} MB/s")
    return data


def uploads(made, rounds, data, report):
    speeds = data["megabytes_per_second"]
    server = servers.service(places.FIRST_PORT + 60)
    try:
        server.wait_ready()
        for name, (path, size) in made.items():
            body = path.read_bytes()
            kind = "text/csv" if ".csv" in name else "application/x-ndjson"
            compressed = path.suffix == ".gz"
            seconds, cpu, zlib_seconds = [], [], []
            for _ in range(rounds):
                before = server.cpu_seconds()
                one, answer = upload(server, (body,), len(body), kind, compressed)
                cpu.append(server.cpu_seconds() - before)
                seconds.append(one)
                if compressed:
                    zlib_seconds.append(inflate(body))
            # The whole file once, as people would read it: the check of the answer, and a ratio.
            python = reference(path)
            mean = answer["slot_load_mean"]["value"]
            if abs(mean - python["mean"]) > 1e-6 * mean:
                raise RuntimeError(f"{name}: mean load {mean}, not {python['mean']}")
            case = CASES[name]
            speeds[f"{case}, HTTP"] = [size / 1e6 / one for one in seconds]
            speeds[f"{case}, HTTP, per second of the service's CPU"] = [size / 1e6 / max(one, 0.01) for one in cpu]
            if compressed:
                speeds[f"{case}, zlib alone"] = [size / 1e6 / one for one in zlib_seconds]
                values = [a / b for a, b in zip(zlib_seconds, seconds)]
                data["ratios"].append({"what": f"{case}: zlib alone ÷ upload", "values": values})
            values = [python["seconds"] / one for one in seconds]
            data["ratios"].append({"what": f"{case}: Python script ÷ upload", "values": values, "digits": 1})
            report(f"traces {case}: {seconds} s, Python {python['seconds']} s, zlib {zlib_seconds}")
    finally:
        server.stop()
