"""Time to an answer beside published tools that install from PyPI and work without a hub; an optional section.

Each tool has a virtual environment of its own under .build. The questions are alike where a tool can be asked so, and each
row of the report says what was asked.
"""

import json
import subprocess
import time

from . import places, processes, servers

QUESTIONS = places.BENCHMARKS / "python" / "published"
# (package, question, times warm, cold runs at most)
ASKED = (
    ("aiconfigurator==0.12.0", "aiconfigurator_search", 1, 3),
    ("aiconfigurator==0.12.0", "aiconfigurator_narrow", 1, 3),
    ("aiconfigurator==0.12.0", "aiconfigurator_estimate", 5, 5),
    ("genz-llm==0.0.16", "genz_estimate", 20, 5),
    ("llm-analysis==0.2.2", "llm_analysis_estimate", 200, 5),
)
OURS = (("plan", "named_plan.json"), ("size", "named_size.json"), ("size", "base_case.json"))
# Ratios: theirs ÷ ours, of the questions that are most alike.
ALIKE = (
    ("aiconfigurator_search", "plan named_plan.json"),
    ("aiconfigurator_narrow", "plan named_plan.json"),
    ("aiconfigurator_estimate", "size named_size.json"),
)


def environment(package, report):
    """The folder of a virtual environment with the package; None where it does not install."""
    folder = places.BENCHMARKS / ".build" / "published" / package.replace("==", "-")
    if not (folder / "ready").exists():
        report(f"published: installing {package}")
        try:
            subprocess.run(["python3", "-m", "venv", folder], check=True, capture_output=True)
            subprocess.run(
                [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", package],
                check=True,
                capture_output=True,
                text=True,
                timeout=600,
            )
        except (OSError, subprocess.SubprocessError) as error:
            report(f"published: {package} does not install here: {getattr(error, 'stderr', '') or error}")
            return None
        (folder / "ready").touch()
    return folder


def megabytes(path):
    output = subprocess.run(["du", "-sm", path], check=True, capture_output=True, text=True)
    return int(output.stdout.split()[0])


def ask(folder, question, warm):
    """One process: seconds from its start to the first answer, the warm ones, its peak memory, and the answer."""
    start = time.monotonic()
    process = subprocess.Popen(
        [folder / "bin" / "python", "run.py", question, str(warm)],
        cwd=QUESTIONS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stdout:
        if line.startswith("{"):
            lines.append((time.monotonic() - start, json.loads(line)))
    errors = process.stderr.read()
    if process.wait() != 0 or len(lines) != 2:
        raise RuntimeError(f"{question}: {errors.strip().splitlines()[-1] if errors.strip() else 'no answer'}")
    return {"cold_seconds": lines[0][0], **lines[0][1], **lines[1][1]}


def short(command, answer):
    if command == "plan":
        found = answer["deployment"]
        return (
            f"{found['attention_instances']} Attention instances to {found['ffn_instances']} of FFN, "
            f"batch {found['batch_size']} × {found['microbatches']}: {found['throughput']:,.0f} tokens/s, "
            f"TPOT {found['tpot_ms']['mean']:.1f} ms"
        )
    found = answer["recommendation"]
    return f"ratio {found['ratio']}, TPOT {found['tpot_us'] / 1e3:.1f} ms"


def ours(rounds, report):
    results = {}
    server = servers.service(places.FIRST_PORT + 70)
    try:
        server.wait_ready()
        for command, name in OURS:
            payload = places.BENCHMARKS / "payloads" / name
            body = payload.read_bytes()
            runs = []
            for _ in range(rounds):
                start = time.monotonic()
                output = subprocess.run([places.SERVICE, command, payload], check=True, capture_output=True)
                run = {"cold_seconds": time.monotonic() - start, "warm_seconds": []}
                run["answer"] = short(command, json.loads(output.stdout))
                connection = servers.connect(server)
                for _ in range(200):
                    start = time.perf_counter()
                    status, _ = servers.exchange(server, "POST", f"/v1/{command}", body, connection)
                    run["warm_seconds"].append(time.perf_counter() - start)
                    if status != 200:
                        raise RuntimeError(f"{name}: {status}")
                connection.close()
                run["peak_kb"] = processes.resident_set_kilobytes(server.pid)
                runs.append(run)
            results[f"{command} {name}"] = {"runs": runs, "installed_mb": megabytes(places.SERVICE)}
            report(f"published {command} {name}: {runs[-1]['cold_seconds'] * 1e3:.1f} ms cold, {runs[-1]['answer']}")
    finally:
        server.stop()
    return results


def run(rounds, report=print):
    data = {"ours": ours(rounds, report), "theirs": {}, "ratios": []}
    for package, question, warm, most in ASKED:
        folder = environment(package, report)
        if not folder:
            continue
        try:
            runs = [ask(folder, question, warm) for _ in range(min(rounds, most))]
        except RuntimeError as error:
            report(f"published: {error}")
            continue
        data["theirs"][question] = {"package": package, "runs": runs, "installed_mb": megabytes(folder)}
        report(f"published {question}: {runs[-1]['cold_seconds']:.2f} s cold, {runs[-1]['answer']}")
    for question, other in ALIKE:
        if question not in data["theirs"]:
            continue
        theirs, mine = data["theirs"][question]["runs"], data["ours"][other]["runs"]
        for kind in ("cold", "warm"):
            values = [middle(one, kind) / middle(two, kind) for one, two in zip(theirs, mine)]
            data["ratios"].append({"what": f"{question} ÷ {other}, {kind}", "values": values, "digits": 0})
    return data if data["theirs"] else None


def middle(run, kind):
    """Seconds of a run: from the process's start, or the median of the warm answers."""
    return run["cold_seconds"] if kind == "cold" else sorted(run["warm_seconds"])[len(run["warm_seconds"]) // 2]
