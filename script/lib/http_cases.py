#!/usr/bin/env python3
"""Sends raw HTTP/1.1 requests to a server on loopback and judges what it answers. Python 3, standard library only.

  script/lib/http_cases.py --port 8080 [--tls] [--category header,host] [--name PREFIX] [--level MUST] [-v]

The server answers `GET /` with 200, `POST /` and `POST /echo` with the request's body, `GET /echo` with its fields, `POST /form` with its parts, as
http-fixture does.
Each line of the file of cases is an object: the request (`request_base64`, or `segments` with a pause in milliseconds after each), its
`level` and `section` of RFC 9110 or 9112, why, and what may happen:

  expect                 alternatives, the strict one first: a status (400), a class (2xx), accept (parsed: any status but those of
                         REFUSALS), close (closed without a byte), timeout (nothing, still open), X+close (X, then closed)
  n, n_max               final responses, exactly and at most           after         open or close: the connection afterwards
  has_header, no_header  a field that an accepted response must have, or no response may        has_header_if   the same for one status
  header_not, body_not   a field and a text that would show an injection     no_interim    no 1xx response
  body                   the whole body of an accepted response
  fin                    the client closes its side after the request        loose         accept includes what the body's checks refuse

Levels: MUST, SHOULD, MAY of the RFCs; local: a limit of the server's own; robust: one safe answer of any kind.
Fails if a case of level MUST fails, if more than 2 % of SHOULD do, or with 60 passes or more on another alternative than the first."""
import argparse
import base64
import collections
import concurrent.futures
import json
import pathlib
import re
import select
import socket
import ssl
import sys
import time

CASES = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/Fixtures/http-cases.jsonl"
LEVELS = ("MUST", "SHOULD", "MAY", "local", "robust")
REFUSALS = {400, 408, 411, 413, 414, 417, 431, 500, 501, 502, 503, 504, 505}
# What a check of the body's meaning may answer.
LOOSE = {400, 411, 415, 422}
# Seconds to wait for the responses that are expected, and afterwards for what should not come.
PATIENCE, LINGER = 1.5, 0.2


class Response:
    def __init__(self, version, status, fields):
        self.version, self.status, self.fields, self.body = version, status, fields, b""

    def values(self, name):
        return [value for field, value in self.fields if field == name.lower()]


def read_response(data, closed, to_head):
    """One response and the bytes after it; None where it is not complete or is no response."""
    head, separator, rest = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    status = re.match(rb"HTTP/(\d\.\d) (\d{3})(?: |$)", lines[0])
    if not separator or not status:
        return None
    split = (line.decode("latin1").split(":", 1) for line in lines[1:] if b":" in line)
    response = Response(status[1].decode(), int(status[2]), [(name.lower(), value.strip()) for name, value in split])
    if response.status < 200 or response.status in (204, 304) or to_head:
        return response, rest
    if any("chunked" in value.lower() for value in response.values("Transfer-Encoding")):
        return read_chunks(response, rest)
    if response.values("Content-Length"):
        length = int(response.values("Content-Length")[0])
        response.body = rest[:length]
        return (response, rest[length:]) if len(rest) >= length else None
    response.body = rest
    return (response, b"") if closed else None


def read_chunks(response, rest):
    while True:
        size, separator, after = rest.partition(b"\r\n")
        try:
            length = int(size.split(b";")[0], 16)
        except ValueError:
            return None
        if not separator:
            return None
        if length == 0:
            if after.startswith(b"\r\n"):
                return response, after[2:]
            end = after.find(b"\r\n\r\n")
            return (response, after[end + 4:]) if end >= 0 else None
        if len(after) < length + 2:
            return None
        response.body += after[:length]
        rest = after[length + 2:]


class Exchange:
    """One connection: what was sent, and what came back."""

    def __init__(self, port, tls, head_first):
        self.data, self.closed, self.head_first = b"", False, head_first
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tls = tls
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def receive(self, seconds):
        """Waits for bytes or for the end; false where neither came."""
        if self.closed:
            return False
        ready = (self.tls and self.socket.pending()) or select.select([self.socket], [], [], max(0, seconds))[0]
        if not ready:
            return False
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        self.closed = not data
        self.data += data
        return True

    def send(self, data, pause):
        view = memoryview(data)
        self.socket.settimeout(3)
        try:
            while view and not self.closed:
                view = view[self.socket.send(view[:16384]):]
                if view:
                    self.receive(0)
        except OSError:
            # The server has answered and closed; what it said is read below.
            pass
        end = time.monotonic() + pause / 1000
        while time.monotonic() < end and self.receive(end - time.monotonic()):
            pass

    def responses(self):
        """The complete responses so far, and the bytes after the last."""
        found, rest = [], self.data
        while rest:
            to_head = self.head_first and not any(response.status >= 200 for response in found)
            next_one = read_response(rest, self.closed, to_head)
            if next_one is None:
                break
            found.append(next_one[0])
            rest = next_one[1]
        return found, rest

    def wait(self, count):
        """Until so many final responses are here and nothing more comes, or patience ends."""
        deadline, settled = time.monotonic() + PATIENCE, None
        while not self.closed:
            now = time.monotonic()
            found, rest = self.responses()
            if sum(response.status >= 200 for response in found) >= count and not rest:
                settled = settled or now + LINGER
                if now >= settled:
                    break
                if self.receive(settled - now):
                    settled = time.monotonic() + LINGER
            elif now >= deadline:
                break
            elif self.receive(deadline - now):
                deadline = max(deadline, time.monotonic() + PATIENCE / 2)
        self.socket.close()


def run(case, port, tls):
    """What came of a case: name, level, whether it passed, whether on the strict alternative, what was seen and what was wrong."""
    segments = case.get("segments") or [[case["request_base64"], 0]]
    segments = [(base64.b64decode(data), pause) for data, pause in segments]
    exchange = Exchange(port, tls, b"".join(data for data, _ in segments).startswith(b"HEAD "))
    for data, pause in segments:
        exchange.send(data, pause)
    if case.get("fin"):
        try:
            exchange.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
    exchange.wait(case.get("n", 1))
    found, rest = exchange.responses()
    finals = [response for response in found if response.status >= 200]
    if finals:
        got = str(finals[0].status)
    elif exchange.data:
        got = "partial" if re.match(rb"HTTP/1\.[01] \d{3}", exchange.data) else "garbage"
    else:
        got = "close" if exchange.closed else "timeout"
    alternatives = case["expect"].split("|")
    hit = next((each for each in alternatives if matches(each, got, finals, exchange.closed, case)), None)
    wrong = judge(case, hit, got, found, finals, rest, exchange.closed)
    seen = ",".join(str(response.status) for response in found) or got
    return {"case": case, "ok": not wrong, "lenient": not wrong and hit != alternatives[0], "wrong": wrong,
            "seen": seen + ("+closed" if exchange.closed and found else "")}


def matches(alternative, got, finals, closed, case):
    wanted, _, then = alternative.partition("+")
    if then == "close" and not closed:
        return False
    if finals and wanted == "accept":
        return finals[0].status not in REFUSALS or (case.get("loose", False) and finals[0].status in LOOSE)
    return wanted == got or (bool(finals) and wanted.endswith("xx") and wanted[0] == got[0])


def judge(case, hit, got, found, finals, rest, closed):
    wrong = []
    if hit is None:
        wrong.append(f"got {got}{'+closed' if closed and finals else ''}")
    elif finals and hit.split("+")[0] == "accept":
        if "n" in case and len(finals) != case["n"]:
            wrong.append(f"{len(finals)} responses, want {case['n']}")
        if case.get("after") == "open" and closed:
            wrong.append("closed, want keep-alive")
    if len(finals) > case.get("n_max", len(finals)):
        wrong.append(f"{len(finals)} responses, at most {case['n_max']}")
    if not finals:
        return wrong
    first = finals[0]
    if case.get("after") == "close" and not closed:
        wrong.append("still open, want close")
    if rest and not ("n_max" in case and closed):
        wrong.append(f"{len(rest)} stray bytes after the response")
    required = [case.get("has_header") if first.status not in REFUSALS else None, case.get("has_header_if", {}).get(got)]
    wrong += [f"no {name}" for name in required if name and not first.values(name)]
    wrong += [f"has {case[key]}" for key in ("no_header", "header_not") if key in case and first.values(case[key])]
    if "body_not" in case and case["body_not"].encode() in first.body:
        wrong.append(f"leaked: {case['body_not']}")
    if "body" in case and first.status not in REFUSALS and first.body != case["body"].encode():
        wrong.append(f"body {first.body!r}")
    if case.get("no_interim") and len(found) > len(finals):
        wrong.append("interim response")
    if first.version not in ("1.1", "1.0"):
        wrong.append(f"version {first.version}")
    if first.status == 500:
        wrong.append("500")
    return wrong


def select_cases(arguments):
    cases = [json.loads(line) for line in open(arguments.cases)]
    if arguments.tls and any("fin" in case for case in cases):
        # Half of a TLS connection cannot be closed from here.
        print(f"left out over TLS: {', '.join(case['name'] for case in cases if 'fin' in case)}")
        cases = [case for case in cases if "fin" not in case]
    categories = arguments.category.split(",") if arguments.category else None
    return [case for case in cases
            if (categories is None or case["category"] in categories) and case["name"].startswith(arguments.name)
            and arguments.level in (None, case["level"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--cases", type=pathlib.Path, default=CASES, help="another file of cases")
    parser.add_argument("--category", help="only these, separated by commas")
    parser.add_argument("--name", default="", help="only cases whose name begins so")
    parser.add_argument("--level", choices=LEVELS)
    parser.add_argument("-v", action="store_true", help="print what passed too")
    arguments = parser.parse_args()

    def attempt(case):
        try:
            return run(case, arguments.port, arguments.tls)
        except Exception as error:  # noqa: BLE001: a case that cannot be run has failed, and the others go on.
            return {"case": case, "ok": False, "lenient": False, "seen": "ERROR", "wrong": [f"{type(error).__name__}: {error}"]}

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, select_cases(arguments)))
    for result in results:
        if arguments.v or not result["ok"]:
            case = result["case"]
            print(f"{'PASS' if result['ok'] else 'FAIL'} {case['level']:6} {case['name']:34} saw {result['seen']:22} want {case['expect']:24} "
                  f"{'; '.join(result['wrong'])}   [{case['section']}] {case['why']}")
    total = collections.Counter(result["case"]["level"] for result in results)
    passed = collections.Counter(result["case"]["level"] for result in results if result["ok"])
    lenient = sum(result["lenient"] for result in results)
    print("by level: " + ", ".join(f"{level} {passed[level]}/{total[level]}" for level in LEVELS if total[level])
          + f" | passes on another alternative than the first: {lenient}")
    print(f"{passed.total()} passed, {len(results) - passed.total()} failed")
    return not results or passed["MUST"] < total["MUST"] or passed["SHOULD"] < 0.98 * total["SHOULD"] or lenient >= 60


if __name__ == "__main__":
    sys.exit(main())
