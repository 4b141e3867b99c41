"""python3 -m bench [--smoke] [--rounds N] [--seconds S] [section …]: see script/bench."""

import argparse
import json
import sys

from . import allocations, core, http, idle, machine, places, published, report, simulation, tail, thresholds, traces

SECTIONS = ("http", "startup", "crowd", "allocations", "sizing", "simulation", "traces")
# Only where named: they download much, or take long.
OPTIONAL = ("published", "tail")


def say(text):
    print(text, flush=True)


def measure(section, rounds, seconds):
    """The data of one section; None where it cannot be measured here."""
    match section:
        case "http":
            return http.run(rounds, seconds, report=say)
        case "startup":
            return idle.startup(rounds, report=say)
        case "crowd":
            return idle.crowd(rounds, seconds, report=say)
        case "allocations":
            return allocations.count(report=say)
        case "sizing":
            timings = core.timings("sizing", rounds, 0.3, say)
            return {"timings": timings, "counts": core.counts(timings, say)}
        case "simulation":
            return simulation.run(rounds, report=say)
        case "traces":
            return traces.run(rounds, report=say)
        case "tail":
            return tail.run(rounds, seconds, report=say)
        case "published":
            return published.run(rounds, report=say)


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description="Measures the service beside others.")
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}, all where none is named; or {', '.join(OPTIONAL)}")
    parser.add_argument("--smoke", action="store_true", help="short; checks ratios and counts against thresholds.json")
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs (default 5)")
    parser.add_argument("--seconds", type=float, default=3, help="of a run of the main HTTP cases (default 3)")
    parser.add_argument("--report", action="store_true", help="only write RESULTS.md anew from results/")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS + OPTIONAL):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    places.WORK.mkdir(parents=True, exist_ok=True)
    places.RESULTS.mkdir(exist_ok=True)
    if not arguments.report:
        allocations.build()
    if arguments.smoke:
        sys.exit(thresholds.smoke(say))
    if not arguments.report:
        described = machine.describe()
        for section in arguments.sections or SECTIONS:
            data = measure(section, arguments.rounds, arguments.seconds)
            if data is None:
                say(f"{section}: skipped")
                continue
            path = places.RESULTS / f"{section}.json"
            path.write_text(json.dumps({"machine": described, "data": data}, indent=1, ensure_ascii=False) + "\n")
    report.write()
    say("wrote Benchmarks/RESULTS.md and Benchmarks/results.svg")


main()
