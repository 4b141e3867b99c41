"""The Azure 2023 conversation trace of ../shared/data as the histograms that a serving runtime would have shown to Prometheus, twice over:
first as it was, then with contexts that are some times longer."""

import csv
import datetime
import os
import subprocess

from running import ROOT

SHARED = os.environ.get("AFD_SHARED", os.path.join(ROOT, "../shared"))
TRACE = os.path.join(SHARED, "data/azure2023_conv.csv")
# vLLM's buckets: 1, 2, 5, 10 and so on.
BUCKETS = [factor * 10**power for power in range(5) for factor in (1, 2, 5)]
SCRAPE = 15
METRICS = ["vllm:request_prompt_tokens", "vllm:request_generation_tokens"]


def requests(longer):
    """(time, prefill, decode), with the second pass after the first. Returns the time of the shift and of the end too."""
    with open(TRACE) as file:
        rows = [(datetime.datetime.fromisoformat(row["TIMESTAMP"][:26]).replace(tzinfo=datetime.timezone.utc).timestamp(),
                 int(row["ContextTokens"]), max(1, int(row["GeneratedTokens"]))) for row in csv.DictReader(file)]
    shift = rows[-1][0] + 1
    second = [(time - rows[0][0] + shift, longer * prefill, decode) for time, prefill, decode in rows]
    return rows + second, rows[0][0], shift, second[-1][0]


def open_metrics(trace):
    """The text of every scrape, family by family, as promtool reads it."""
    for field, metric in enumerate(METRICS, 1):
        yield f"# TYPE {metric} histogram\n"
        counts, total, place, now = [0] * len(BUCKETS), 0, 0, trace[0][0]
        while now < trace[-1][0] + SCRAPE:
            while place < len(trace) and trace[place][0] <= now:
                value = trace[place][field]
                total += value
                for index, bound in enumerate(BUCKETS):
                    counts[index] += value <= bound
                place += 1
            for bound, count in zip(BUCKETS, counts):
                yield f'{metric}_bucket{{le="{bound}"}} {count} {now:.3f}\n'
            yield f'{metric}_bucket{{le="+Inf"}} {place} {now:.3f}\n{metric}_sum {total} {now:.3f}\n{metric}_count {place} {now:.3f}\n'
            now += SCRAPE
    yield "# EOF\n"


def write_blocks(trace, folder):
    """Prometheus' own files, so that the past can be asked for."""
    text = os.path.join(folder, "trace.txt")
    with open(text, "w") as file:
        file.writelines(open_metrics(trace))
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", text, os.path.join(folder, "data")], check=True, stdout=subprocess.DEVNULL)
