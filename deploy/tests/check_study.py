#!/usr/bin/env python3
"""A study in shards that are killed and go on, joined, equals one run byte for byte. The program is AFD_SIZER_BINARY, or the debug build's."""

import json
import os
import random
import signal
import subprocess
import tempfile

from running import PROGRAM, until

SHARDS = 3
# As StudyAnswers.batchSize: so many answers are written at once.
BATCH = 8 * os.cpu_count()
SCENARIOS = max(900, 5 * SHARDS * BATCH)


def scenarios():
    """Seeded requests; some are refused, some lines are blank."""
    source = random.Random(1)
    for number in range(SCENARIOS):
        request = {
            "workload": {"prefill": source.randint(1, 4000), "decode": source.randint(1, 1000)},
            "hardware": {"attention": {"alpha_us": source.uniform(0.0003, 0.002), "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100},
                         "communication": {"alpha_us": 0.022, "beta_us": 20}},
            "batch_size": source.choice([0, 64, 128, 256]) if number % 50 == 0 else source.choice([64, 128, 256]),
        }
        yield json.dumps(request) + ("\n\n" if number % 97 == 0 else "\n")


def size(*arguments):
    return [PROGRAM, "size", *map(str, arguments)]


def run(*arguments, code=0):
    result = subprocess.run(size(*arguments), capture_output=True, text=True)
    assert result.returncode == code, (arguments, result.returncode, result.stderr)
    return result.stderr.strip()


def lines(path):
    with open(path, "rb") as file:
        return file.read().count(b"\n")


def kill_in_the_middle(study, shard, part):
    """SIGKILL after one more batch, while it waits for more scenarios. Returns how many answers are there then."""
    before = lines(part) if os.path.exists(part) else 0
    process = subprocess.Popen(size("--scenarios", "-", "--shard", shard, "--results", part), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with open(study, "rb") as file:
        wanted, scenarios = SHARDS * (before + BATCH), [line for line in file if line.strip()]
    process.stdin.writelines(scenarios[:wanted])
    process.stdin.flush()
    until(lambda: process.poll() is not None or os.path.exists(part) and lines(part) > before, f"shard {shard} answers")
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, f"shard {shard} ended before it was killed"
    return lines(part)


def main():
    with tempfile.TemporaryDirectory() as folder:
        study, whole, joined = (os.path.join(folder, name) for name in ("study.ndjson", "whole.ndjson", "joined.ndjson"))
        with open(study, "w") as file:
            file.writelines(scenarios())
        run("--scenarios", study, "--results", whole)
        with open(whole) as file:
            records = [json.loads(line) for line in file]
        assert [record["scenario"] for record in records] == list(range(SCENARIOS))
        refused = sum("problem" in record for record in records)
        assert 0 < refused < SCENARIOS / 10, refused

        parts = [os.path.join(folder, f"part-{index}.ndjson") for index in range(SHARDS)]
        for index, part in enumerate(parts):
            kill_in_the_middle(study, f"{index}/{SHARDS}", part)
            there = kill_in_the_middle(study, f"{index}/{SHARDS}", part)
            assert there == 2 * BATCH, there
            # What a kill within a write, or a crash of the machine, leaves behind.
            with open(part, "ab") as file:
                file.write(b'{"scenario":')
            print(f"shard {index}: {there} answers when killed; then {run('--scenarios', study, '--shard', f'{index}/{SHARDS}', '--results', part)}")
            assert "afd-sizer: 0 scenarios answered" in run("--scenarios", study, "--shard", f"{index}/{SHARDS}", "--results", part)
        run("--merge", *parts, "--scenarios", study, "--results", joined)
        with open(whole, "rb") as one, open(joined, "rb") as other:
            assert one.read() == other.read(), "the joined file differs"
        run("--merge", *reversed(parts), "--results", joined)
        with open(whole, "rb") as one, open(joined, "rb") as other:
            assert one.read() == other.read(), "the order of the parts matters"
        print(f"{SCENARIOS} scenarios, {refused} of them refused, {2 * SHARDS} kills: the joined file equals one run byte for byte")

        # What must not pass.
        assert "no part has scenario" in run("--merge", *parts[1:], "--results", joined, code=1)
        assert os.path.getsize(joined) == 0
        with open(parts[0], "rb+") as file:
            file.truncate(os.path.getsize(parts[0]) - 3)
        assert "cut" in run("--merge", *parts, code=69)
        assert "another shard" in run("--scenarios", study, "--shard", f"1/{SHARDS}", "--results", parts[2], code=69)
        with open(study) as file:
            changed = file.read().replace('"prefill": ', '"prefill": 1', 1)
        with open(study, "w") as file:
            file.write(changed)
        assert "have changed" in run("--scenarios", study, "--shard", f"0/{SHARDS}", "--results", parts[0], code=1)
        print("a missing part, a cut line, another shard's part and changed scenarios are refused")


if __name__ == "__main__":
    main()
