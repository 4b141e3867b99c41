"""Makes up request bodies from the schemas of openapi.yaml: valid shapes, numbers from everywhere in their ranges and at the edges of
doubles, and now and then something wrong. The same seed gives the same bodies.

usage: schema_fuzz.py openapi.yaml COUNT [SEED]; prints requests, one a line: path, tab, body
"""
import json
import math
import pathlib
import random
import sys

from example_fuzz import TINY, Examples, spoiled

MODELS = ["deepseek-v3", "qwen3-235b-a22b", "kimi-k2", "llama-3.1-70b", "qwen3-30b-a3b", "mixtral-8x22b"]
DEVICES = ["h100-sxm", "h200-sxm", "h800", "h20", "a100-sxm-80g", "l40s", "b200", "gb200", "b300", "gb300"]


class Grammar:
    """Bodies of one API description."""

    def __init__(self, description, models=None, devices=None):
        self.schemas = description["components"]["schemas"]
        self.examples = Examples(description)
        self.models = models or MODELS
        self.devices = devices or DEVICES
        self.bodies = []
        for path, item in description["paths"].items():
            content = item.get("post", {}).get("requestBody", {}).get("content", {})
            if "application/json" in content:
                self.bodies.append((path, content["application/json"]["schema"]))

    def body(self, path, schema, rng):
        """A value for the body of one request."""
        maker = Maker(self, rng)
        if self.examples.wanted(path, rng):
            return self.examples.body(path, schema, maker)
        value = maker.make(schema, path)
        if rng.random() < 0.05:
            value = spoiled(value, rng)
        return value


# How often each path is asked.
WEIGHTS = {"/v1/size": 10, "/v1/size/batch": 3, "/v1/simulate": 3, "/v1/plan": 4, "/v1/calibrate": 3, "/v1/workload": 2,
           "/v1/replay": 2, "/v1/catalog/models": 1}


def request(grammar, seed, number):
    """Path and body of the request with this number."""
    rng = random.Random(seed * 1_000_003 + number)
    path, schema = rng.choices(grammar.bodies, [WEIGHTS.get(path, 1) for path, _ in grammar.bodies])[0]
    body = json.dumps(grammar.body(path, schema, rng))
    return path, body


class Maker:
    """One body: how wild its numbers are is drawn once, so that many bodies are sane but for one number."""

    def __init__(self, grammar, rng):
        self.grammar = grammar
        self.rng = rng
        self.wild = rng.choice([0, 0, 0.03, 0.1, 0.3, 1])
        # Optional members, and how long arrays get.
        self.full = rng.choice([0.1, 0.3, 0.6])
        self.long = rng.choice([3, 3, 6, 20, 200 if rng.random() < 0.1 else 6])

    def make(self, schema, name):
        rng = self.rng
        if "$ref" in schema:
            reference = schema["$ref"].rsplit("/", 1)[1]
            return self.make(self.grammar.schemas[reference], name if name in HINTS else reference)
        hint = HINTS.get(name)
        if hint and rng.random() > 0.5 * self.wild:
            return hint(self, schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        if "oneOf" in schema:
            # The first forms are the usual ones.
            index = min(int(rng.expovariate(1)), len(schema["oneOf"]) - 1)
            return self.make(schema["oneOf"][index], name)
        kind = schema.get("type", "null")
        if isinstance(kind, list):
            kind = "null" if rng.random() < 0.2 else kind[0]
        return {
            "object": self.object, "array": self.array, "number": self.number, "integer": self.integer,
            "string": lambda s, n: rng.choice(["", "x", "h100-sxm", "1"]), "boolean": lambda s, n: rng.random() < 0.5,
            "null": lambda s, n: None,
        }[kind](schema, name)

    def object(self, schema, name):
        value = {}
        required = schema.get("required", [])
        for member, of in schema.get("properties", {}).items():
            if member in required or self.rng.random() < self.full * RARE.get(member, 1):
                value[member] = self.make(of, member)
        if not value and schema.get("minProperties") and schema.get("properties"):
            member = self.rng.choice(list(schema["properties"]))
            value[member] = self.make(schema["properties"][member], member)
        fix = FIXES.get(name)
        if fix and self.rng.random() > 0.02:
            fix(self, value)
        return value

    def array(self, schema, name):
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", 1 << 30), max(least, self.rng.randint(0, self.long)))
        values = [self.make(schema.get("items", {"type": "number"}), name) for _ in range(max(least, most))]
        if schema.get("uniqueItems"):
            values = [value for index, value in enumerate(values) if value not in values[:index]]
        return values

    def number(self, schema, name):
        rng = self.rng
        low, high = schema.get("minimum", schema.get("exclusiveMinimum", -1e300)), schema.get("maximum", 1e300)
        if rng.random() < self.wild:
            edges = [low, high, math.nextafter(low, math.inf), math.nextafter(high, -math.inf), 0.0, -0.0, 1.0]
            edges += TINY + [2.0**53, 2.0**63, 1e15, 1e17, sys.float_info.max, -1.0]
            return rng.choice(edges) if rng.random() < 0.05 else rng.choice([e for e in edges if low <= e <= high])
        least = max(low, 1e-3 if low <= 0 else low)
        return self.logarithmic(least, min(high, max(least * 10, USUAL.get(name, 1e5))))

    def integer(self, schema, name):
        rng = self.rng
        low, high = schema.get("minimum", -(2**53)), schema.get("maximum", 2**53)
        if rng.random() < self.wild:
            return rng.choice([low, high, low + 1, high - 1, min(high, max(low, rng.choice([0, 1, 2, 2**31, 2**32])))])
        return int(self.logarithmic(max(low, 1), min(high, max(low, USUAL.get(name, 1000)))))

    def logarithmic(self, low, high):
        if not 0 < low < high:
            return low
        value = math.exp(self.rng.uniform(math.log(low), math.log(high)))
        return round(value, 6) if value > 1e-3 and self.rng.random() < 0.7 else min(high, max(low, value))


# Where usual numbers end.
USUAL = {
    "alpha_us": 1, "beta_us": 1000, "batch_size": 4096, "max_ratio": 2000, "microbatches": 8, "ratios": 64,
    "requests_per_instance": 200, "layers": 80, "values": 1e4, "prefill": 1e5, "decode": 1e4, "mean": 1e5, "stddev": 1e4,
    "attention_cv": 0.3, "ffn_cv": 0.3, "max_batch": 1e4, "tpot_ms": 1e3, "data_parallel": 8, "tensor_parallel": 4,
    "latency_us": 1e4, "load": 1e6, "timeout_ms": 5000, "seed": 1e6,
}
# Members that make most bodies refused, or slow, are less often there.
RARE = {"simulation": 0.2, "speculation": 0.2, "horizon_requests": 0.2, "objective": 0.4, "prices": 0.4, "power": 0.2, "rules": 0.4,
        "demand": 0.5, "devices": 0.3, "efficiencies": 0.3, "current": 0.4, "layers": 0.3, "weights": 0.4}


def device(maker, schema):
    return maker.rng.choice(maker.grammar.devices)


def named(maker, schema):
    return maker.rng.choice(maker.grammar.models)


def hardware(maker, schema):
    """Of a plan: several devices and degrees more often than its schema alone would give."""
    value = maker.make(maker.grammar.schemas["Hardware"], "any hardware")
    if isinstance(value, dict) and "model" in value and maker.rng.random() < 0.6:
        for side, degrees in [("attention", ["data_parallel", "tensor_parallel"]), ("ffn", ["expert_parallel", "tensor_parallel"])]:
            if not isinstance(value.get(side), dict):
                continue
            value[side]["device"] = maker.rng.sample(maker.grammar.devices, maker.rng.randint(1, 8))
            for degree in degrees:
                if maker.rng.random() < 0.3:
                    value[side][degree] = maker.rng.sample([1, 2, 4, 8, 16, 32, 64, 128], maker.rng.randint(1, 8))
    return value


HINTS = {
    "device": device, "model": named,     "expert_parallel": lambda maker, schema: maker.rng.choice([8, 16, 32, 64, 128]),
    "tensor_parallel": lambda maker, schema: maker.rng.choice([1, 1, 2, 4, 8]),
}


def uniform(maker, value):
    if value.get("min", 0) > value.get("max", 0):
        value["min"], value["max"] = value["max"], value["min"]


def lognormal(maker, value):
    if value.get("stddev", 0) > 1000 * value.get("mean", 0):
        value["stddev"] = value["mean"] * maker.rng.choice([0.1, 1, 1000])


def equal_lengths(maker, value):
    lists = [v for v in value.values() if isinstance(v, list)]
    if lists:
        count = min(map(len, lists))
        for item in lists:
            del item[count:]


def falling(maker, value):
    if isinstance(value.get("acceptance"), list):
        value["acceptance"].sort(reverse=True)


def rising(maker, value):
    """Samples that give a line: latency rises with load, about."""
    samples = value.get("samples")
    if not isinstance(samples, list) or maker.rng.random() < 0.2:
        return
    slope, fixed = maker.logarithmic(1e-3, 1), maker.logarithmic(1, 1e3)
    for sample in samples:
        if isinstance(sample, dict):
            load = sample["load"] if "load" in sample else sample.get("batch", 1) * sample.get("context", 1)
            sample["latency_us"] = min(1e12, (fixed + slope * load) * maker.rng.uniform(0.98, 1.02))


def steps(maker, value):
    """Decode lengths count from 1."""
    decode = value.get("decode")
    if isinstance(decode, dict):
        for member in ["value", "mean", "min", "max"]:
            if isinstance(decode.get(member), (int, float)):
                decode[member] = max(1, decode[member])
        if isinstance(decode.get("values"), list):
            decode["values"] = [max(1, v) if isinstance(v, (int, float)) else v for v in decode["values"]]


def apart(maker, value):
    """One way to ask."""
    if len(value) > 1:
        keep = maker.rng.choice(list(value))
        for member in list(value):
            if member != keep and member in ("requests_per_second", "tokens_per_second", "total", "devices"):
                del value[member]


OPEN = ["prefill", "transfer", "routing"]
OPEN_LIMITS = ["ttft_ms", "ttft_percentile", "wait_ms", "wait_percentile", "transfer_utilisation"]


def with_arrivals(maker, value):
    """What only requests that arrive have, and what they exclude; a percentile belongs to a limit."""
    limits = value.get("limits")
    if not isinstance(limits, dict):
        limits = {}
    if "arrivals" in value:
        for member in ("demand", "occupancy", "simulation"):
            value.pop(member, None)
        if "prefill" not in value:
            value.pop("transfer", None)
    else:
        for member in OPEN:
            value.pop(member, None)
        for member in OPEN_LIMITS:
            limits.pop(member, None)
    if "transfer" not in value:
        limits.pop("transfer_utilisation", None)
    for name in ("ttft", "tpot", "wait"):
        if name + "_ms" not in limits:
            limits.pop(name + "_percentile", None)


def timed_size(maker, value):
    if "arrivals" not in value and maker.rng.random() < 0.9:
        for member in ("limits", "ratio"):
            value.pop(member, None)
    with_arrivals(maker, value)
    by_name(maker, value)


def prices(maker, value):
    for member in ("attention_instance", "ffn_instance"):
        value.setdefault(member, maker.logarithmic(0.1, 100))


def prefill(maker, value):
    """By coefficients or by device."""
    if "device" in value:
        for member in ("alpha_us", "beta_us", "gamma_us"):
            value.pop(member, None)
    else:
        for member in ("tensor_parallel", "efficiencies"):
            value.pop(member, None)
        value.setdefault("alpha_us", maker.logarithmic(1, 200))
        value.setdefault("beta_us", maker.logarithmic(10, 1e4))


def plan(maker, value):
    value["hardware"] = hardware(maker, {})
    if "prices" not in value and value.get("objective") == "cost":
        del value["objective"]
    if "demand" in value and "devices" in value:
        del value[maker.rng.choice(["demand", "devices"])]
    if maker.rng.random() < 0.4:
        value.setdefault("arrivals", {"requests_per_second": maker.logarithmic(0.1, 1e4)})
    with_arrivals(maker, value)
    by_name(maker, value)


def by_name(maker, value):
    """What only hardware by name takes, and what does not go together."""
    names = isinstance(value.get("hardware"), dict) and "model" in value["hardware"]
    if not names or "simulation" in value:
        value.pop("speculation", None)
    if names and maker.rng.random() < 0.7 and "batch_size" in value:
        value["batch_size"] = maker.rng.choice([8, 32, 64, 128])
    if "simulation" in value and isinstance(value.get("workload"), dict) and "slot_load" in value["workload"]:
        del value["simulation"]


FIXES = {
    "UniformLength": uniform, "LognormalLength": lognormal, "EmpiricalLength": equal_lengths, "requests": equal_lengths,
    "speculation": falling, "MeasuredLatency": rising, "StageSamples": rising, "WorkloadLengths": steps, "SizeRequest": timed_size,
    "SimulateRequest": by_name, "PlanRequest": plan, "demand": apart, "devices": apart,
    "prices": prices, "prefill": prefill, "Prefill": prefill,
}


def main():
    import yaml

    grammar = Grammar(yaml.safe_load(pathlib.Path(sys.argv[1]).read_text()))
    for number in range(int(sys.argv[2])):
        print("\t".join(request(grammar, int(sys.argv[3]) if len(sys.argv) > 3 else 1, number)))


if __name__ == "__main__":
    main()
