"""The operations as values: what is sent, and what comes back. The clients only carry them."""
from __future__ import annotations

import dataclasses
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from . import models
from ._values import from_json, to_json

T = TypeVar("T")
JSON = "application/json"


@dataclasses.dataclass(frozen=True)
class Call(Generic[T]):
    method: str
    target: str
    kind: Any
    body: bytes | None = None
    content_type: str = JSON

    def answer(self, data: bytes) -> T:
        value: Any = data.decode() if self.kind is str else from_json(self.kind, json.loads(data))
        return value


def query(path: str, **parameters: Any) -> str:
    """A target; parameters that are None are left out."""
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in parameters.items() if value is not None}
    return path + ("?" + urllib.parse.urlencode(given) if given else "")


def body(request: Any, members: Mapping[str, Any]) -> bytes:
    """A request with the members that are named besides."""
    value = to_json(request) if request is not None else {}
    if members:
        value = {**value, **{name: to_json(member) for name, member in members.items() if member is not None}}
    return json.dumps(value, allow_nan=False).encode()


def post(path: str, kind: Any, request: Any, members: Mapping[str, Any]) -> Call[Any]:
    return Call("POST", path, kind, body(request, members))


def workload(data: Any, content_type: str | None, parameters: Mapping[str, Any]) -> Call[models.WorkloadAnswer]:
    """Text is taken as CSV, or as NDJSON where it begins with a brace; everything else is JSON."""
    if isinstance(data, str):
        data = data.encode()
    if isinstance(data, (bytes, bytearray)):
        guess = "application/x-ndjson" if data.lstrip()[:1] == b"{" else "text/csv"
        return Call("POST", query("/v1/workload", **parameters), models.WorkloadAnswer, bytes(data), content_type or guess)
    return Call("POST", query("/v1/workload", **parameters), models.WorkloadAnswer, json.dumps(to_json(data)).encode())
