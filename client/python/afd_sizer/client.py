"""The clients: the same operations, blocking and awaited."""
from __future__ import annotations

import asyncio
import concurrent.futures
import http.client
import json
import ssl
import threading
import time
import urllib.parse
from typing import Any, TypeVar

from . import models
from ._version import __version__
from .errors import NoAnswer, Refused
from .operations import Call, post, query, workload
from ._values import from_json
from .retries import Retries

T = TypeVar("T")


class Client:
    """Asks one service. Keeps a connection a thread; may be used from many threads.

    - url: of the service, such as http://127.0.0.1:8080
    - token: a bearer token, where the service wants one
    - timeout: seconds for each step of an exchange
    - context: of TLS, for own authorities and client certificates
    """

    def __init__(self, url: str = "http://127.0.0.1:8080", *, token: str | None = None, timeout: float = 60.0,
                 retries: Retries = Retries(), context: ssl.SSLContext | None = None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the address of a service: {url!r}")
        self._parts, self._host, self._port = parts, parts.hostname, parts.port
        self._token, self._timeout, self._retries, self._context = token, timeout, retries, context
        self._local = threading.local()
        self._open: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()

    def size(self, request: models.SizeRequest | dict | None = None, /, **members: Any) -> models.SizeAnswer:
        """The ratio for a workload on hardware."""
        return self._ask(post("/v1/size", models.SizeAnswer, request, members))

    def size_batch(self, requests: list[models.SizeRequest | dict]) -> list[models.SizeAnswer | models.Problem]:
        """Many sizings; each is answered or refused by itself."""
        return self._ask(post("/v1/size/batch", models.BatchAnswer, None, {"requests": requests})).results

    def simulate(self, request: models.SimulateRequest | dict | None = None, /, **members: Any) -> models.SimulateAnswer:
        """The bundle simulated at given ratios."""
        return self._ask(post("/v1/simulate", models.SimulateAnswer, request, members))

    def plan(self, request: models.PlanRequest | dict | None = None, /, **members: Any) -> models.PlanAnswer | models.OpenPlanAnswer:
        """A fleet under limits; an OpenPlanAnswer where `arrivals` are given."""
        return self._ask(post("/v1/plan", models.AnyPlanAnswer, request, members))

    def export_plan(self, format: str, request: models.PlanRequest | dict | None = None, /, **members: Any) -> models.Export:
        """A plan in the terms of a runtime: vllm, sglang, kubernetes, keda or dynamo."""
        return self._ask(post(query("/v1/plan", export=format), models.Export, request, members))

    def replay(self, request: models.ReplayRequest | dict | None = None, /, **members: Any) -> models.ReplayAnswer:
        """Arrivals through a deployment and its scaling policies."""
        return self._ask(post("/v1/replay", models.ReplayAnswer, request, members))

    def calibrate(self, request: models.CalibrateRequest | dict | None = None, /, **members: Any) -> models.CalibrateAnswer:
        """Latency coefficients from samples."""
        return self._ask(post("/v1/calibrate", models.CalibrateAnswer, request, members))

    def workload(self, data: Any, *, content_type: str | None = None, **parameters: Any) -> models.WorkloadAnswer:
        """Statistics of a trace: text (CSV, NDJSON, metrics) or JSON. `parameters` are those of the query, such as
        `prefill_column`."""
        return self._ask(workload(data, content_type, parameters))

    def catalog(self) -> models.CatalogueAnswer:
        """The devices and models that can be named."""
        return self._ask(Call("GET", "/v1/catalog", models.CatalogueAnswer))

    def device(self, id: str) -> models.DeviceAnswer:
        """One device."""
        return self._ask(Call("GET", "/v1/catalog/devices/" + urllib.parse.quote(id, safe=""), models.DeviceAnswer))

    def model(self, id: str, *, context: int | None = None, kv: str | None = None, weights: str | None = None) -> models.ModelAnswer:
        """One model of the catalogue."""
        path = "/v1/catalog/models/" + urllib.parse.quote(id, safe="")
        return self._ask(Call("GET", query(path, context=context, kv=kv, weights=weights), models.ModelAnswer))

    def read_model(self, configuration: dict[str, Any], *, context: int | None = None, kv: str | None = None,
                   weights: str | None = None) -> models.ModelAnswer:
        """What is read from a model's config.json."""
        target = query("/v1/catalog/models", context=context, kv=kv, weights=weights)
        return self._ask(post(target, models.ModelAnswer, configuration, {}))

    def is_ready(self) -> bool:
        """Whether the service wants work; false where it is not reached."""
        try:
            return self._exchange(Call("GET", "/readyz", models.ReadinessAnswer))[0] == 200
        except NoAnswer:
            return False

    def metrics(self) -> str:
        """The text that Prometheus scrapes."""
        return self._ask(Call("GET", "/metrics", str))

    def _ask(self, call: Call[T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            failure: NoAnswer | None = None
            status: int | None = None
            headers: dict[str, str] = {}
            data = b""
            try:
                status, headers, data = self._exchange(call)
            except NoAnswer as error:
                failure = error
            if status == 200:
                return call.answer(data)
            delay = self._retries.delay(attempt, status, headers.get("retry-after"))
            if delay is None:
                raise failure or _refusal(status or 0, headers, data)
            time.sleep(delay)

    def _exchange(self, call: Call[Any]) -> tuple[int, dict[str, str], bytes]:
        """One request on this thread's connection; once more on a new one where the service had closed it meanwhile."""
        headers = {"Accept": "application/json, */*;q=0.5", "User-Agent": f"afd-sizer-python/{__version__}"}
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        while True:
            connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
            is_new = connection is None
            if connection is None:
                connection = self._local.connection = self._connect()
                with self._lock:
                    self._open.add(connection)
            try:
                connection.request(call.method, self._parts.path.rstrip("/") + call.target, call.body, headers)
                answer = connection.getresponse()
                data = answer.read()
                return answer.status, {name.lower(): value for name, value in answer.getheaders()}, data
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                if is_new:
                    raise NoAnswer(f"{self._parts.geturl()}: {error}") from error

    def _connect(self) -> http.client.HTTPConnection:
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _drop(self) -> None:
        """Closes this thread's connection."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def close(self) -> None:
        """Closes the connections of all threads; no other thread may be in an operation."""
        self._drop()
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _refusal(status: int, headers: dict[str, str], data: bytes) -> Refused:
    """What is answered by a proxy on the way may be no problem document."""
    try:
        problem = from_json(models.Problem, json.loads(data))
    except (ValueError, TypeError):
        problem = models.Problem(type="about:blank", title=http.client.responses.get(status, "Unknown"), status=status,
                                 detail=data[:500].decode(errors="replace"))
    return Refused(status, problem, headers.get("x-request-id"))


class AsyncClient:
    """The same operations, each to be awaited: `await AsyncClient(url).size(…)`. They run on threads of this client, at most
    `connections` at once. One whose caller was cancelled still runs to its end."""

    def __init__(self, url: str = "http://127.0.0.1:8080", *, connections: int = 16, **settings: Any):
        self._client = Client(url, **settings)
        self._threads = concurrent.futures.ThreadPoolExecutor(connections, "afd-sizer")

    async def _run(self, operation: Any, *arguments: Any, **named: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: operation(*arguments, **named))

    async def size(self, request: models.SizeRequest | dict | None = None, /, **members: Any) -> models.SizeAnswer:
        return await self._run(self._client.size, request, **members)

    async def size_batch(self, requests: list[models.SizeRequest | dict]) -> list[models.SizeAnswer | models.Problem]:
        return await self._run(self._client.size_batch, requests)

    async def simulate(self, request: models.SimulateRequest | dict | None = None, /, **members: Any) -> models.SimulateAnswer:
        return await self._run(self._client.simulate, request, **members)

    async def plan(self, request: models.PlanRequest | dict | None = None, /, **members: Any) -> models.PlanAnswer | models.OpenPlanAnswer:
        return await self._run(self._client.plan, request, **members)

    async def export_plan(self, format: str, request: models.PlanRequest | dict | None = None, /, **members: Any) -> models.Export:
        return await self._run(self._client.export_plan, format, request, **members)

    async def replay(self, request: models.ReplayRequest | dict | None = None, /, **members: Any) -> models.ReplayAnswer:
        return await self._run(self._client.replay, request, **members)

    async def calibrate(self, request: models.CalibrateRequest | dict | None = None, /, **members: Any) -> models.CalibrateAnswer:
        return await self._run(self._client.calibrate, request, **members)

    async def workload(self, data: Any, **named: Any) -> models.WorkloadAnswer:
        return await self._run(self._client.workload, data, **named)

    async def catalog(self) -> models.CatalogueAnswer:
        return await self._run(self._client.catalog)

    async def device(self, id: str) -> models.DeviceAnswer:
        return await self._run(self._client.device, id)

    async def model(self, id: str, **named: Any) -> models.ModelAnswer:
        return await self._run(self._client.model, id, **named)

    async def read_model(self, configuration: dict[str, Any], **named: Any) -> models.ModelAnswer:
        return await self._run(self._client.read_model, configuration, **named)

    async def is_ready(self) -> bool:
        return await self._run(self._client.is_ready)

    async def metrics(self) -> str:
        return await self._run(self._client.metrics)

    async def close(self) -> None:
        """Waits for what runs, and closes the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()
