"""The sizing job as a Python service, the way people would write it: Flask, numpy, scipy, under gunicorn.

The same JSON in and out as `POST /v1/size`, closed form and Gaussian barrier. The numerics are vectorised and the tables
that do not depend on the request are made once, so that the time goes where a Python service's time goes.
"""

import hashlib
import json
import math

import numpy as np
from flask import Flask, Response, jsonify, request
from scipy.special import log_ndtr

app = Flask(__name__)

# ∫ 1 − Φ(z)^r dz from Gauss–Legendre panels of half a unit on −9.5…9.5; log Φ at the nodes is worked out once.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


def _tail_integral(lower, r):
    """∫ (1 − Φ(z)^r) dz from `lower` to 9.5."""
    lower = max(lower, -9.5)
    if lower >= 9.5:
        return 0.0
    panels = max(1, math.ceil((9.5 - lower) * 2))
    edges = np.linspace(lower, 9.5, panels + 1)
    half = (edges[1] - edges[0]) / 2
    z = (edges[:-1, None] + half) + half * _NODES
    return half * float((-np.expm1(r * log_ndtr(z))).sum(axis=0) @ _WEIGHTS)


class Invalid(Exception):
    def __init__(self, pointer, detail):
        super().__init__(detail)
        self.pointer = pointer


def _number(document, pointer, low, high):
    value = document
    for key in pointer.strip("/").split("/"):
        if not isinstance(value, dict) or key not in value:
            raise Invalid(pointer, "is required")
        value = value[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise Invalid(pointer, f"must be a number in {low}…{high}")
    return value


def _idle(busy, cycle):
    return {role: min(1.0, max(0.0, 1 - time / cycle)) for role, time in busy.items()}


def size(body):
    prefill = _number(body, "/workload/prefill", 0, 1e9)
    decode = _number(body, "/workload/decode", 1, 1e9)
    alpha_a = _number(body, "/hardware/attention/alpha_us", 0, 1e12)
    beta_a = _number(body, "/hardware/attention/beta_us", 0, 1e12)
    alpha_f = _number(body, "/hardware/ffn/alpha_us", 1e-12, 1e12)
    beta_f = _number(body, "/hardware/ffn/beta_us", 0, 1e12)
    alpha_c = _number(body, "/hardware/communication/alpha_us", 0, 1e12)
    beta_c = _number(body, "/hardware/communication/beta_us", 0, 1e12)
    b = _number(body, "/batch_size", 1, 1_000_000)
    maximum = int(body.get("max_ratio", 1024))

    theta = prefill + decode - 1
    variance = decode * (decode - 1)
    nu = math.sqrt(variance)
    q = 1 - 1 / decode
    skewness = (1 + q) / math.sqrt(q) if q > 0 else 0.0

    attention = alpha_a * b * theta + beta_a
    sigma = alpha_a * math.sqrt(b) * nu
    communication = alpha_c * b + beta_c

    ratio_a = (attention - beta_f) / (alpha_f * b)
    ratio_c = (communication - beta_f) / (alpha_f * b)
    ratio_peak = math.sqrt(beta_f / (alpha_f * b))
    ratio = max(ratio_a, ratio_c, ratio_peak)
    regime = "attention" if ratio == ratio_a else "communication" if ratio == ratio_c else "ffn"

    def throughput(r, cycle):
        return 1e6 * r * b / ((r + 1) * cycle)

    def cycle(r):
        floor = max(alpha_f * r * b + beta_f, communication)
        if sigma == 0:
            return max(floor, attention)
        return floor + sigma * _tail_integral((floor - attention) / sigma, r)

    # Uphill from the mean-field ratio.
    best = min(maximum, max(1, round(ratio)))
    tau = cycle(best)
    step = max(1, best // 8)
    while step:
        for candidate in (best - step, best + step):
            if 1 <= candidate <= maximum:
                other = cycle(candidate)
                if throughput(candidate, other) > throughput(best, tau):
                    best, tau = candidate, other
                    break
        else:
            step //= 2

    ffn = alpha_f * best * b + beta_f
    slowest = attention + sigma * (_tail_integral(-9.5, best) - 9.5)
    stages = {"attention": slowest, "ffn": ffn, "communication": communication}
    mean_cycle = max(attention, communication, alpha_f * ratio * b + beta_f)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    return {
        "recommendation": {
            "ratio": best,
            "attention_instances": best,
            "ffn_instances": 1,
            "throughput_per_instance": throughput(best, tau),
            "cycle_us": tau,
            "tpot_us": tau,
            "idle": _idle({"attention": attention, "ffn": ffn, "communication": communication}, tau),
            "bottleneck": max(stages, key=stages.get),
        },
        "mean_field": {
            "ratio": ratio,
            "regime": regime,
            "ratio_attention": ratio_a,
            "ratio_communication": ratio_c,
            "ratio_peak": ratio_peak,
            "throughput_per_instance": throughput(ratio, mean_cycle),
            "cycle_us": mean_cycle,
            "idle": _idle(
                {"attention": attention, "ffn": alpha_f * ratio * b + beta_f, "communication": communication},
                mean_cycle,
            ),
        },
        "workload": {"slot_load_mean": theta, "slot_load_stddev": nu, "slot_load_skewness": skewness},
        "coefficients": body["hardware"],
        "provenance": {
            "service": "flask",
            "version": "0.1.0",
            "request_hash": digest,
            "assumptions": ["slot loads are stationary", "perfect overlap", "approximately normal instance loads"],
        },
    }


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.post("/v1/size")
def size_route():
    try:
        return jsonify(size(request.get_json(force=True)))
    except Invalid as error:
        problem = {"type": "about:blank", "title": "Unprocessable Content", "status": 422}
        problem["errors"] = [{"pointer": error.pointer, "detail": str(error)}]
        return Response(json.dumps(problem), status=422, mimetype="application/problem+json")


if __name__ == "__main__":
    import sys

    print(json.dumps(size(json.load(sys.stdin)), indent=1))
