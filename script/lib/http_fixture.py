"""Starts http-fixture for a check. Python 3, standard library only."""
import pathlib, subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def add_option(parser):
    parser.add_argument("--binary", help="the http-fixture to test; a debug build is made without")


def binary(given=None):
    """The path of the fixture: the given one, or that of a debug build, which is made."""
    if given is not None:
        return given
    subprocess.run(["swift", "build", "--product", "http-fixture"], cwd=ROOT, check=True)
    shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "http-fixture"


def start(given=None, **options):
    """Returns the running fixture and its port. `options` go to `subprocess.Popen`."""
    server = subprocess.Popen([binary(given), "--port", "0"], stdout=subprocess.PIPE, text=True, **options)
    line = server.stdout.readline()
    if not line:
        raise SystemExit(f"http-fixture did not start, exit status {server.wait()}")
    return server, int(line.split()[-1])
