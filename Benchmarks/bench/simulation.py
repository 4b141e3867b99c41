"""The figure-4 sweep, growth, heavy tails and threads; beside the numpy reference."""

from . import core

GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)


def run(rounds, report=print):
    names = core.cases("simulation")
    if not names:
        return None
    timings = {name: [] for name in names}
    numpy_seconds, points = [], []
    for _ in range(rounds):
        reference = core.numpy_reference()
        numpy_seconds.append(reference["seconds"])
        points = reference["points"]
        for name in names:
            timings[name].append(core.measure(name, 0.5))
    for name, entries in timings.items():
        report(f"simulation {name}: {[round(entry['median_ns'] / 1e6, 3) for entry in entries]} ms")
    report(f"simulation numpy: {numpy_seconds} s")
    timings[core.REFERENCE] = [{"median_ns": seconds * 1e9} for seconds in numpy_seconds]

    def ratio(what, one, two):
        values = [a["median_ns"] / b["median_ns"] for a, b in zip(timings[one], timings[two])]
        return {"what": what, "values": values}

    ratios = [
        ratio("figure-4 sweep, numpy ÷ one thread", core.REFERENCE, "figure-4 sweep, 1 thread"),
        ratio("figure-4 sweep, one thread ÷ two", "figure-4 sweep, 1 thread", "figure-4 sweep, 2 threads"),
    ]
    growth = [name for name in names if name.startswith("growth, ")]
    for one, two in zip(growth, growth[1:]):
        ratios.append(ratio(f"{two} ÷ {one.removeprefix('growth, ')}", two, one))
    data = {"timings": timings, "ratios": ratios, "numpy_points": points}
    data["counts"] = {name: core.count(name, 1) for name in names if name == "figure-4 sweep, 1 thread"}
    data["growth"] = [
        [count, sorted(entry["median_ns"] for entry in timings[name])[len(timings[name]) // 2] / 1e9]
        for count, name in zip(GROWTH, growth)
    ]
    return data
