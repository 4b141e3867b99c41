"""HTTP: the service beside Hummingbird, nginx and Flask, in alternating runs on loopback."""

import itertools
import json

from . import load, places, servers

GET = ("GET", "/healthz", None)
POST = ("POST", "/v1/size", places.PAYLOAD)
CONTENDERS = {"GET": ("afd-sizer", "hummingbird", "nginx", "flask"), "POST": ("afd-sizer", "hummingbird", "flask")}


class Case:
    """One request, one number of connections, one way of connecting."""

    def __init__(self, request, connections, keep_alive=True, tls=False, weight=1.0):
        self.method, self.path, self.body = request
        self.connections, self.keep_alive, self.tls, self.weight = connections, keep_alive, tls, weight

    @property
    def name(self):
        kind = "keep-alive" if self.keep_alive else "new connections"
        return f"{self.method} {self.path}, {self.connections} × {kind}{', TLS' if self.tls else ''}"


def cases(smoke):
    if smoke:
        return [Case(GET, 32), Case(POST, 32)]
    every = []
    for tls, keep_alive, request in itertools.product((False, True), (True, False), (GET, POST)):
        for connections in (1, 32, 256):
            main = keep_alive and not tls and connections == 32
            every.append(Case(request, connections, keep_alive, tls, 1.0 if main else 0.34))
    return every


def same_job(contenders):
    """Fails unless all of them give the same recommendation and mean field for the base case."""
    body = places.PAYLOAD.read_bytes()
    answers = {}
    for name, server in contenders.items():
        if name == "nginx":
            continue
        status, answer = servers.exchange(server, "POST", "/v1/size", body)
        if status != 200:
            raise RuntimeError(f"{name} answers {status} to the base case: {answer[:300]!r}")
        answer = json.loads(answer)
        flat = {}
        flatten({key: answer[key] for key in ("recommendation", "mean_field", "workload")}, "", flat)
        answers[name] = flat
    first = next(name for name in ("hummingbird", "flask") if name in answers)
    reference = answers.pop(first)
    for name, flat in answers.items():
        for key, value in reference.items():
            other = flat.get(key)
            close = (
                abs(value - other) <= 1e-5 * abs(value) + 1e-9
                if isinstance(value, (int, float)) and isinstance(other, (int, float))
                else value == other
            )
            if not close:
                raise RuntimeError(f"not the same job: {key} is {other} with {name}, {value} with {first}")
    return len(reference)


def flatten(value, path, into):
    if isinstance(value, dict):
        for key, item in value.items():
            flatten(item, f"{path}/{key}", into)
    else:
        into[path] = value


def run(rounds, seconds, smoke=False, others=("hummingbird", "nginx", "flask"), report=print):
    """All cases: {case name: {contender: [run, …]}}, in the order in which they ran."""
    results = {}
    starters = {name: start for name, start in servers.STARTERS.items() if name == "afd-sizer" or name in others}
    certificate = servers.certificate()
    for tls in (False, True):
        chosen = [case for case in cases(smoke) if case.tls == tls]
        if not chosen:
            continue
        running = {}
        try:
            for offset, (name, start) in enumerate(starters.items()):
                port = places.FIRST_PORT + 10 * tls + offset
                running[name] = start(port, certificate if tls else None)
            for server in running.values():
                server.wait_ready()
            report(f"http: {same_job(running)} fields of the answer agree")
            for server in running.values():
                for method, path, body in (GET, POST):
                    if server.name in CONTENDERS[method]:
                        load.run(server, method, path, 32, 1, body)
            for round_number in range(rounds):
                for case in chosen:
                    names = [name for name in CONTENDERS[case.method] if name in running]
                    # The one who begins changes, so that none is always behind the same neighbour.
                    turn = round_number % len(names)
                    for name in names[turn:] + names[:turn]:
                        length = max(1, round(seconds * case.weight))
                        outcome = load.run(
                            running[name], case.method, case.path, case.connections, length, case.body, case.keep_alive
                        )
                        results.setdefault(case.name, {}).setdefault(name, []).append(outcome)
                    line = ", ".join(
                        f"{name} {results[case.name][name][-1]['requests_per_second']:.0f}" for name in names
                    )
                    report(f"http {round_number + 1}/{rounds} {case.name}: {line} requests/s")
        except KeyboardInterrupt:
            report("http: stopped; the rounds so far are kept")
            return results
        finally:
            for server in running.values():
                server.stop()
    return results
