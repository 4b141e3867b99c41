"""The core without a server: sizing, simulation and traces, through bench-core and callgrind."""

import json
import os
import re
import subprocess

from . import places

REFERENCE = "numpy, slot by slot, the same part of the completions"
REFERENCE_WHOLE = "numpy, slot by slot, all completions"


def cases(group):
    output = subprocess.run([places.CORE, "list", group], check=True, capture_output=True, text=True, env=environment())
    return output.stdout.splitlines()


def environment():
    data = places.shared("README.md")
    return {**os.environ, **({"AFD_SHARED_DATA": str(data.parent)} if data else {})}


def measure(name, seconds):
    output = subprocess.run(
        [places.CORE, "time", name, str(seconds)], check=True, capture_output=True, text=True, env=environment()
    )
    return json.loads(output.stdout)


def timings(group, rounds, seconds, report=print):
    """{case: [{median_ns, fastest_ns, …}, …]}, the cases one after the other in each round."""
    names = cases(group)
    results = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            results[name].append(measure(name, seconds))
    for name, entries in results.items():
        report(f"{group} {name}: {[round(entry['median_ns'] / 1e3, 2) for entry in entries]} µs")
    return results


def stripped():
    """bench-core without debugging information, which valgrind does not always understand."""
    copy = places.WORK / "bench-core"
    if not copy.exists() or copy.stat().st_mtime < places.CORE.stat().st_mtime:
        subprocess.run(["strip", "--strip-debug", "-o", copy, places.CORE], check=True)
    return copy


def instructions(name, count):
    """Instructions of one operation: the difference between 2·count and count of them, so that the start drops out."""
    totals = []
    for times in (count, 2 * count):
        output = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", stripped(), "run", name, str(times)],
            check=True,
            capture_output=True,
            text=True,
            env=environment(),
        )
        totals.append(int(re.search(r"Collected : (\d+)", output.stderr).group(1)))
    return (totals[1] - totals[0]) / count


def allocations(name, count):
    """Calls of the allocator in one operation, in the same way."""
    from . import allocations as counter

    totals = []
    for times in (count, 2 * count):
        file, variables = counter.environment("core")
        subprocess.run([places.CORE, "run", name, str(times)], check=True, env={**environment(), **variables})
        totals.append(counter.read(file)[0])
    return (totals[1] - totals[0]) / count


def count(name, times):
    """Instructions and allocations of one operation."""
    return {"instructions": instructions(name, times), "allocations": allocations(name, times)}


def counts(timings, report=print):
    """{case: {instructions, allocations}} of one operation, for cases that have been timed."""
    results = {}
    for name, entries in timings.items():
        results[name] = count(name, 200 if entries[0]["fastest_ns"] < 50_000 else 10)
        report(f"{name}: {results[name]}")
    return results


def numpy_reference(until):
    """Seconds of the reference for the figure-4 sweep, and its points; it ends after that part of the completions."""
    output = subprocess.run(
        [places.VENV / "python", places.BENCHMARKS / "python" / "lockstep.py", "--until", str(until)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(output.stdout)
