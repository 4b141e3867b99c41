"""A client of afd-sizer, the service that sizes Attention and FFN instances for disaggregated LLM decoding.

    from afd_sizer import Client, Service

    with Service() as service, Client(service.url) as client:
        answer = client.size(
            workload={"prefill": 100, "decode": 500}, batch_size=256,
            hardware={"attention": {"alpha_us": 0.00165, "beta_us": 50}, "ffn": {"alpha_us": 0.083, "beta_us": 100}})
        print(answer.recommendation.ratio)
"""
from . import models
from ._version import __version__
from .client import AsyncClient, Client
from .errors import AFDSizerError, NoAnswer, Refused
from .retries import Retries
from .service import Service, binary

__all__ = ["AFDSizerError", "AsyncClient", "Client", "NoAnswer", "Refused", "Retries", "Service", "__version__", "binary", "models"]
