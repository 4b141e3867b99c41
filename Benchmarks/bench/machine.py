"""What the numbers were measured on, and with."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone

from . import places


def first_line(command, pattern=None):
    try:
        output = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "not found"
    text = (output.stdout + output.stderr).strip()
    found = re.search(pattern, text) if pattern else None
    return found.group(0) if found else text.splitlines()[0] if text else "?"


def describe():
    with open("/proc/cpuinfo") as file:
        cpu = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 2**20
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": first_line(["git", "-C", str(places.ROOT), "describe", "--always", "--dirty", "--exclude", "*"]),
        "processor": f"{cpu.group(1) if cpu else '?'}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"Linux {platform.release()}",
        "niceness": os.getpriority(os.PRIO_PROCESS, 0),
        "load before": f"{os.getloadavg()[0]:.2f} (1 minute)",
        "versions": {
            "Swift": first_line(["swift", "--version"], r"Swift version [\d.]+").removeprefix("Swift version "),
            "Hummingbird": "2.28.1",
            "nginx": first_line(["nginx", "-v"], r"nginx/[\d.]+").removeprefix("nginx/"),
            "wrk": first_line(["wrk", "-v"], r"wrk \S+").removeprefix("wrk "),
            "valgrind": first_line(["valgrind", "--version"]).removeprefix("valgrind-"),
            "OpenSSL": first_line(["openssl", "version"], r"[\d.]+\w*"),
            "Python": platform.python_version(),
            **pinned(),
        },
    }


def pinned():
    lines = (places.BENCHMARKS / "python" / "requirements.txt").read_text().split()
    return dict(line.split("==") for line in lines if "==" in line)
