"""The smoke run: a few short measurements against recorded ratios and counts, never seconds."""

import json

from . import allocations, core, http, places, ratios

THRESHOLDS = places.BENCHMARKS / "thresholds.json"


def smoke(report=print):
    """0 if every threshold holds, else 1. A ratio that fails is measured once more, with longer runs."""
    thresholds = json.loads(THRESHOLDS.read_text())
    failures = []

    def check(what, value, rule):
        good = value >= rule["at_least"] if "at_least" in rule else value <= rule["at_most"]
        bound = f"at least {rule['at_least']}" if "at_least" in rule else f"at most {rule['at_most']}"
        report(f"{'ok  ' if good else 'FAIL'} {what}: {value:.4g} ({bound})")
        if not good:
            failures.append(what)

    for path, (calls, _) in allocations.count(("afd-sizer",), report=lambda text: None)["afd-sizer"].items():
        check(f"allocations {path}", calls, thresholds["allocations"][path])
    for name, rule in thresholds["instructions"].items():
        check(f"instructions {name}", core.instructions(name, rule["operations"]), rule)

    def measured(rounds, seconds):
        runs = http.run(rounds, seconds, smoke=True, report=report)
        return {
            (case, name): ratios.spread(ratios.paired(entries, name))["median"]
            for case, entries in runs.items()
            for name in entries
            if name != "afd-sizer"
        }

    def wanted(values):
        return [
            (f"requests/s {case}, service / {name}", values[case, name], rule)
            for case, others in thresholds["http"].items()
            for name, rule in others.items()
        ]

    found = wanted(measured(3, 1))
    if any(value < rule["at_least"] for _, value, rule in found):
        report("a ratio is below its threshold: once more, with longer runs")
        found = wanted(measured(5, 2))
    for what, value, rule in found:
        check(what, value, rule)
    report(f"{len(failures)} of the thresholds failed" if failures else "all thresholds hold")
    return 1 if failures else 0
