"""The service as it comes with the wheel."""
from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from typing import Any


def binary() -> str:
    """The program: AFD_SIZER_BINARY, that of the wheel, or that of the PATH."""
    own = pathlib.Path(__file__).parent / "bin" / "afd-sizer"
    found = os.environ.get("AFD_SIZER_BINARY") or (str(own) if own.exists() else shutil.which("afd-sizer"))
    if not found:
        raise FileNotFoundError("there is no afd-sizer program: install the wheel of this platform, or set AFD_SIZER_BINARY")
    return found


class Service:
    """A service on a free port of 127.0.0.1, for as long as the `with` lasts: `with Service() as service: Client(service.url)`."""

    def __init__(self, *flags: str, within: float = 30.0):
        self._flags, self._within = flags, within
        self.url = ""

    def __enter__(self) -> Service:
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [binary(), "serve", "--host", "127.0.0.1", "--port", "0", "--access-log", "false", *self._flags],
            stdout=subprocess.PIPE, stderr=self._output)
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        found = re.search(r"https?://\S+:\d+", line)
        if not found:
            self._process.kill()
            self._process.wait()
            self._output.seek(0)
            raise RuntimeError(f"the service did not start: {self._output.read().decode(errors='replace')[-2000:]}")
        self.url = found[0]
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.terminate()
        try:
            self._process.wait(self._within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._output.close()
