"""A trace read as people would: the csv or json module and numpy. python3 trace_reference.py FILE

Prints one line of JSON: seconds, and mean and deviation of the slot load.
"""

import csv
import gzip
import json
import sys
import time

import numpy as np


def read(path):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as file:
        if ".csv" in path:
            rows = list(csv.DictReader(file))
            names = ("ContextTokens", "GeneratedTokens")
        else:
            rows = [json.loads(line) for line in file]
            names = ("input_length", "output_length")
        return [np.array([float(row[name]) for row in rows]) for name in names]


start = time.perf_counter()
p, d = read(sys.argv[1])
mean = (p * d + d * (d - 1) / 2).sum() / d.sum()
a = p - mean
variance = (d * a * a + a * d * (d - 1) + d * (d - 1) * (2 * d - 1) / 6).sum() / d.sum()
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "mean": float(mean), "deviation": float(variance) ** 0.5}))
