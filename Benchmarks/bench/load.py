"""wrk against one server."""

import json
import subprocess

from . import places

SCRIPT = places.BENCHMARKS / "bench" / "summary.lua"


def run(server, method, path, connections, seconds, body=None, keep_alive=True):
    """One run: requests per second, latency, CPU per request and resident memory at its end."""
    seconds = max(1, round(seconds))
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", SCRIPT]
    command += [server.url, "--", method, path, body or "-", "keep" if keep_alive else "close"]
    before = server.cpu_seconds()
    output = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds + 60)
    used = server.cpu_seconds() - before
    if output.returncode != 0:
        raise RuntimeError(f"wrk against {server.name}: {output.stderr.strip() or output.stdout.strip()}")
    result = json.loads(output.stdout.strip().splitlines()[-1])
    requests = result["requests"]
    return {
        "requests_per_second": requests / result["seconds"],
        "p50_us": result["p50_us"],
        "p99_us": result["p99_us"],
        "p999_us": result["p999_us"],
        "cpu_us_per_request": used / requests * 1e6 if requests else None,
        "resident_kb": server.resident_kilobytes(),
        "requests": requests,
        "errors": sum(result[key] for key in ("connect_errors", "read_errors", "write_errors", "timeouts")),
        "bad_statuses": result["bad_statuses"],
    }
