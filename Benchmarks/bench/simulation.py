"""The figure-4 sweep, growth, heavy tails and threads; beside the numpy reference."""

from . import core

GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)


def run(rounds, report=print):
    names = core.cases("simulation")
    if not names:
        return None
    timings = {name: [] for name in names}
    references = {core.REFERENCE: [], core.REFERENCE_WHOLE: []}
    points = []
    for _ in range(rounds):
        # Ours ends with the measured 80 % of the completions; so does the reference that it is compared with.
        for name, until in ((core.REFERENCE, 0.8), (core.REFERENCE_WHOLE, 1)):
            reference = core.numpy_reference(until)
            references[name].append({"median_ns": reference["seconds"] * 1e9})
            points = reference["points"]
        for name in names:
            timings[name].append(core.measure(name, 0.5))
    for name, entries in timings.items():
        report(f"simulation {name}: {[round(entry['median_ns'] / 1e6, 3) for entry in entries]} ms")
    for name, entries in references.items():
        report(f"simulation {name}: {[round(entry['median_ns'] / 1e9, 3) for entry in entries]} s")
    timings.update(references)

    def ratio(what, one, two):
        values = [a["median_ns"] / b["median_ns"] for a, b in zip(timings[one], timings[two])]
        return {"what": what, "values": values}

    ratios = [
        ratio("figure-4 sweep, numpy ÷ one thread", core.REFERENCE, "figure-4 sweep, 1 thread"),
        ratio("figure-4 sweep, numpy with all completions ÷ one thread", core.REFERENCE_WHOLE, "figure-4 sweep, 1 thread"),
        ratio("figure-4 sweep, one thread ÷ two", "figure-4 sweep, 1 thread", "figure-4 sweep, 2 threads"),
    ]
    growth = [name for name in names if name.startswith("growth, ")]
    for one, two in zip(growth, growth[1:]):
        ratios.append(ratio(f"{two} ÷ {one.removeprefix('growth, ')}", two, one))
    ratios.append(
        {
            "what": "growth, peak resident memory, 1e7 requests ÷ 1e4",
            "values": [a["peak_kb"] / b["peak_kb"] for a, b in zip(timings[growth[-1]], timings[growth[0]])],
        }
    )
    data = {"timings": timings, "ratios": ratios, "numpy_points": points}
    data["counts"] = {name: core.count(name, 1) for name in names if name == "figure-4 sweep, 1 thread"}
    data["growth"] = [
        [count, sorted(entry["median_ns"] for entry in timings[name])[len(timings[name]) // 2] / 1e9]
        for count, name in zip(GROWTH, growth)
    ]
    return data
