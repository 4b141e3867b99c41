"""The tail of short requests, and what the access log costs: the service with and without its log, h2o and nginx, in
alternating runs on loopback. h2o comes from its Debian package; what is not installed is left out."""

import shutil
import statistics

from . import load, places, servers

GET = ("GET", "/healthz", None)
POST = ("POST", "/v1/size", places.PAYLOAD)


def logged(port):
    """The service with its access log, which goes to a file."""
    command = [places.SERVICE, "serve", "--host", "127.0.0.1", "--port", port]
    return servers.Server("afd-sizer, access log", command, port)


def h2o(port):
    folder = places.WORK / f"h2o-{port}"
    folder.mkdir(exist_ok=True)
    (folder / "healthz").write_text('{"status":"ok"}\n')
    configuration = folder / "h2o.conf"
    configuration.write_text(
        f"""
listen: {{host: 127.0.0.1, port: {port}}}
user: root
num-threads: 2
http1-request-timeout: 60
hosts:
  default:
    paths:
      "/": {{file.dir: {folder}}}
"""
    )
    return servers.Server("h2o", ["h2o", "-c", configuration], port)


def contenders():
    found = {"afd-sizer": servers.service, "afd-sizer, access log": logged}
    if shutil.which("h2o"):
        found["h2o"] = h2o
    if shutil.which("nginx", path="/usr/sbin:/usr/bin"):
        found["nginx"] = servers.nginx
    return found


def run(rounds, seconds, report=print):
    """{case: {contender: [run, …]}}, in the order in which they ran."""
    results, running = {}, {}
    try:
        for offset, (name, start) in enumerate(contenders().items()):
            running[name] = start(places.FIRST_PORT + 70 + offset)
        for server in running.values():
            server.wait_ready()
        for number in range(rounds):
            for method, path, body in (GET, POST):
                names = [name for name in running if method == "GET" or name.startswith("afd-sizer")]
                # The one who begins changes, so that none is always behind the same neighbour.
                turn = number % len(names)
                for name in names[turn:] + names[:turn]:
                    outcome = load.run(running[name], method, path, 32, seconds, body)
                    results.setdefault(f"{method} {path}, 32 connections", {}).setdefault(name, []).append(outcome)
    finally:
        for server in running.values():
            server.stop()
    for case, by_name in results.items():
        for name, runs in by_name.items():
            middle = {key: statistics.median(each[key] for each in runs) for key in
                      ("requests_per_second", "p50_us", "p99_us", "p999_us", "cpu_us_per_request")}
            report(f"tail {case}, {name}: {middle['requests_per_second']:.0f} requests/s, p50 {middle['p50_us']:.0f} µs, "
                   f"p99 {middle['p99_us']:.0f}, p99.9 {middle['p999_us']:.0f}, {middle['cpu_us_per_request']:.1f} µs of CPU each")
    return results
