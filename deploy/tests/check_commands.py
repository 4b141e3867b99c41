#!/usr/bin/env python3
"""Starts the service as each Deployment and the systemd unit do, with other ports and files, and asks what kubelet and Prometheus ask.

Needs PyYAML and openssl. The program is AFD_SIZER_BINARY, or the debug build's.
"""

import os
import re
import shlex
import socket
import ssl
import subprocess
import tempfile

import yaml

import kustomize
from running import PROGRAM, ROOT, free_port, get, running

OVERLAYS = ["plain", "autoscaled", "tls"]
PROBES = ["startupProbe", "livenessProbe", "readinessProbe"]


def certificates(folder):
    """An authority, and what cert-manager writes for the service and for Prometheus: tls.crt, tls.key, ca.crt."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=issuer", "-days", "2",
            "-keyout", "ca.key", "-out", "ca.crt")
    for name, usage in [("tls", "serverAuth"), ("prometheus", "clientAuth")]:
        with open(os.path.join(folder, f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName=DNS:afd-sizer\nextendedKeyUsage={usage}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.crt")


def moved(arguments, folder):
    """The arguments with free ports, on loopback, and with files of a folder. Returns the ports too, by the declared ones."""
    ports, result = {}, []
    for argument in arguments:
        flag, _, value = argument.partition("=")
        if flag in ("--port", "--probe-port"):
            ports[int(value)] = free_port()
            value = str(ports[int(value)])
        elif flag == "--host":
            value = "127.0.0.1"
        elif value.startswith("/"):
            value = os.path.join(folder, os.path.basename(value))
        elif flag == "--drain-delay":
            value = "0.1"
        result.append(f"{flag}={value}" if value else flag)
    return result, ports


def get_with_tls(port, path, folder, certificate):
    """The status of a GET as Prometheus does it; None where the handshake fails or the connection is closed."""
    context = ssl.create_default_context(cafile=os.path.join(folder, "ca.crt"))
    if certificate:
        context.load_cert_chain(os.path.join(folder, "prometheus.crt"), os.path.join(folder, "prometheus.key"))
    try:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="afd-sizer") as secure:
            secure.sendall(f"GET {path} HTTP/1.1\r\nHost: afd-sizer\r\nConnection: close\r\n\r\n".encode())
            return int(secure.recv(65536).split()[1])
    except (ssl.SSLError, ConnectionError, IndexError):
        return None


def check_overlay(overlay, folder):
    items = kustomize.by_hand(os.path.join(ROOT, "deploy/kubernetes/overlays", overlay))
    objects = {item["kind"]: item for item in items}
    container = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    declared = {port["name"]: port["containerPort"] for port in container["ports"]}
    arguments, ports = moved(container["args"], folder)
    assert set(ports) == set(declared.values()), (ports, declared)
    probes = [container[probe]["httpGet"] for probe in PROBES]

    def answers(probe):
        return get(ports[declared[probe["port"]]], probe["path"])[0] == 200

    with running([PROGRAM, *arguments], lambda: all(map(answers, probes)), f"the command of {overlay}") as process:
        endpoint = objects["ServiceMonitor"]["spec"]["endpoints"][0]
        name = next(port["targetPort"] for port in objects["Service"]["spec"]["ports"] if port["name"] == endpoint["port"])
        port = ports[declared[name]]
        if endpoint.get("scheme") == "https":
            assert get_with_tls(port, endpoint["path"], folder, certificate=True) == 200, "Prometheus is let in"
            assert get_with_tls(port, endpoint["path"], folder, certificate=False) is None, "a client without certificate is not"
            assert get(ports[declared["probe"]], endpoint["path"])[0] == 404, "the plain port shows no metrics"
        else:
            assert get(port, endpoint["path"])[0] == 200
        process.terminate()
        assert process.wait(60) == 0
    print(f"overlay {overlay}: starts, {len(probes)} probes and the scrape are answered, ends with 0")


def check_unit():
    with open(os.path.join(ROOT, "deploy/systemd/afd-sizer.service")) as file:
        command = shlex.split(re.search(r"^ExecStart=(.*)$", file.read(), re.MULTILINE)[1])
    port = free_port()
    command[0], command[command.index("--port") + 1] = PROGRAM, str(port)
    with running(command, lambda: get(port, "/readyz")[0] == 200, "the command of the unit") as process:
        process.terminate()
        assert process.wait(60) == 0
    print("unit: its command starts, and ends with 0")


def check_compose():
    """What it names is there. (Compose itself needs an engine.)"""
    folder = os.path.join(ROOT, "deploy")
    with open(os.path.join(folder, "compose.yaml")) as file:
        compose = yaml.safe_load(file)
    services = compose["services"]
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or os.path.exists(os.path.join(folder, source)), f"{name}: {volume}"
        assert set(service.get("depends_on", [])) <= set(services), name
    with open(os.path.join(folder, "prometheus/prometheus.yaml")) as file:
        targets = [target for job in yaml.safe_load(file)["scrape_configs"] for group in job["static_configs"] for target in group["targets"]]
    with open(os.path.join(ROOT, "Dockerfile")) as file:
        dockerfile = file.read()
    exposed = re.search(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)[1]
    assert targets == [f"afd-sizer:{exposed}"] and "HEALTHCHECK" in dockerfile, "Prometheus scrapes, and waits for, what the image offers"
    assert services["afd-sizer"]["user"] == re.search(r"^USER (.*)$", dockerfile, re.MULTILINE)[1] and services["afd-sizer"]["read_only"]
    print("compose.yaml: files, services, ports and user agree with the rest")


def main():
    with tempfile.TemporaryDirectory() as folder:
        certificates(folder)
        for overlay in OVERLAYS:
            check_overlay(overlay, folder)
    check_unit()
    check_compose()


if __name__ == "__main__":
    main()
