"""Tries what script/package made in clean roots of Debian 12 and 13, which have no Swift toolchain.

usage: check_installs.py DIST ROOTS [SUITE…]    (root; installs debootstrap where it is missing; keeps the clean roots in ROOTS)

Each way to install gets a copy of a clean root: the package is installed there as its document says, the README's example is sent to
the service that runs there, and the commands are tried. Prints the time to the first answer; exit status 1 where something failed."""
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIST, ROOTS = map(pathlib.Path, sys.argv[1:3])
SUITES = {"bookworm": "Debian 12", "trixie": "Debian 13"}
passed, failed = 0, []


def say(name, good, detail=""):
    global passed
    print(f"{'ok  ' if good else 'FAIL'} {name}{': ' if detail else ''}{detail}", flush=True)
    passed += good
    if not good:
        failed.append(name)


def clean_root(suite):
    """A minimal root with this machine's package sources."""
    root = ROOTS / suite
    if not (root / "ready").exists():
        if not shutil.which("debootstrap"):
            subprocess.run("apt-get update -qq && apt-get install -y -qq debootstrap", shell=True, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(root, ignore_errors=True)
        ROOTS.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", suite, root], check=True, stdout=subprocess.DEVNULL)
        for setting in pathlib.Path("/etc/apt/apt.conf.d").glob("99*"):
            shutil.copy(setting, root / "etc/apt/apt.conf.d/")
        (root / "ready").touch()
    return root


class Root:
    """A copy of a clean root, gone at the end."""

    def __init__(self, suite, purpose):
        self.place = ROOTS / f"{suite}-{purpose}"
        shutil.rmtree(self.place, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", clean_root(suite), self.place], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.place, ignore_errors=True)

    def command(self, *words):
        """In a process space of its own, with its own /proc."""
        return ["unshare", "--mount", "--pid", "--fork", f"--mount-proc={self.place}/proc", "--kill-child", "chroot", self.place, *words]

    def run(self, script, good=True):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "HOME": "/root"}
        done = subprocess.run(self.command("bash", "-euo", "pipefail", "-c", script), env=environment, capture_output=True, text=True)
        if (done.returncode == 0) != good:
            print(f"{script}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done


class Serving:
    """`afd-sizer serve` in a root, on a free port of this machine's loopback."""

    def __init__(self, root, program):
        self.start = time.monotonic()
        self.process = subprocess.Popen(
            root.command(program, "serve", "--host", "127.0.0.1", "--port", "0", "--access-log", "false"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            start_new_session=True)
        line = self.process.stdout.readline()
        self.ready = time.monotonic() - self.start
        found = re.search(r"http://\S+:\d+", line)
        self.url = found[0] if found else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # unshare itself does not pass signals on.
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)


def example():
    """The first request of the README."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"^curl -s '?http://localhost:8080(/v1/size\S*?)'? -d '(\{.*\})'$", text, re.M)
    return found[1], found[2]


def try_service(root, program, name):
    """The README's example against the service in the root, and the same request as a command."""
    target, body = example()
    times = []
    for number in range(5):
        with Serving(root, program) as service:
            times.append(service.ready)
            if number:
                continue
            if not service.url:
                return say(f"{name}: it starts", False, service.process.stderr.read()[-500:])
            request = urllib.request.Request(service.url + target, data=body.encode())
            ratio = json.load(urllib.request.urlopen(request, timeout=30))["recommendation"]["ratio"]
            say(f"{name}: the README's example", ratio == 10, f"ratio {ratio}")
            page = urllib.request.urlopen(service.url + "/", timeout=30).read()
            say(f"{name}: the page", page.startswith(b"<!DOCTYPE html>") or page.startswith(b"<!doctype html>"))
    (root.place / "tmp/request.json").write_text(body)
    done = root.run(f"{program} size /tmp/request.json && {program} --version")
    say(f"{name}: the command", done.returncode == 0 and '"ratio": 10' in done.stdout)
    say(f"{name}: ready after", True, f"{statistics.median(times) * 1000:.0f} ms (median of 5, chroot and namespaces included)")


def tarball(suite):
    path = next(DIST.glob("afd-sizer-*.tar.gz"))
    with Root(suite, "tarball") as root:
        shutil.copy(path, root.place / "tmp")
        say(f"{SUITES[suite]}, tarball: unpacks into /usr/local", root.run(f"tar -xzf /tmp/{path.name} -C /usr/local --strip-components=1").returncode == 0)
        done = root.run("ldd /usr/local/bin/afd-sizer")
        say(f"{SUITES[suite]}, tarball: every library is there", "not found" not in done.stdout + done.stderr and "libssl" not in done.stdout)
        try_service(root, "/usr/local/bin/afd-sizer", f"{SUITES[suite]}, tarball")


def debian(suite):
    path = next(DIST.glob("*.deb"))
    name = f"{SUITES[suite]}, .deb"
    with Root(suite, "deb") as root:
        shutil.copy(path, root.place / "tmp")
        done = root.run(f"apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/{path.name}")
        say(f"{name}: installs with apt", done.returncode == 0)
        say(f"{name}: its user is there", root.run("id afd-sizer").returncode == 0)
        say(f"{name}: nothing runs", root.run("! ls /proc/[0-9]*/exe -l 2>/dev/null | grep afd-sizer").returncode == 0)
        try_service(root, "/usr/bin/afd-sizer", name)
        may = "set -a; . /etc/afd-sizer/afd-sizer.env; {} exec /usr/lib/afd-sizer/may-start"
        say(f"{name}: may start as it is", root.run(may.format("")).returncode == 0)
        refused = root.run(may.format("AFD_SIZER_HOST=0.0.0.0;"), good=False)
        say(f"{name}: not on a public address without a token", refused.returncode == 1 and "neither a token" in refused.stderr)
        empty = "printf '# none\\n' > /etc/afd-sizer/tokens; " + may.format("AFD_SIZER_HOST=0.0.0.0; AFD_SIZER_TOKEN_FILE=/etc/afd-sizer/tokens;")
        say(f"{name}: nor with a file that has none", root.run(empty, good=False).returncode == 1)
        token = "echo secret > /etc/afd-sizer/tokens; " + may.format("AFD_SIZER_HOST=0.0.0.0; AFD_SIZER_TOKEN_FILE=/etc/afd-sizer/tokens;")
        say(f"{name}: with one", root.run(token).returncode == 0)
        changed = "echo '# mine' >> /etc/afd-sizer/afd-sizer.env; apt-get install -y -qq --reinstall /tmp/" + path.name
        say(f"{name}: installing again keeps settings", root.run(changed + " && grep -q '# mine' /etc/afd-sizer/afd-sizer.env").returncode == 0)
        say(f"{name}: purge leaves nothing", root.run(
            "apt-get purge -y -qq afd-sizer && ! id afd-sizer 2>/dev/null && ! ls -d /etc/afd-sizer /usr/lib/afd-sizer /usr/bin/afd-sizer 2>/dev/null").returncode == 0)
    unit = subprocess.run(["dpkg-deb", "--fsys-tarfile", path], capture_output=True).stdout
    text = subprocess.run(["tar", "-xO", "./usr/lib/systemd/system/afd-sizer.service"], input=unit, capture_output=True).stdout.decode()
    say(f"{name}: the unit looks before it starts", "ExecStartPre=/usr/lib/afd-sizer/may-start" in text and "DynamicUser" not in text)


def python_example():
    """The Python block of the client's README."""
    return re.search(r"^```python\n(.*?)^```", (ROOT / "client/python/README.md").read_text(), re.M | re.S)[1]


def wheel(suite):
    path = next(DIST.glob("*.whl"))
    name = f"{SUITES[suite]}, wheel"
    with Root(suite, "wheel") as root:
        shutil.copy(path, root.place / "tmp")
        done = root.run("apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv && python3 -m venv /opt/venv")
        say(f"{name}: Python is there", done.returncode == 0)
        done = root.run(f"/opt/venv/bin/pip install --quiet --no-index /tmp/{path.name}")
        say(f"{name}: pip installs it", done.returncode == 0)
        (root.place / "tmp/example.py").write_text(python_example())
        done = root.run("/opt/venv/bin/python /tmp/example.py")
        say(f"{name}: the client's example", done.stdout.startswith("10 "), done.stdout.strip())
        shutil.copytree(ROOT / "client/python/tests", root.place / "tmp/tests")
        done = root.run("cd /tmp/tests && AFD_SIZER_BINARY=$(/opt/venv/bin/python -c 'import afd_sizer; print(afd_sizer.binary())') "
                        "/opt/venv/bin/python -m unittest discover -s /tmp/tests")
        say(f"{name}: the client's tests", done.returncode == 0 and "skipped" not in done.stderr, done.stderr.strip().splitlines()[-1])
        try_service(root, "/opt/venv/bin/afd-sizer", name)


def main():
    if os.geteuid() != 0:
        sys.exit("check_installs.py needs root: it makes roots and changes into them")
    for suite in sys.argv[3:] or SUITES:
        for way in (tarball, debian, wheel):
            way(suite)
    print(f"{passed} passed, {len(failed)} failed")
    return len(failed) != 0


sys.exit(main())
