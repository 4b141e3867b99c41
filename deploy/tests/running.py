"""Programs that a test starts and surely ends: the service under test, Prometheus, an engine's exporter."""

import contextlib
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("AFD_SIZER_BINARY", os.path.join(ROOT, ".build/debug/afd-sizer"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(port, path, **parameters):
    """Status and body of a GET; status 0 where nobody answers."""
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    return request(port, "GET", path + query)


def post(port, path, value):
    return request(port, "POST", path, json.dumps(value), {"Content-Type": "application/json"})


def request(port, method, path, body=None, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def until(condition, what, seconds=60):
    """Waits until a condition holds, and fails where it does not in time. Returns what it returned."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {seconds} s: {what}")
        time.sleep(0.1)


@contextlib.contextmanager
def running(command, ready, what):
    """A process, once `ready()` holds; its output is shown where it does not come to that."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until(lambda: ready() or process.poll() is not None, f"{what} is ready")
            if process.poll() is not None:
                log.seek(0)
                raise SystemExit(f"{what} ended with {process.returncode}:\n{log.read().decode()}")
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def service(port, *flags):
    command = [PROGRAM, "serve", "--host", "127.0.0.1", "--port", str(port), *flags]
    return running(command, lambda: get(port, "/readyz")[0] == 200, "afd-sizer")


@contextlib.contextmanager
def exporter(texts):
    """An engine whose /metrics says one text after the other, and the last for ever. Gives its address."""
    texts, lock = iter(texts), threading.Lock()
    text = b""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            nonlocal text
            with lock:
                said = text = next(texts, text)
            self.send_response(200 if self.path == "/metrics" else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/metrics"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def prometheus(port, configuration, folder, *flags):
    """Prometheus over a configuration file, with its data in a folder."""
    command = ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder}",
               f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn", *flags]
    return running(command, lambda: get(port, "/-/ready")[0] == 200, "Prometheus")


def dashboard_queries():
    """Title and query of each panel, for any instance of the job `afd-sizer`."""
    with open(os.path.join(ROOT, "deploy/grafana/afd-sizer.json")) as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$__rate_interval", "10s").replace("$job", "afd-sizer").replace("$instance", ".*")
            assert "$" not in expression, expression
            yield panel["title"], expression


def query(port, expression, **parameters):
    """The samples of an instant query."""
    status, body = get(port, "/api/v1/query", query=expression, **parameters)
    answer = json.loads(body or b"{}")
    if status != 200:
        raise SystemExit(f"Prometheus refuses {expression}: {answer}")
    return answer["data"]["result"]
