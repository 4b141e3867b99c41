"""Where things are."""

import os
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
RESULTS = BENCHMARKS / "results"
PAYLOAD = BENCHMARKS / "payloads" / "base_case.json"
# Products of a build, certificates and logs: never committed.
WORK = BENCHMARKS / ".build" / "bench"
VENV = BENCHMARKS / ".venv" / "bin"

SERVICE = ROOT / ".build" / "release" / "afd-sizer"
HUMMINGBIRD = BENCHMARKS / ".build" / "release" / "hummingbird-service"
CORE = BENCHMARKS / ".build" / "release" / "bench-core"
MALLOC_COUNT = WORK / "malloc_count.so"

# Ports from here on, on 127.0.0.1 only.
FIRST_PORT = int(os.environ.get("AFD_BENCH_PORT", "18800"))


def shared(name):
    """A file of the project's shared data, or None."""
    path = Path(os.environ.get("AFD_SHARED", ROOT.parent / "shared")) / "data" / name
    return path if path.exists() else None
