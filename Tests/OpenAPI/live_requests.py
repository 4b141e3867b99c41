"""Requests that between them, and with the examples of openapi.yaml, show every member of every answer."""
import json
import math
import random

JSON = "application/json"
LINES = {
    "attention": {"alpha_us": 0.00165, "beta_us": 50},
    "ffn": {"alpha_us": 0.083, "beta_us": 100},
    "communication": {"alpha_us": 0.022, "beta_us": 20, "load": "attention_batch"},
}
LENGTHS = {"prefill": 1000, "decode": 500}
NAMED = {
    "model": "deepseek-v3",
    "attention": {"device": ["h800", "h20"], "data_parallel": 8, "tensor_parallel": [1, 2]},
    "ffn": {"device": "h800", "expert_parallel": [16, 32]},
}
ACCEPTANCE = {"acceptance": [0.8, 0.5, 0.2], "draft_us": 20, "draft_us_per_token": 5}
# A plan that every export takes.
EXPORTED = {
    "workload": {"prefill": 4000, "decode": 400}, "arrivals": {"requests_per_second": 5}, "limits": {"tpot_ms": 200, "ttft_ms": 8000},
    "hardware": {
        "model": "qwen3-30b-a3b", "communication": {"link": "scale_out"},
        "attention": {"device": "h200-sxm", "data_parallel": 1, "tensor_parallel": 1}, "ffn": {"device": "h200-sxm", "expert_parallel": 1}},
    "prefill": {"device": "h200-sxm", "tensor_parallel": 1}, "microbatches": 2, "max_ratio": 4, "objective": "devices",
}
# Members of answers that none of these can show, with the reason.
UNSEEN = {
    "ModelAnswer.note",  # no entry of the catalogue's models has one today
}


def table(columns, rows):
    return "\n".join(",".join(map(str, row)) for row in [columns, *rows]) + "\n"


def heavy_trace():
    """Daily swings, bursts, sessions, and decode lengths with a heavy tail."""
    rng, rows, t = random.Random(1), [], 0.0
    while t < 6 * 86400:
        t += rng.expovariate(0.01 * (1 + 0.9 * math.sin(2 * math.pi * t / 86400)) + 1e-4)
        prefill = rng.randint(10, 4000)
        rows.append((f"{t:.3f}", prefill, int(20 * rng.random() ** -0.5) + 1, rng.randint(0, prefill), f"s{rng.randint(0, 400)}"))
    return table(["timestamp", "prompt_tokens", "completion_tokens", "cached_tokens", "session_id"], rows)


def blocks_trace():
    """Rows with the hashes of the blocks of their prompts."""
    rows = []
    for number in range(200):
        shared = list(range(number % 7))
        rows.append({"timestamp": number * 40, "input_length": 512 * (len(shared) + 2), "output_length": 20 + number % 50,
                     "hash_ids": shared + [1000 + number, 2000 + number]})
    return "".join(json.dumps(row) + "\n" for row in rows)


def attention_samples(knee=False):
    """Latencies whose line depends on the batch; one of them far off."""
    rows = []
    for batch in (8, 32, 128):
        for context in (512, 1024, 2048, 4096, 8192, 16384):
            rows.append({"batch": batch, "context": context,
                         "latency_us": (20 + batch) + context * batch * (0.001 + 0.1 / batch)})
    rows[9]["latency_us"] *= 30
    return rows


def roofline_samples():
    rng = random.Random(2)
    return [{"load": load, "latency_us": max(100, 0.4 * load) * (1 + rng.uniform(-1, 1) * 1e-3)}
            for load in (16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)]


def post(path, body, kind=JSON):
    return "POST", path, body if isinstance(body, str) else json.dumps(body), kind


LIVE = [
    *[("GET", path, None, JSON) for path in (
        "/", "/healthz", "/readyz", "/metrics", "/openapi.yaml", "/reference", "/v1/catalog", "/v1/catalog?pretty", "/v1/catalog?prety",
        "/v1/catalog/devices/h20", "/v1/catalog/devices/b200", "/v1/catalog/devices/mi308x", "/v1/catalog/devices/groq-lpu", "/v1/catalog/devices/none",
        "/v1/catalog/models/mixtral-8x22b?context=100&kv=fp8&weights=int4", "/v1/catalog/models/deepseek-v3?kv=x", "/v1/catalog/models/none",
        "/v1/size?model=qwen3-235b-a22b&device=gb200&prefill=8192&decode=512&tpot_ms=50",
        "/v1/size?model=qwen3-235b-a22b&device=gb200&prefill=8192",
        "/v1/plan?model=deepseek-v3&device=h200-sxm&prefill=4000&decode=400&requests_per_second=30&ttft_ms=4000&tpot_ms=80",
        "/v1/plan?model=deepseek-v3&device=none&prefill=4000&decode=400&requests_per_second=30",
    )],
    # Rates and prices of all kinds, in an open system and in a saturated one.
    post("/v1/plan", {
        "workload": LENGTHS, "hardware": NAMED, "arrivals": {"requests_per_second": 20}, "limits": {"tpot_ms": 150, "ttft_ms": 8000},
        "prefill": {"device": "h800", "tensor_parallel": [8, 16]}, "transfer": {"bandwidth_gb_s": 400, "overlap": "layerwise"},
        "prices": {"devices": {"h800": 2, "h20": 1}}, "objective": "cost", "max_ratio": 8, "speculation": ACCEPTANCE,
        "current": {"attention_instances": 40, "ffn_instances": 10, "prefill_instances": 20}}),
    post("/v1/plan", {
        "workload": LENGTHS, "hardware": {**NAMED, "communication": {"link": "scale_out"}}, "demand": {"requests_per_second": 20, "spare_instances": 1},
        "prices": {"devices": {"h800": 2, "h20": 1}}, "limits": {"tpot_ms": 150}, "speculation": ACCEPTANCE, "max_ratio": 8,
        "current": {"attention_instances": 40, "ffn_instances": 10}}),
    post("/v1/plan", {"workload": LENGTHS, "hardware": LINES, "devices": {"total": 64}, "rules": {"attention_multiple_of_ffn": "blocks"},
                      "max_ffn_instances": 2, "current": {"attention_instances": 20, "ffn_instances": 4}}),
    post("/v1/plan", {"workload": LENGTHS, "hardware": LINES, "limits": {"tpot_ms": 1e-3}}),
    post("/v1/plan", {
        "workload": LENGTHS, "hardware": LINES, "arrivals": {"requests_per_second": 400}, "limits": {"tpot_ms": 1}, "max_ratio": 32,
        "current": {"attention_instances": 8, "ffn_instances": 1}}),
    post("/v1/size", {
        "workload": LENGTHS, "batch_size": 64, "microbatches": 2, "speculation": ACCEPTANCE,
        "hardware": {"model": "deepseek-v3", "attention": {"device": "h800", "data_parallel": 8}, "ffn": {"device": "h800", "expert_parallel": 32}}}),
    post("/v1/size", {"workload": LENGTHS, "batch_size": 64, "hardware": {**LINES, "attention": {"samples": attention_samples()}}}),
    post("/v1/size/batch", {"requests": [{"workload": LENGTHS, "hardware": LINES, "batch_size": size} for size in (64, 128)]}),
    post("/v1/size/batch", {"requests": [
        {"workload": LENGTHS, "hardware": LINES, "batch_size": 64, "include": ["curve"]}, {"workload": {}}, 1]}),
    post("/v1/calibrate", {"attention": {"samples": attention_samples()}, "ffn": {"samples": roofline_samples()}}),
    post("/v1/calibrate", "{", JSON),
    post("/v1/calibrate", "{}", "text/html"),
    post("/v1/workload", heavy_trace(), "text/csv"),
    post("/v1/workload", blocks_trace(), "application/x-ndjson"),
    post("/v1/workload", blocks_trace(), "application/openmetrics-text"),
    *[post(f"/v1/plan?export={name}", EXPORTED) for name in ("vllm", "sglang", "kubernetes", "keda", "dynamo", "slurm")],
    post("/v1/replay", {
        "hardware": LINES, "deployment": {"bundles": 1, "bundle": {"attention_instances": 8}, "batch_size": 8, "prefill_instances": 1},
        "prefill": {"alpha_us": 90, "beta_us": 3000}, "transfer": {"bandwidth_gb_s": 50, "kv_bytes_per_token": 7e4},
        "limits": {"ttft_ms": 2000, "tpot_ms": 1, "wait_ms": 50}, "prices": {"attention_instance": 1, "ffn_instance": 1, "prefill_instance": 1},
        "power": {"attention_instance": 1, "ffn_instance": 1, "prefill_instance": 1}, "replications": 2,
        "arrivals": {"process": "poisson", "requests_per_second": 20, "duration_s": 30}, "workload": {"prefill": 100, "decode": 50}}),
]
