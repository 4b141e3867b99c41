"""A service at rest: start, memory, and what thousands of idle connections cost."""

import subprocess
import sys
import time

from . import load, places, processes, servers

CONNECTIONS = 10_000


def startup(rounds, report=print):
    """Start to first answer, and resident memory a second later, of each contender."""
    results = {}
    for round_number in range(rounds):
        for offset, (name, start) in enumerate(servers.STARTERS.items()):
            server = start(places.FIRST_PORT + 30 + offset)
            try:
                ready = server.wait_ready() * 1000
                time.sleep(0.5)
                entry = {"ready_ms": ready, "resident_kb": server.resident_kilobytes()}
                if name == "afd-sizer":
                    entry["vm_rss_kb"] = processes.resident_set_kilobytes(server.pid)
            finally:
                server.stop()
            results.setdefault(name, []).append(entry)
    for name, entries in results.items():
        report(f"startup {name}: {entries}")
    return results


def crowd(rounds, seconds, connections=CONNECTIONS, report=print):
    """Memory of idle keep-alive connections, each after one answered request, and their effect on active ones.

    Runs with and without the crowd alternate against one server, which rests a second before each; they begin and end with one
    without.
    """
    server = servers.service(places.FIRST_PORT + 40)
    result = {"connections": connections, "with": [], "without": [], "kb_per_connection": []}
    try:
        server.wait_ready()
        load.run(server, "GET", "/healthz", 32, 1)
        for round_number in range(rounds):
            time.sleep(1)
            result["without"].append(load.run(server, "GET", "/healthz", 1, seconds))
            before = processes.resident_set_kilobytes(server.pid)
            holder = subprocess.Popen(
                [sys.executable, "-m", "bench.hold", str(server.port), str(connections)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=places.BENCHMARKS,
            )
            try:
                if holder.stdout.readline().strip() != "open":
                    raise RuntimeError("could not open the idle connections")
                after = processes.resident_set_kilobytes(server.pid)
                if round_number == 0:
                    result["kb_per_connection"].append((after - before) / connections)
                time.sleep(1)
                result["with"].append(load.run(server, "GET", "/healthz", 1, seconds))
                holder.stdin.write("check\n")
                holder.stdin.flush()
                result["alive"] = int(holder.stdout.readline())
            finally:
                holder.stdin.close()
                holder.wait()
        time.sleep(1)
        result["without"].append(load.run(server, "GET", "/healthz", 1, seconds))
    finally:
        server.stop()
    report(f"crowd: {result['kb_per_connection'][0]:.2f} KB a connection, {result['alive']} alive, speed {speeds(result)}")
    return result


def speeds(data):
    """Requests per second with the crowd ÷ without, each run against the mean of those before and after it."""
    rates = {kind: [run["requests_per_second"] for run in data[kind]] for kind in ("with", "without")}
    pairs = zip(rates["without"], rates["without"][1:] or rates["without"])
    return [one * 2 / (before + after) for one, (before, after) in zip(rates["with"], pairs)]
