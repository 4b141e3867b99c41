"""Asks for plans again and again, and shows the replicas that they advise as Prometheus gauges.

    python -m afd_sizer.watch --url http://127.0.0.1:8080 --every 60 --port 9108 decode=plan.json

Each KEY=FILE is a request of POST /v1/plan, read anew each time: what measures the rate of arrivals writes it there. The gauges of a key
are gone when its last advice is older than `--stale` seconds, so that an autoscaler sees none rather than an old one.
"""
from __future__ import annotations

import argparse
import dataclasses
import http.server
import json
import pathlib
import sys
import threading
import time
from typing import Any

from .client import Client
from .errors import AFDSizerError
from .models import OpenPlanAnswer, PlanAnswer


@dataclasses.dataclass
class Advice:
    """The last that was advised for a key."""

    replicas: dict[str, int] = dataclasses.field(default_factory=dict)
    headroom: float | None = None
    at: float | None = None
    failures: int = 0


def replicas(plan: PlanAnswer | OpenPlanAnswer) -> dict[str, int]:
    """By pool, spares included."""
    deployment = plan.deployment
    if isinstance(plan, PlanAnswer):
        return {"attention": deployment.attention_instances + plan.deployment.spare_attention_instances,
                "ffn": deployment.ffn_instances + plan.deployment.spare_ffn_instances}
    found = {"attention": deployment.attention_instances, "ffn": deployment.ffn_instances}
    if plan.deployment.prefill_instances is not None:
        found["prefill"] = plan.deployment.prefill_instances
    return found


def text(advice: dict[str, Advice], now: float, stale: float) -> str:
    """Prometheus text format 0.0.4."""
    fresh = {key: one for key, one in sorted(advice.items()) if one.at is not None and now - one.at <= stale}
    lines = ["# HELP afd_sizer_desired_replicas Instances of each pool that the last plan has.",
             "# TYPE afd_sizer_desired_replicas gauge"]
    for key, one in fresh.items():
        lines += [f"afd_sizer_desired_replicas{{key={quoted(key)},pool={quoted(pool)}}} {count}" for pool, count in sorted(one.replicas.items())]
    lines += ["# HELP afd_sizer_headroom How much larger the rate of arrivals may get, as a fraction.", "# TYPE afd_sizer_headroom gauge"]
    lines += [f"afd_sizer_headroom{{key={quoted(key)}}} {one.headroom!r}" for key, one in fresh.items() if one.headroom is not None]
    lines += ["# HELP afd_sizer_advice_timestamp_seconds When the last plan was made.", "# TYPE afd_sizer_advice_timestamp_seconds gauge"]
    lines += [f"afd_sizer_advice_timestamp_seconds{{key={quoted(key)}}} {one.at!r}" for key, one in sorted(advice.items()) if one.at is not None]
    lines += ["# HELP afd_sizer_advice_failures_total Plans that could not be had.", "# TYPE afd_sizer_advice_failures_total counter"]
    lines += [f"afd_sizer_advice_failures_total{{key={quoted(key)}}} {one.failures}" for key, one in sorted(advice.items())]
    return "\n".join(lines) + "\n"


def quoted(label: str) -> str:
    escaped = label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def ask(client: Client, files: dict[str, pathlib.Path], advice: dict[str, Advice], now: float) -> None:
    """One round: what fails keeps its last advice, and is counted."""
    for key, file in files.items():
        one = advice.setdefault(key, Advice())
        try:
            plan = client.plan(json.loads(file.read_text()))
        except (OSError, ValueError, AFDSizerError) as error:
            one.failures += 1
            print(f"{key}: {error}", file=sys.stderr, flush=True)
            continue
        one.replicas, one.at = replicas(plan), now
        one.headroom = plan.service.headroom if isinstance(plan, OpenPlanAnswer) else None


class Gauges(http.server.ThreadingHTTPServer):
    """Serves /metrics."""

    def __init__(self, address: tuple[str, int], advice: dict[str, Advice], stale: float):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = text(advice, time.time(), stale).encode()
                found = self.path.split("?")[0] == "/metrics"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body) if found else 0))
                self.end_headers()
                if found:
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(address, Handler)


def main(arguments: list[str] | None = None) -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--url", default="http://127.0.0.1:8080")
    reader.add_argument("--token-file", type=pathlib.Path)
    reader.add_argument("--every", type=float, default=60.0, help="seconds")
    reader.add_argument("--stale", type=float, help="seconds; ten times --every where it is not given")
    reader.add_argument("--host", default="127.0.0.1")
    reader.add_argument("--port", type=int, default=9108)
    reader.add_argument("plans", nargs="+", metavar="KEY=FILE")
    options = reader.parse_args(arguments)
    files = {key: pathlib.Path(name) for key, _, name in (plan.partition("=") for plan in options.plans)}
    token = options.token_file.read_text().split()[0] if options.token_file else None
    advice: dict[str, Advice] = {}
    gauges = Gauges((options.host, options.port), advice, options.stale or 10 * options.every)
    threading.Thread(target=gauges.serve_forever, daemon=True).start()
    print(f"gauges at http://{options.host}:{gauges.server_port}/metrics", flush=True)
    with Client(options.url, token=token) as client:
        while True:
            ask(client, files, advice, time.time())
            time.sleep(options.every)


if __name__ == "__main__":
    main()
