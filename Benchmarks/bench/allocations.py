"""Allocations per request, counted by a preloaded library."""

import struct
import subprocess

from . import places, servers

PATHS = {"GET /healthz": ("GET", "/healthz", b""), "POST /v1/size": ("POST", "/v1/size", None)}


def build():
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", "-o", places.MALLOC_COUNT, places.BENCHMARKS / "native" / "malloc_count.c"],
        check=True,
    )


def environment(name):
    file = places.WORK / f"malloc-{name}.count"
    file.unlink(missing_ok=True)
    return file, {"LD_PRELOAD": str(places.MALLOC_COUNT), "MALLOC_COUNT_FILE": str(file)}


def read(file):
    """(calls, bytes) so far."""
    return struct.unpack("QQ", file.read_bytes()[:16])


def count(names=("afd-sizer", "hummingbird"), report=print):
    """{server: {path: (calls, bytes) per request}} over a kept connection in steady state."""
    results = {}
    for offset, name in enumerate(names):
        file, variables = environment(name)
        server = servers.STARTERS[name](places.FIRST_PORT + 50 + offset, environment=variables)
        try:
            server.wait_ready()
            for path, (method, target, body) in PATHS.items():
                body = places.PAYLOAD.read_bytes() if body is None else body
                # Few enough for one connection that may carry a thousand requests; the first ones fill pools and caches.
                connection = servers.connect(server)
                for _ in range(300):
                    servers.exchange(server, method, target, body, connection)
                calls, size = read(file)
                for _ in range(600):
                    servers.exchange(server, method, target, body, connection)
                after = read(file)
                connection.close()
                results.setdefault(name, {})[path] = ((after[0] - calls) / 600, (after[1] - size) / 600)
        finally:
            server.stop()
        report(f"allocations {name}: {results[name]}")
    return results
