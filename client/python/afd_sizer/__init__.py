"""A client of afd-sizer, the service that sizes Attention and FFN instances for disaggregated LLM decoding.

    from afd_sizer import Client, Service

    with Service() as service, Client(service.url) as client:
        answer = client.size(
            workload={"prefill": 100, "decode": 500}, batch_size=256,
            hardware={"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}})
        print(answer.recommendation.ratio)
"""
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import models
    from .client import AsyncClient, Client
    from .errors import AFDSizerError, NoAnswer, Refused
    from .retries import Retries
    from .service import Service, binary

__all__ = ["AFDSizerError", "AsyncClient", "Client", "NoAnswer", "Refused", "Retries", "Service", "__version__", "binary", "models"]

# Loaded when they are first asked for: the command `afd-sizer` of the wheel needs none of the dataclasses, which take 0.2 s.
_PLACES = {"AsyncClient": "client", "Client": "client", "AFDSizerError": "errors", "NoAnswer": "errors", "Refused": "errors",
           "Retries": "retries", "Service": "service", "binary": "service"}


def __getattr__(name: str) -> Any:
    if name == "models":
        return importlib.import_module(".models", __name__)
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
