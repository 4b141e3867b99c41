"""python3 run.py QUESTION WARM: asks a published tool once, then WARM times more in the same process.

A question is a module beside this one with `prepare()`, which imports the tool and gives a function without arguments that
asks it and returns the answer as a short text. Prints the first answer at once, as a line of JSON, then the warm times and the
largest resident memory as another.
"""

import importlib
import json
import logging
import os
import sys
import time
import warnings

# No hub is asked for anything: what a package does not bring along is not there.
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
ask = importlib.import_module(sys.argv[1]).prepare()
print(json.dumps({"answer": ask()}), flush=True)
warm = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    ask()
    warm.append(time.perf_counter() - start)
# VmHWM: getrusage would keep what the parent had before the fork.
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
print(json.dumps({"warm_seconds": warm, "peak_kb": peak}), flush=True)
