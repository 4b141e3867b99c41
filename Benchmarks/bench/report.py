"""RESULTS.md and results.svg, from the measurements in results/."""

import json
from statistics import median

from . import idle, places, plot, published, ratios

SIMULATION = """The paper's base case, cold start unless named: a run ends with the measured part, the first 80 % of the completions. The
reference is `python/lockstep.py`, run to the same completion (what is compared) and, for the record, to the last. Lock-step unless m is
named; r = 8 for heavy tails (lognormal lengths of deviation 5000, means 1155 and 500) and growth. Memory is the largest resident set of
a process that did nothing else.

"""
GOALS = places.BENCHMARKS / "goals.json"


def load(section):
    path = places.RESULTS / f"{section}.json"
    return json.loads(path.read_text()) if path.exists() else None


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def http_section(data):
    rows = []
    for case, runs in data.items():
        for name, entries in runs.items():
            if name == "afd-sizer":
                versus = tail = "1"
            else:
                versus = ratios.text(ratios.paired(runs, name))
                tail = ratios.text(ratios.paired(runs, name, "p99_us"))
            errors = sum(entry["errors"] + entry["bad_statuses"] for entry in entries)
            rows.append(
                [case if name == "afd-sizer" else "", name, f"{ratios.mid(entries, 'requests_per_second'):,.0f}", versus]
                + [f"{ratios.mid(entries, 'p50_us'):,.0f}", f"{ratios.mid(entries, 'p99_us'):,.0f}", tail]
                + [f"{ratios.mid(entries, 'cpu_us_per_request'):.1f}"]
                + [f"{ratios.mid(entries, 'resident_kb') / 1024:.1f}", errors or ""]
            )
    rounds = max(len(entries) for runs in data.values() for entries in runs.values())
    text = f"""## HTTP

wrk with one thread on the same two cores; {rounds} rounds, the contenders one after another in each, another one first each
time. Medians of the rounds; ratios are of runs in the same round, service ÷ other, as median [lowest–highest]. CPU is user and
system time of the server per request. Resident memory counts shared pages once. Nothing logs requests.

"""
    head = ["case", "server", "requests/s", "service ÷ it", "p50 µs", "p99 µs", "p99: service ÷ it", "CPU µs/request"]
    return text + table(head + ["resident MB", "errors"], rows)


def startup_section(data):
    rows = [
        [name, ratios.text([entry["ready_ms"] for entry in entries], 0)]
        + [ratios.text([entry["resident_kb"] / 1024 for entry in entries], 1)]
        + [ratios.text([entry.get("vm_rss_kb", 0) / 1024 for entry in entries], 1) if name == "afd-sizer" else ""]
        for name, entries in data.items()
    ]
    return "## Start and rest\n\n" + table(["server", "start to first answer, ms", "resident MB, idle", "VmRSS MB"], rows)


def crowd_section(data):
    return f"""## Idle connections

{data["connections"]:,} keep-alive connections, each idle after one answered request ({data["alive"]:,} still open at the end of the
last run): **{data["kb_per_connection"][0]:.2f} KB** of resident memory each. Requests per second of one active connection with the
crowd ÷ the mean of the runs without it before and after: {ratios.text(idle.speeds(data), 3)}.
"""


def allocations_section(data):
    rows = [
        [path] + [f"{data[name][path][0]:.2f} ({data[name][path][1]:,.0f} bytes)" for name in data]
        for path in next(iter(data.values()))
    ]
    return (
        "## Allocations per request\n\nCalls of malloc and its kin on a kept connection in steady state, counted by a "
        "preloaded library.\n\n" + table(["path", *data], rows)
    )


def duration(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def core_section(title, data, intro=""):
    rows = []
    memory = title == "Simulation"
    for name, entries in data["timings"].items():
        counts = data.get("counts", {}).get(name)
        middles = [entry["median_ns"] for entry in entries]
        rows.append(
            [name, f"{duration(median(middles))} [{duration(min(middles))}–{duration(max(middles))}]"]
            + ([f"{counts['instructions']:,.0f}", f"{counts['allocations']:.1f}"] if counts else ["", ""])
            + ([f"{max(entry['peak_kb'] for entry in entries) / 1024:.1f}" if "peak_kb" in entries[0] else ""] if memory else [])
        )
    head = ["case", "time", "instructions", "allocations"] + (["peak memory, MB"] if memory else [])
    return f"## {title}\n\n{intro}" + table(head, rows)


def ratios_section(title, data, intro=""):
    text = core_section(title, data, intro)
    lines = []
    for entry in data.get("ratios", []):
        lines.append(f"- {entry['what']}: {ratios.text(entry['values'], entry.get('digits', 2))}")
    return text + ("\n" + "\n".join(lines) + "\n" if lines else "")


ASKED = {
    "plan named_plan.json": "`POST /v1/plan`: 24 H200, Qwen3-235B-A22B in bf16, lengths 4000 and 1000, TPOT at most 100 ms, three "
    "microbatches, instances of eight devices: how many of each, and the batch",
    "size named_size.json": "`POST /v1/size`: the same model and devices, a batch of 171 an instance and microbatch: the ratio, the barrier included",
    "size base_case.json": "`POST /v1/size`: the paper's base case, coefficients given",
    "aiconfigurator_search": "its AFD search: 24 H200, the same model, lengths and limit, three microbatches, ideal overlap; nodes, batch "
    "and the parallelism inside a node (36 topologies)",
    "aiconfigurator_narrow": "the same with the parallelism inside a node given (3 topologies)",
    "aiconfigurator_estimate": "one AFD configuration, no search: two nodes to one, a batch of 64 a GPU (512 a node, in three microbatches)",
    "genz_estimate": "one colocated configuration, no ratio: a step of Mixtral 8x22B on eight H100",
    "llm_analysis_estimate": "one colocated configuration, no ratio: Llama 2 70B on eight A100",
}


def published_section(data):
    rows = []
    for name, entry in [*data["ours"].items(), *data["theirs"].items()]:
        runs = entry["runs"]
        rows.append([entry.get("package", "afd-sizer").replace("==", " "), ASKED[name]])
        for kind in ("cold", "warm"):
            rows[-1].append(duration(1e9 * median(published.middle(run, kind) for run in runs)))
        rows[-1] += [f"{entry['installed_mb']:,}", f"{max(run['peak_kb'] for run in runs) / 1024:.0f}", runs[-1]["answer"]]
    text = """## Time to a ratio, beside published tools

`script/bench published`: tools that install from PyPI and answer without a hub. Cold is from the start of the process to the
answer (ours: the command line), warm the same question again in the process (ours: over HTTP on a kept connection; the service is
asked the same again, and keeps no answers; the tools may keep what they worked out). Installed: the virtual environment, or the
binary, without the Swift runtime where that is not linked in. Memory: the peak of the process, or
the service after the requests. The questions differ: AIConfigurator works on measured kernel times and mean lengths, takes whole
nodes and walks the batch; the service works on a roofline or given coefficients and includes the barrier. The two others know
no ratio and are here for scale.

"""
    text += table(["tool", "asked", "cold", "warm", "installed MB", "memory MB", "answer"], rows)
    lines = [f"- {entry['what']}: {ratios.text(entry['values'], entry['digits'])}" for entry in data["ratios"]]
    return text + "\n" + "\n".join(lines) + "\n"


def traces_section(data):
    text = f"""## Traces

Through the core: the parser by itself, on one thread, fed 64 KiB at a time. Over HTTP: one upload to the service on loopback, from the
first byte sent to the last of the answer, of {data['rows']:,} generated requests; CPU is the service's own. MB are of the text, not of
what is sent, where it is compressed. zlib is Python's `zlib.decompressobj` over the same file, reading nothing out of it.

"""
    rows = [[name, ratios.text(values, 0)] for name, values in data["megabytes_per_second"].items()]
    text += table(["case", "MB/s"], rows)
    whole = data["large"]
    lines = [f"- {entry['what']}: {ratios.text(entry['values'], entry.get('digits', 2))}" for entry in data["ratios"]]
    lines.append(
        f"- an upload of {whole['bytes'] / 1e9:.2f} GB of CSV ({whole['requests']:,} requests): {whole['seconds']:.1f} s, largest "
        f"resident set of the service {whole['peak_kb'] / 1024:.1f} MB ({whole['before_kb'] / 1024:.1f} MB before)"
    )
    statistics = data["timings"]["statistics of 100,000 requests"]
    lines.append(f"- statistics of 100,000 requests, once read: {duration(median(entry['median_ns'] for entry in statistics))}")
    return text + "\n" + "\n".join(lines) + "\n"


def goals_section(values):
    rows = []
    for goal in json.loads(GOALS.read_text()):
        value = values.get(goal["key"])
        if value is None:
            rows.append([goal["what"], goal["text"], "not measured", ""])
            continue
        met = value >= goal["at_least"] if "at_least" in goal else value <= goal["at_most"]
        rows.append([goal["what"], goal["text"], f"{value:.3g}", "yes" if met else "**no**"])
    return "## Goals\n\n" + table(["what", "goal", "measured (median)", "met"], rows)


def values():
    """The figures that goals and thresholds name: ratios and counts by key."""
    found = {}
    http = load("http")
    if http:
        for case, runs in http["data"].items():
            for name in runs:
                if name != "afd-sizer":
                    found[f"http: {case}: requests/s, service / {name}"] = median(ratios.paired(runs, name))
                    found[f"http: {case}: p99, service / {name}"] = median(ratios.paired(runs, name, "p99_us"))
    startup = load("startup")
    if startup:
        entries = startup["data"]["afd-sizer"]
        found["startup: ready, ms"] = median(entry["ready_ms"] for entry in entries)
        found["startup: resident, MB"] = median(entry["vm_rss_kb"] for entry in entries) / 1024
    crowd = load("crowd")
    if crowd:
        data = crowd["data"]
        found["crowd: KB per connection"] = data["kb_per_connection"][0]
        found["crowd: requests/s with / without"] = median(idle.speeds(data))
    allocations = load("allocations")
    if allocations:
        for path, (calls, _) in allocations["data"]["afd-sizer"].items():
            found[f"allocations: {path}"] = calls
    for group in ("sizing", "simulation", "traces"):
        section = load(group)
        if not section:
            continue
        for name, entries in section["data"].get("timings", {}).items():
            found[f"{group}: {name}: µs"] = median(entry["median_ns"] for entry in entries) / 1e3
        for name, counts in section["data"].get("counts", {}).items():
            found[f"{group}: {name}: instructions"] = counts["instructions"]
            found[f"{group}: {name}: allocations"] = counts["allocations"]
        for name, speeds in section["data"].get("megabytes_per_second", {}).items():
            found[f"{group}: {name}: MB/s"] = median(speeds)
        if "large" in section["data"]:
            found[f"{group}: large upload: MB resident"] = section["data"]["large"]["peak_kb"] / 1024
        for entry in section["data"].get("ratios", []):
            found[f"{group}: {entry['what']}"] = median(entry["values"])
    return found


def machines():
    """One entry where all sections were measured in one session; else one a section."""
    lines, seen = [], None
    for section in ("http", "startup", "crowd", "allocations", "sizing", "simulation", "traces", "published"):
        measured = load(section)
        if not measured:
            continue
        machine = measured["machine"]
        if seen is None:
            seen = machine
            versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
            lines.append(f"Machine: {machine['processor']}, {machine['memory']}, {machine['system']}.  \nVersions: {versions}.\n")
        lines.append(f"- {section}: {machine['date']}, commit {machine['commit']}, load before: {machine['load before']}, niceness {machine['niceness']}")
        if "note" in measured:
            lines.append(f"  {measured['note']}")
    return "\n".join(lines) + "\n"


def write():
    parts = [
        "# Results\n\nWritten by `script/bench`; do not edit by hand (what was tried is kept in `NOTES.md`). Times on a shared "
        "virtual machine vary; what counts is a ratio within one run, or a count.\n",
        machines(),
        goals_section(values()),
        "![Ratios and growth](results.svg)\n",
    ]
    http, simulation = load("http"), load("simulation")
    if http:
        parts.append(http_section(http["data"]))
    for section, make in (("startup", startup_section), ("crowd", crowd_section), ("allocations", allocations_section)):
        if measured := load(section):
            parts.append(make(measured["data"]))
    if sizing := load("sizing"):
        parts.append(core_section("Sizing", sizing["data"], "One operation on one thread; instructions by callgrind.\n\n"))
    if simulation:
        parts.append(ratios_section("Simulation", simulation["data"], SIMULATION))
    if traces := load("traces"):
        parts.append(traces_section(traces["data"]))
    if tools := load("published"):
        parts.append(published_section(tools["data"]))
    notes = places.BENCHMARKS / "NOTES.md"
    if notes.exists():
        parts.append(notes.read_text())
    (places.BENCHMARKS / "RESULTS.md").write_text("\n".join(parts))
    chosen = [case for case in (http or {"data": {}})["data"] if "TLS" not in case]
    points = simulation["data"].get("growth", []) if simulation else []
    plot.write(places.BENCHMARKS / "results.svg", http["data"] if http else {}, chosen, points)
