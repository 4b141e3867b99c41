"""The smoke run: a few short measurements against recorded ratios and counts, never seconds."""

import json
from statistics import median

from . import allocations, core, http, places, ratios

THRESHOLDS = places.BENCHMARKS / "thresholds.json"
# Hummingbird takes minutes to build: it is in the full run alone.
OTHERS = ("nginx", "flask")


class Checks:
    """What was checked so far, against the rules of one section of the thresholds."""

    def __init__(self, report):
        self.report, self.failures = report, []

    def check(self, what, value, rule):
        good = holds(value, rule)
        bound = f"at least {rule['at_least']}" if "at_least" in rule else f"at most {rule['at_most']:,}"
        self.report(f"{'ok  ' if good else 'FAIL'} {what}: {value:,.4g} ({bound})")
        if not good:
            self.failures.append(what)


def holds(value, rule):
    return value >= rule["at_least"] if "at_least" in rule else value <= rule["at_most"]


def http_ratios(rounds, seconds, report):
    """{case: {other: median of service ÷ other}}, requests per second of alternating runs."""
    runs = http.run(rounds, seconds, smoke=True, others=OTHERS, report=report)
    return {
        case: {name: median(ratios.paired(entries, name)) for name in entries if name != "afd-sizer"}
        for case, entries in runs.items()
    }


def simulation_ratios(rounds):
    """Medians of alternating runs of the core and the numpy reference."""
    found = {"numpy ÷ figure-4 sweep, 1 thread": [], "growth, 1e6 requests ÷ 1e5": [], "memory, 1e6 requests ÷ 1e4": []}
    for _ in range(rounds):
        reference = core.numpy_reference(0.8)["seconds"]
        sweep, small, middle, large = (
            core.measure(name, 0.3)
            for name in ("figure-4 sweep, 1 thread", "growth, 1e4 requests", "growth, 1e5 requests", "growth, 1e6 requests")
        )
        for values, value in zip(
            found.values(),
            (
                reference * 1e9 / sweep["median_ns"],
                large["median_ns"] / middle["median_ns"],
                large["peak_kb"] / small["peak_kb"],
            ),
        ):
            values.append(value)
    return {what: median(values) for what, values in found.items()}


def twice(measure, rules, report):
    """Short runs; if a rule does not hold, once more with longer ones."""
    found = measure(False)
    if all(holds(found[what], rule) for what, rule in rules.items()):
        return found
    report("a ratio breaks its threshold: once more, with longer runs")
    return measure(True)


def smoke(report=print):
    """0 if every threshold holds, else 1."""
    thresholds = json.loads(THRESHOLDS.read_text())
    checks = Checks(report)
    counted = allocations.count(("afd-sizer",), report=lambda text: None)["afd-sizer"]
    for path, rule in thresholds["allocations"].items():
        checks.check(f"allocations, {path}", counted[path][0], rule)
    for name, rule in thresholds["instructions"].items():
        checks.check(f"instructions, {name}", core.instructions(name, rule["operations"]), rule)

    rules = thresholds["simulation"]
    found = twice(lambda again: simulation_ratios(5 if again else 3), rules, report)
    for what, rule in rules.items():
        checks.check(what, found[what], rule)

    rules = {(case, name): rule for case, others in thresholds["http"].items() for name, rule in others.items()}

    def flat(again):
        measured = http_ratios(5 if again else 3, 2 if again else 1, report)
        return {(case, name): value for case, others in measured.items() for name, value in others.items()}

    found = twice(flat, rules, report)
    for (case, name), rule in rules.items():
        checks.check(f"requests/s, {case}, service ÷ {name}", found[case, name], rule)
    report(f"{len(checks.failures)} of the thresholds failed" if checks.failures else "all thresholds hold")
    return 1 if checks.failures else 0
