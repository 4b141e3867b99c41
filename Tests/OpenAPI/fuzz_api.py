"""Sends made-up requests to a service that it starts, and judges every answer: no 500, no end, no loop held up, no memory kept.

usage: fuzz_api.py BINARY openapi.yaml [--seconds S | --requests N] [--seed N] [--clients N] [--kept FILE]
  --seconds   how long (60), or
  --requests  how many requests
  --kept      writes the requests that broke a rule to FILE, one a line: path, tab, body

The service runs with bounds on work (--max-work-seconds 0.5, --max-work-memory 64 MiB), so that what takes more than an estimate
said is seen. Beside the requests, a probe asks for /healthz on connections to every loop. What seemed to break a rule is sent again
alone; only what does it again counts, because a machine in use is slow by itself.
"""
import argparse
import collections
import http.client
import json
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

import yaml

from schema_fuzz import Grammar, request

LOOP_LIMIT = 0.1  # seconds that a loop may be held up
MEMORY_LIMIT = 64e6  # bytes beyond the idle process
WORK_SECONDS = 0.5
ANSWER_LIMIT = 10.0  # seconds: far beyond the bound on work, as one request among some


class Service:
    def __init__(self, binary):
        command = [binary, "serve", "--host", "127.0.0.1", "--port", "0", "--access-log", "false", "--loops", "2", "--workers", "2",
                   "--max-work-seconds", str(WORK_SECONDS), "--max-work-memory", str(64 << 20),
                   "--max-simulation-work", "2e6", "--work-queue", "256"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1].split("/")[0].split()[0])
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.log = collections.deque(maxlen=50)
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def memory(self, key="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


class Client:
    """One connection at a time."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def ask(self, method, path, body=None):
        """Status, body and seconds; status 0 where there was no answer."""
        for attempt in (0, 1):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                attempt = 1
            start = time.monotonic()
            try:
                headers = {"Content-Type": "application/json"} if body is not None else {}
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                data = answer.read()
                return answer.status, data, time.monotonic() - start
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if attempt:
                    break
        return 0, b"", time.monotonic() - start


class Probe(threading.Thread):
    """Asks for /healthz on several connections in turn, and keeps the slowest answers with their time."""

    def __init__(self, port, connections=8):
        super().__init__(daemon=True)
        self.clients = [Client(port) for _ in range(connections)]
        self.running = True
        self.latest = 0.0  # slowest since it was last looked at
        self.all = []

    def run(self):
        turn = 0
        while self.running:
            status, _, seconds = self.clients[turn % len(self.clients)].ask("GET", "/healthz")
            turn += 1
            self.latest = max(self.latest, seconds)
            self.all.append(seconds)
            time.sleep(0.002)

    def take(self):
        latest, self.latest = self.latest, 0.0
        return latest


class Run:
    def __init__(self, options):
        self.options = options
        self.grammar = Grammar(yaml.safe_load(pathlib.Path(options.description).read_text()))
        self.service = Service(options.binary)
        self.lock = threading.Lock()
        self.counts = collections.defaultdict(collections.Counter)
        self.elements = collections.Counter()
        self.beyond = 0  # answers without a number, which only wild input may have
        self.suspects = []
        self.kept = []
        self.sent = 0
        self.slowest = (0.0, "")
        self.end = float("inf")

    def request(self, number):
        path, body = request(self.grammar, self.options.seed, number)
        return (path + "?pretty" if number % 10 == 0 else path), body

    def work(self, probe):
        client = Client(self.service.port)
        while time.monotonic() < self.end and self.service.process.poll() is None:
            with self.lock:
                number, self.sent = self.sent, self.sent + 1
            if self.options.requests and number >= self.options.requests:
                return
            path, body = self.request(number)
            probe.take()
            status, data, seconds = client.ask("POST", path, body)
            stalled = probe.take()
            with self.lock:
                self.counts[path.split("?")[0]][status] += 1
                self.beyond += b"is beyond the numbers that there are" in data
                if seconds > self.slowest[0]:
                    self.slowest = (seconds, path)
            faults = judge(status, data, seconds)
            if stalled > LOOP_LIMIT:
                faults.append(f"/healthz waited {stalled * 1e3:.0f} ms")
            if path.startswith("/v1/size/batch") and status == 200:
                results = json.loads(data)["results"]
                with self.lock:
                    for result in results:
                        self.elements[result.get("status", 200) if result else 0] += 1
                if any(result and result.get("status", 200) >= 500 for result in results):
                    faults.append("an element with status 500")
            if faults:
                with self.lock:
                    self.suspects.append((path, body, faults))

    def confirm(self):
        """Sends what seemed to break a rule again, alone; and the peak of memory of each."""
        client = Client(self.service.port)
        seen = set()
        for path, body, faults in self.suspects[:2000]:
            if (path, body) in seen or self.service.process.poll() is not None:
                continue
            seen.add((path, body))
            again = []
            for _ in range(3):
                probe = Probe(self.service.port)
                probe.start()
                time.sleep(0.01)
                status, data, seconds = client.ask("POST", path, body)
                time.sleep(0.005)
                probe.running = False
                probe.join()
                own = judge(status, data, seconds)
                if probe.take() > LOOP_LIMIT:
                    own.append("held a loop up")
                again.append(own)
                if not own:
                    break
            if all(again):
                self.kept.append((path, body, again[-1]))

    def go(self):
        warm = Client(self.service.port)
        for path, schema in self.grammar.bodies:
            warm.ask("POST", path, "{}")
        rng = random.Random(1)
        for _ in range(200):
            path, schema = rng.choice(self.grammar.bodies[:1])
            warm.ask("POST", path, json.dumps(self.grammar.body(path, schema, rng)))
        idle = self.service.memory()
        self.service.forget_peak()
        start, busy = time.monotonic(), self.service.processor_seconds()
        if not self.options.requests:
            self.end = start + self.options.seconds
        probe = Probe(self.service.port)
        probe.start()
        clients = [threading.Thread(target=self.work, args=(probe,)) for _ in range(self.options.clients)]
        for client in clients:
            client.start()
        while alive := [client for client in clients if client.is_alive()]:
            alive[0].join(30)
            if alive[0].is_alive():
                print(f"{self.sent} requests sent, {len(self.suspects)} suspects, {self.service.memory() / 1e6:.1f} MB", flush=True)
        probe.running = False
        probe.join()
        seconds, busy = time.monotonic() - start, self.service.processor_seconds() - busy
        peak = self.service.memory("VmHWM")
        # Memory goes back when the workers have had nothing to do for a second.
        time.sleep(2)
        after = self.service.memory()
        self.confirm()
        alive = self.service.process.poll() is None
        code = self.service.end() if alive else self.service.process.returncode
        return self.report(seconds, busy, idle, peak, after, probe.all, alive, code)

    def report(self, seconds, busy, idle, peak, after, probes, alive, code):
        total = collections.Counter()
        for path, counts in sorted(self.counts.items()):
            total += counts
            print(f"{path}: " + ", ".join(f"{count} × {status}" for status, count in sorted(counts.items())))
        asked = sum(total.values())
        print(f"elements of batches: " + ", ".join(f"{count} × {status}" for status, count in sorted(self.elements.items())))
        print(f"{asked} requests in {seconds:.0f} s ({busy:.0f} s of processor), {100 * total[200] / max(1, asked):.0f} % accepted; seed "
              f"{self.options.seed}; slowest answer {self.slowest[0] * 1e3:.0f} ms ({self.slowest[1]})")
        probes.sort()
        if probes:
            place = [probes[int(q * (len(probes) - 1))] * 1e3 for q in (0.5, 0.99, 0.999, 1)]
            print("/healthz meanwhile, ms: p50 {:.1f}, p99 {:.1f}, p99.9 {:.1f}, slowest {:.1f}".format(*place))
        print(f"memory, MB: idle {idle / 1e6:.1f}, peak {peak / 1e6:.1f}, after {after / 1e6:.1f}")
        print(f"{self.beyond} answers would have had a number beyond doubles")
        print(f"{len(self.suspects)} requests looked at again, {len(self.kept)} broke a rule again")
        faults = [f"{path} {fault}: {body[:2000]}" for path, body, broken in self.kept for fault in broken]
        if not alive:
            faults.append("the service ended: " + "".join(list(self.service.log)[-5:]))
        elif code != 0:
            faults.append(f"SIGTERM ended in {code}")
        clients = self.options.clients
        if peak > idle + MEMORY_LIMIT * clients:
            faults.append(f"memory rose by {(peak - idle) / 1e6:.0f} MB with {clients} clients")
        if after > 1.2 * idle:
            faults.append(f"memory stays {(after - idle) / 1e6:.0f} MB above that of the idle process")
        # A number that is none for ordinary input, too, would be a fault of the service that looks like one of the request.
        if self.beyond > max(2, 1e-4 * asked):
            faults.append(f"{self.beyond} answers had no number for a member")
        if asked == 0:
            faults.append("nothing was asked")
        if total[200] < 0.3 * asked:
            faults.append("fewer than a third of the requests were accepted: the grammar says little")
        if self.options.kept:
            pathlib.Path(self.options.kept).write_text("".join(f"{path}\t{body}\n" for path, body, _ in self.kept))
        for fault in faults:
            print("FAULT", fault)
        return 1 if faults else 0


EXPECTED = {200, 400, 413, 422}


def judge(status, data, seconds):
    faults = []
    if status == 503 and b"timeout_ms" in data:
        return []
    if status not in EXPECTED:
        faults.append(f"status {status}")
    if seconds > ANSWER_LIMIT:
        faults.append(f"took {seconds:.1f} s")
    if status == 200 and (b"NaN" in data or b"Infinity" in data):
        faults.append("a number that is none")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("description")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--kept")
    return Run(parser.parse_args()).go()


if __name__ == "__main__":
    sys.exit(main())
