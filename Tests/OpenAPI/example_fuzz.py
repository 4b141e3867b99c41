"""Varies the examples of openapi.yaml and published model configurations: most of what it makes is accepted, so that the work itself
is tried and not only its checks. The same seed gives the same bodies. Python 3, standard library only."""
import copy

TINY = [5e-324, 4.9e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-150, 1e-30, 1e-12, 1e-9]
# How often a body of a path is a varied example; the rest comes from the schemas.
SHARES = {"/v1/replay": 0.85, "/v1/catalog/models": 0.95, "/v1/plan": 0.35, "/v1/size": 0.25, "/v1/workload": 0.2}

# The keys of published config.json files that say how large a model is, one of each kind of attention and network.
MODELS = [
    {"model_type": "qwen3_moe", "hidden_size": 4096, "num_hidden_layers": 94, "num_attention_heads": 64, "num_key_value_heads": 4,
     "head_dim": 128, "intermediate_size": 12288, "moe_intermediate_size": 1536, "num_experts": 128, "num_experts_per_tok": 8,
     "decoder_sparse_step": 1, "mlp_only_layers": [], "vocab_size": 151936, "tie_word_embeddings": False, "torch_dtype": "bfloat16"},
    {"model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 61, "num_attention_heads": 128,
     "num_key_value_heads": 128, "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
     "v_head_dim": 128, "intermediate_size": 18432, "moe_intermediate_size": 2048, "n_routed_experts": 256, "n_shared_experts": 1,
     "num_experts_per_tok": 8, "first_k_dense_replace": 3, "moe_layer_freq": 1, "vocab_size": 129280,
     "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128]}, "torch_dtype": "bfloat16"},
    {"model_type": "gpt_oss", "hidden_size": 2880, "num_hidden_layers": 4, "num_attention_heads": 64, "num_key_value_heads": 8,
     "head_dim": 64, "intermediate_size": 2880, "num_local_experts": 32, "num_experts_per_tok": 4, "sliding_window": 128,
     "layer_types": ["sliding_attention", "full_attention"] * 2, "vocab_size": 201088, "tie_word_embeddings": False,
     "quantization_config": {"quant_method": "mxfp4"}},
    {"model_type": "mixtral", "hidden_size": 6144, "num_hidden_layers": 56, "num_attention_heads": 48, "num_key_value_heads": 8,
     "intermediate_size": 16384, "num_local_experts": 8, "num_experts_per_tok": 2, "vocab_size": 32768, "torch_dtype": "bfloat16"},
]


class Examples:
    """The examples of one API description, by path."""

    def __init__(self, description):
        self.bodies = {}
        for path, item in description["paths"].items():
            content = item.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
            values = [example["value"] for example in content.get("examples", {}).values()]
            self.bodies[path] = [value for value in values if isinstance(value, (dict, list))]
        self.bodies["/v1/catalog/models"] += MODELS

    def wanted(self, path, rng):
        return bool(self.bodies.get(path)) and rng.random() < SHARES.get(path, 0.1)

    def body(self, path, schema, maker):
        """An example with some of its values changed, and perhaps a member more, which `maker` makes."""
        rng = maker.rng
        value = copy.deepcopy(rng.choice(self.bodies[path]))
        if isinstance(value, dict) and rng.random() < 0.3:
            add(value, schema, maker)
        for _ in range(rng.choice([0, 1, 1, 2, 4])):
            value = varied(value, rng)
        trace = value.get("trace") if isinstance(value, dict) else None
        if isinstance(trace, dict) and isinstance(trace.get("arrival_s"), list) and rng.random() < 0.9:
            trace["arrival_s"].sort()
        return spoiled(value, rng) if rng.random() < 0.1 else value


def add(value, schema, maker):
    """One more of the members that the schema knows."""
    if "$ref" in schema:
        return add(value, maker.grammar.schemas[schema["$ref"].rsplit("/", 1)[1]], maker)
    others = [member for member in schema.get("properties", {}) if member not in value]
    if others:
        member = maker.rng.choice(others)
        value[member] = maker.make(schema["properties"][member], member)


def varied(value, rng):
    """The same with one of its numbers changed: mostly a little, now and then to an edge."""
    if isinstance(value, dict) and value:
        member = rng.choice(list(value))
        return {**value, member: varied(value[member], rng)}
    if isinstance(value, list) and value:
        index = rng.randrange(len(value))
        return value[:index] + [varied(value[index], rng)] + value[index + 1:]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if rng.random() < 0.15:
        return rng.choice([0, 1, 2**31, 2**53, 1e15, 1e300] + TINY)
    factor = 10 ** rng.uniform(-1, 1)
    return max(1, int(value * factor)) if isinstance(value, int) else value * factor


def spoiled(value, rng):
    """The same with one part replaced by something of another kind, left out, or out of range."""
    if isinstance(value, dict) and value:
        member = rng.choice(list(value))
        if rng.random() < 0.15:
            return {key: of for key, of in value.items() if key != member}
        return {**value, member: spoiled(value[member], rng)}
    if isinstance(value, list) and value:
        index = rng.randrange(len(value))
        return value[:index] + [spoiled(value[index], rng)] + value[index + 1:]
    return rng.choice([None, True, "x", [], {}, -1, 0, 1e308, -5e-324, 0.5, 2**63, [[]], "\u0000"])
