"""The contenders: how each is started, and when it is ready."""

import os
import signal
import socket
import ssl
import subprocess
import time

from . import places, processes


class Server:
    """One running contender, on one port."""

    def __init__(self, name, command, port, tls=False, environment=None, pipe=False):
        self.name, self.port, self.tls = name, port, tls
        self.log = open(places.WORK / f"{name}-{port}.log", "wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            cwd=places.WORK,
        )

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self, path="/healthz", timeout=30):
        """Seconds from the start to the first 200."""
        end = self.started + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}: see {self.log.name}")
            try:
                status, _ = exchange(self, "GET", path)
                if status == 200:
                    return time.monotonic() - self.started
            except OSError:
                pass
            time.sleep(0.001)
        raise RuntimeError(f"{self.name} is not ready after {timeout} s: see {self.log.name}")

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()

    def cpu_seconds(self):
        return processes.cpu_seconds(self.pid)

    def resident_kilobytes(self):
        return processes.resident_kilobytes(self.pid)


def connect(server, timeout=5):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=timeout)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not server.tls:
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname="localhost")


def exchange(server, method, path, body=b"", connection=None):
    """One request on a connection of its own, or on one that is kept: (status, body)."""
    own = connection is None
    connection = connection or connect(server)
    try:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        if own:
            head += "Connection: close\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + body)
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                raise ConnectionError("closed before an answer")
            data += part
        head, data = data.split(b"\r\n\r\n", 1)
        fields = {
            line.split(b":", 1)[0].strip().lower(): line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")[1:]
        }
        status = int(head.split(b" ", 2)[1])
        if b"content-length" in fields:
            while len(data) < int(fields[b"content-length"]):
                data += connection.recv(65536)
        elif fields.get(b"transfer-encoding") == b"chunked":
            while not data.endswith(b"0\r\n\r\n"):
                data += connection.recv(65536)
            parts, rest = [], data
            while True:
                size, rest = rest.split(b"\r\n", 1)
                length = int(size, 16)
                if length == 0:
                    break
                parts.append(rest[:length])
                rest = rest[length + 2 :]
            data = b"".join(parts)
        return status, data
    finally:
        if own:
            connection.close()


def certificate():
    """A self-signed certificate of the day: (certificate, key)."""
    key, cert = places.WORK / "key.pem", places.WORK / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-subj", "/CN=localhost", "-days", "2", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    return cert, key


def service(port, tls=None, environment=None, options=()):
    command = [places.SERVICE, "serve", "--host", "127.0.0.1", "--port", port, *SERVICE_OPTIONS, *options]
    if tls:
        command += ["--tls-certificate", tls[0], "--tls-private-key", tls[1]]
    return Server("afd-sizer", command, port, bool(tls), environment)


# Nothing is logged per request, as with the others.
SERVICE_OPTIONS = ["--access-log", "false"]


def hummingbird(port, tls=None, environment=None):
    command = [places.HUMMINGBIRD, port, *(tls or ())]
    return Server("hummingbird", command, port, bool(tls), environment)


def nginx(port, tls=None, environment=None):
    folder = places.WORK / f"nginx-{port}"
    folder.mkdir(exist_ok=True)
    # Without the protocols, nginx before 1.23.4 has no TLS 1.3, whose handshakes cost twice as much as resumed ones of 1.2.
    secure = f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]}; ssl_protocols TLSv1.2 TLSv1.3;" if tls else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"""
daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log; user root;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
    access_log off; server_tokens off; keepalive_requests 1000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port}{" ssl" if tls else ""} backlog=4096; {secure}
        location = /healthz {{ default_type application/json; return 200 '{{"status":"ok"}}\\n'; }}
    }}
}}
"""
    )
    return Server("nginx", ["nginx", "-c", configuration, "-p", folder], port, bool(tls), environment)


def flask(port, tls=None, environment=None):
    command = [places.VENV / "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--worker-class", "gthread", "--threads", "4", "--keep-alive", "60"]
    command += ["--chdir", places.BENCHMARKS / "python", "--no-control-socket"]
    if tls:
        command += ["--certfile", tls[0], "--keyfile", tls[1]]
    return Server("flask", [*command, "flask_service:app"], port, bool(tls), environment)


STARTERS = {"afd-sizer": service, "hummingbird": hummingbird, "nginx": nginx, "flask": flask}
