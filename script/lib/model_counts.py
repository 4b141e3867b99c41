"""Parameters and cache of a config.json, worked out from each family's published modelling code: a second reader, which
shares nothing with the service's own but the definitions of docs/models.md. It knows the families of the bodies that
aiconfigurator-core 0.12.0 ships. Norms and biases are left out, the cache is in bf16, an index has a byte an element."""


def gated(hidden, width): return 3 * hidden * width


class Count:
    """Adds up layers: `total` and `active` parameters, bytes of the cache read and kept, bytes of constant state."""

    def __init__(self, text, outer, context):
        ties = text.get("tie_word_embeddings", outer.get("tie_word_embeddings", False))
        if ties is None: ties = False
        self.hidden, self.context = text["hidden_size"], context
        vocabulary = text["vocab_size"] * self.hidden
        self.total, self.active = vocabulary * (1 if ties else 2), vocabulary
        self.read = self.kept = self.state = 0

    def both(self, parameters):
        self.total += parameters
        self.active += parameters

    def attend(self, parameters, entry, read=None, kept=None, index_read=0, index_kept=0):
        self.both(parameters)
        read = self.context if read is None else min(read, self.context)
        self.read += entry * read + index_read
        self.kept += entry * (read if kept is None else kept) + index_kept

    def recur(self, parameters, state):
        self.both(parameters)
        self.state += state

    def mix(self, experts, active, one, shared=0):
        self.both(self.hidden * experts + shared)
        self.total += experts * one
        self.active += active * one


def grouped(text, heads=None, kv=None, width=None, value=None, gate=False, values=True):
    """Projections, and the bytes of an entry."""
    h, q = text["hidden_size"], heads or text["num_attention_heads"]
    kv = kv or text.get("num_key_value_heads") or q
    width = width or text.get("head_dim") or h // q
    value = value or width
    parameters = h * q * width + h * kv * width + (h * kv * value if values else 0) + q * value * h
    return parameters + (h * q * value if gate else 0), 2 * kv * (width + value)


def latent(text, gate=False):
    h, heads, rank, low = (text[k] for k in ("hidden_size", "num_attention_heads", "kv_lora_rank", "q_lora_rank"))
    plain, rotary, value = text["qk_nope_head_dim"], text["qk_rope_head_dim"], text["v_head_dim"]
    queries = (h * low + low * heads * (plain + rotary)) if low else h * heads * (plain + rotary)
    rest = h * (rank + rotary) + rank * heads * (plain + value) + heads * value * h
    return queries + rest + (h * heads * value if gate else 0), 2 * (rank + rotary)


def deepseek_network(count, text, layer, dense=None):
    h, one = text["hidden_size"], gated(text["hidden_size"], text["moe_intermediate_size"])
    if layer < text.get("first_k_dense_replace", 0) if dense is None else dense:
        count.both(gated(h, text["intermediate_size"]))
    else:
        count.mix(text["n_routed_experts"], text["num_experts_per_tok"], one, one * text["n_shared_experts"])


def plain(count, text, layers):
    parameters, entry = grouped(text)
    for _ in range(layers):
        count.attend(parameters, entry)
        count.both(gated(text["hidden_size"], text["intermediate_size"]))


def mixture(count, text, layers):
    """Qwen3 MoE, Mixtral, MiniMax-M2, gpt-oss."""
    h = text["hidden_size"]
    parameters, entry = grouped(text)
    experts = text.get("num_experts") or text["num_local_experts"]
    width = text.get("moe_intermediate_size") or text["intermediate_size"]
    slides = [t == "sliding_attention" for t in text.get("layer_types") or ["full_attention"] * layers]
    for layer in range(layers):
        count.attend(parameters, entry, text["sliding_window"] if slides[layer] else None)
        if layer in text.get("mlp_only_layers", []) or (layer + 1) % text.get("decoder_sparse_step", 1):
            count.both(gated(h, text["intermediate_size"]))
        else:
            count.mix(experts, text["num_experts_per_tok"], gated(h, width))


def deepseek(count, text, layers):
    parameters, entry = latent(text)
    for layer in range(layers):
        count.attend(parameters, entry)
        deepseek_network(count, text, layer)


def indexed(count, text, layers):
    """DeepSeek-V3.2 and GLM-5: an index of each token, in some of the layers where others share it."""
    n, width, heads = count.context, text["index_head_dim"], text["index_n_heads"]
    parameters, entry = latent(text)
    types, every = text.get("indexer_types"), text.get("index_topk_freq", 1)
    for layer in range(layers):
        own = types[layer] == "full" if types else max(0, layer - text.get("index_skip_topk_offset", 2) + 1) % every == 0
        index = text["q_lora_rank"] * heads * width + text["hidden_size"] * (width + heads)
        count.attend(parameters + index * own, entry, text["index_topk"], n, n * width * own, n * (width + 4) * own)
        deepseek_network(count, text, layer)


def compressed(count, text, layers):
    """DeepSeek-V4: a window, entries for 4 tokens that an index picks, entries for 128 tokens that are all read."""
    n, h, width, low = count.context, text["hidden_size"], text["head_dim"], text["q_lora_rank"]
    heads, groups, rank, streams = (text[k] for k in ("num_attention_heads", "o_groups", "o_lora_rank", "hc_mult"))
    index_heads, index_width, window = text["index_n_heads"], text["index_head_dim"], text["sliding_window"]
    for layer in range(layers):
        ratio = text["compress_ratios"][layer]
        parameters = h * low + low * heads * width + h * width + heads * width * rank + groups * rank * h
        read = kept = window
        index = 0
        if ratio:
            overlap = 2 if ratio == 4 else 1
            parameters += (2 * h + ratio) * overlap * width
            kept += n // ratio
            read += min(n // ratio, text["index_topk"]) if ratio == 4 else n // ratio
        if ratio == 4:
            parameters += low * index_heads * index_width + h * index_heads + (2 * h + ratio) * 2 * index_width
            index = n // ratio * index_width
        count.attend(parameters, 2 * width, read, kept, index, index)
        deepseek_network(count, text, layer, dense=False)
        count.both(2 * streams * (streams + 2) * streams * h)
    count.both(streams * streams * h)


def gated_delta(count, text, layers):
    """Qwen3.5: every nth layer attends, with a gate as wide as its output."""
    h = text["hidden_size"]
    parameters, entry = grouped(text, gate=True)
    keys, values = text["linear_num_key_heads"], text["linear_num_value_heads"]
    key, value, kernel = text["linear_key_head_dim"], text["linear_value_head_dim"], text["linear_conv_kernel_dim"]
    mixed = 2 * keys * key + values * value
    linear = h * (mixed + values * value + 2 * values) + mixed * kernel + values * value * h
    for layer in range(layers):
        if text["layer_types"][layer] == "full_attention": count.attend(parameters, entry)
        else: count.recur(linear, 4 * values * key * value + 2 * mixed * (kernel - 1))
        if text.get("num_experts"):
            count.mix(text["num_experts"], text["num_experts_per_tok"], gated(h, text["moe_intermediate_size"]),
                      gated(h, text["shared_expert_intermediate_size"]))
        else:
            count.both(gated(h, text["intermediate_size"]))


def mimo_flash(count, text, layers):
    full = grouped(text, value=text["v_head_dim"])
    slides = grouped(text, *(text["swa_" + k] for k in ("num_attention_heads", "num_key_value_heads", "head_dim", "v_head_dim")))
    for layer in range(layers):
        sliding = text["hybrid_layer_pattern"][layer]
        count.attend(*(slides if sliding else full), text["sliding_window"] if sliding else None)
        if text["moe_layer_freq"][layer]:
            count.mix(text["n_routed_experts"], text["num_experts_per_tok"],
                      gated(text["hidden_size"], text["moe_intermediate_size"]))
        else:
            count.both(gated(text["hidden_size"], text["intermediate_size"]))


def llama4(count, text, layers):
    h = text["hidden_size"]
    for layer in range(layers):
        count.attend(*grouped(text), None if (layer + 1) % 4 == 0 else text["attention_chunk_size"])
        one = gated(h, text["intermediate_size"])
        if (layer + 1) % text["interleave_moe_layer_step"] == 0:
            count.mix(text["num_local_experts"], text["num_experts_per_tok"], one, one)
        else:
            count.both(gated(h, text["intermediate_size_mlp"]))


def gemma4(count, text, layers):
    h, same = text["hidden_size"], text.get("attention_k_eq_v")
    for layer in range(layers):
        if text["layer_types"][layer] == "full_attention":
            count.attend(*grouped(text, kv=text.get("num_global_key_value_heads"), width=text["global_head_dim"], values=not same))
        else:
            count.attend(*grouped(text), text["sliding_window"])
        count.both(gated(h, text["intermediate_size"]))
        if text.get("enable_moe_block"):
            count.mix(text["num_experts"], text["top_k_experts"], gated(h, text["moe_intermediate_size"]))


def nemotron_h(count, text, layers):
    h, letters = text["hidden_size"], {"M": "mamba", "*": "attention", "-": "mlp", "E": "moe"}
    pattern = text.get("hybrid_override_pattern")
    for kind in [letters[c] for c in pattern] if pattern else text["layers_block_type"]:
        if kind == "mamba":
            heads, groups, state, kernel = (text[k] for k in ("mamba_num_heads", "n_groups", "ssm_state_size", "conv_kernel"))
            inner = heads * text["mamba_head_dim"]
            mixed = inner + 2 * groups * state
            size = 2 if text.get("mamba_ssm_cache_dtype") in ("bfloat16", "float16") else 4
            count.recur(h * (inner + mixed + heads) + mixed * kernel + inner * h, size * inner * state + 2 * mixed * (kernel - 1))
        elif kind == "attention": count.attend(*grouped(text))
        elif kind == "mlp": count.both(2 * h * text["intermediate_size"])
        else:
            inside = text.get("moe_latent_size") or 0
            shared = 2 * h * text["moe_shared_expert_intermediate_size"] * text["n_shared_experts"] + 2 * h * inside
            count.mix(text["n_routed_experts"], text["num_experts_per_tok"],
                      2 * (inside or h) * text["moe_intermediate_size"], shared)


def minimax_m3(count, text, layers):
    h, n, sparse = text["hidden_size"], count.context, text["sparse_attention_config"]
    parameters, entry = grouped(text)
    heads, width = sparse["sparse_num_index_heads"], sparse["sparse_index_dim"]
    for layer in range(layers):
        if sparse["sparse_attention_freq"][layer]:
            tokens = sparse["sparse_topk_blocks"] * sparse["sparse_block_size"]
            count.attend(parameters + h * (heads + 1) * width, entry, tokens, n, n * width, n * width)
        else:
            count.attend(parameters, entry)
        if text["moe_layer_freq"][layer]:
            count.mix(text["num_local_experts"], text["num_experts_per_tok"], gated(h, text["intermediate_size"]),
                      gated(h, text["shared_intermediate_size"] * text["n_shared_experts"]))
        else:
            count.both(gated(h, text["dense_intermediate_size"]))


def nemotron_nas(count, text, layers):
    h, heads = text["hidden_size"], text["num_attention_heads"]
    for block in text["block_configs"]:
        if not block["attention"].get("no_op"):
            count.attend(*grouped(text, kv=heads // block["attention"]["n_heads_in_group"]))
        if not block["ffn"].get("no_op"):
            count.both(gated(h, -(-int(2 * block["ffn"]["ffn_mult"] * h / 3) // 256) * 256))


def kimi(count, text, layers):
    """Kimi Linear and K3: channel-wise delta attention, latent attention in some layers, experts in a latent."""
    h, linear = text["hidden_size"], text["linear_attn_config"]
    heads, width, kernel = linear["num_heads"], linear["head_dim"], linear["short_conv_kernel_size"]
    wide, low = heads * width, width * (h + heads * width)
    delta = 4 * h * wide + 3 * wide * kernel + h * heads + low + (h * wide if linear.get("use_full_rank_gate") else low)
    inside = text.get("routed_expert_hidden_size") or 0
    for layer in range(layers):
        if layer + 1 in linear["full_attn_layers"]: count.attend(*latent(text, text.get("mla_use_output_gate")))
        else: count.recur(delta, 4 * wide * width + 6 * wide * (kernel - 1))
        if layer < text["first_k_dense_replace"]:
            count.both(gated(h, text["intermediate_size"]))
        else:
            one = gated(inside or h, text["moe_intermediate_size"])
            shared = gated(h, text["moe_intermediate_size"]) * text["num_shared_experts"] + 2 * h * inside
            count.mix(text["num_experts"], text["num_experts_per_token"], one, shared)


FAMILIES = {
    plain: "llama qwen3 qwen3_vl_text mimo", mixture: "qwen3_moe qwen3_vl_moe_text mixtral minimax_m2 gpt_oss",
    deepseek: "deepseek_v3 kimi_k2", indexed: "deepseek_v32 glm_moe_dsa", compressed: "deepseek_v4 deepseek_ref",
    gated_delta: "qwen3_5_text qwen3_5_moe_text", mimo_flash: "mimo_v2_flash", llama4: "llama4_text", gemma4: "gemma4_text",
    nemotron_h: "nemotron_h", minimax_m3: "minimax_m3 minimax_m3_vl", nemotron_nas: "nemotron-nas", kimi: "kimi_linear",
}


def counts(body, context):
    """The figures of a body under the names of the service's answer; None where no rule here knows its family."""
    text = body.get("text_config", body)
    kind = text.get("model_type") or body["model_type"]
    rule = next((rule for rule, kinds in FAMILIES.items() if kind in kinds.split()), None)
    if not rule: return None
    count = Count(text, body, context)
    rule(count, text, text.get("num_hidden_layers"))
    return {"total_parameters": count.total, "active_parameters": count.active, "kv_bytes_read": count.read,
            "kv_bytes_kept": count.kept, "state_bytes": count.state}
