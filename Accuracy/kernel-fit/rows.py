"""Measured kernel rows of aiconfigurator-core 0.12.0 (Apache-2.0), as numpy columns, split in two halves by a fixed hash.

One row a (shape, system): the fastest of all frameworks and kernels, for a deployment would use it. Only versions of frameworks that
all systems of a family were measured with count, since one curve describes them all. What is faster than the device's published peaks
allow (a cache that stayed in L2) is left out. The half of a row is a bit of SHA-256 of its text.
"""
import glob
import hashlib
import importlib.util
import json
import os

import numpy as np
import polars as pl

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "../../Sources/CEmbedded/catalogue/devices.json")) as file:
    DEVICES = json.load(file)
DEVICES = {d["id"]: d for d in (DEVICES if isinstance(DEVICES, list) else DEVICES["devices"])}

# The package's systems, and what the catalogue calls them.
SYSTEMS = {
    "h100_sxm": "h100-sxm", "h200_sxm": "h200-sxm", "b200_sxm": "b200", "gb200": "gb200", "b300_sxm": "b300", "gb300": "gb300",
    "a100_sxm": "a100-sxm-80g", "l40s": "l40s", "rtx_pro_6000_server": "rtx-pro-6000",
}
# Which systems a family is fitted on.
FAMILIES = {
    "hopper": ["h100_sxm", "h200_sxm"], "blackwell": ["b200_sxm", "gb200"], "ampere": ["a100_sxm"], "ada": ["l40s"],
    "blackwell_rtx": ["rtx_pro_6000_server"],
}
# Bytes of the L2 cache, where a benchmark that repeats one call finds all that fits (NVIDIA's data sheets and architecture papers).
L2 = {"h100_sxm": 50e6, "h200_sxm": 50e6, "b200_sxm": 126e6, "gb200": 126e6, "a100_sxm": 40e6, "l40s": 96e6, "rtx_pro_6000_server": 128e6}
# Formats: the class that coefficients are kept for, bytes of a weight, type of arithmetic.
FORMATS = {"bfloat16": ("16", 2, "bf16"), "fp8": ("8", 1, "fp8"), "fp8_block": ("8", 1, "fp8"), "nvfp4": ("4", 0.5625, "fp4"),
           "w4a16_mxfp4": ("4w", 0.53125, "bf16"), "int4_wo": ("4w", 0.515625, "bf16")}


def root():
    spec = importlib.util.find_spec("aiconfigurator_core")
    return os.path.join(os.path.dirname(spec.origin), "systems", "data")


def peak(system, arithmetic):
    d = DEVICES[SYSTEMS[system]]
    key = {"bf16": "bf16_tflops", "fp8": "fp8_tflops", "fp4": "fp4_tflops"}[arithmetic]
    return d.get(key) or d["bf16_tflops"]


def bandwidth(system):
    return DEVICES[SYSTEMS[system]]["hbm_bandwidth_gb_s"]


def shared(system, folder, name):
    """The files of frameworks and versions that every system of the family was measured with."""
    family = next((f for f in FAMILIES.values() if system in f), [system])
    found = [{p.split("/", 1)[1] for p in glob.glob(f"{s}/{folder}/*/*/{name}.parquet", root_dir=root())} for s in family]
    return [f"{root()}/{system}/{path}" for path in sorted(set.intersection(*found))]


def frames(system, folder, name, columns):
    found = []
    for path in shared(system, folder, name):
        d = pl.read_parquet(path)
        if "latency" in d.columns and all(c in d.columns for c in columns):
            framework = path.split("/")[-3]
            found.append(d.select([*[pl.col(c) for c in columns], (pl.col("latency") * 1e3).alias("us"),
                                   pl.lit(framework).alias("framework")]))
    return pl.concat(found, how="vertical_relaxed") if found else None


def halves(d, keys, salt):
    """True for the half that is fitted."""
    text = d.select(pl.concat_str([pl.lit(salt), *[pl.col(k).cast(pl.Utf8) for k in keys]], separator="|"))
    return np.array([hashlib.sha256(t.encode()).digest()[0] & 1 == 0 for t in text.to_series()])


def best(d, keys):
    """The fastest of each case that at least two frameworks were measured with, so that each is the best of several."""
    frameworks = min(2, d["framework"].n_unique())
    d = d.filter(pl.col("us") > 0).group_by(keys).agg(pl.col("us").min(), pl.col("framework").n_unique().alias("n_fw"))
    return d.filter(pl.col("n_fw") >= frameworks).sort(keys)


def gemm(system):
    """Projections: each side from 512 to 20,000, up to 4,096 rows."""
    keys = ["gemm_dtype", "m", "n", "k"]
    d = frames(system, "gemm", "gemm_perf", keys)
    d = d.filter(pl.col("gemm_dtype").is_in(list(FORMATS)) & (pl.col("m") <= 4096) & pl.col("n").is_between(512, 20000)
                 & pl.col("k").is_between(512, 20000))
    return best(d, keys), keys


def attention(system, windows=False):
    """Grouped-query decoding from 256 tokens of context on, two to 32 query heads a group; windows apart."""
    keys = ["kv_cache_dtype", "batch_size", "num_heads", "num_key_value_heads", "head_dim", "window_size", "step"]
    d = frames(system, "attention", "generation_attention_perf", keys)
    d = d.filter((pl.col("step") >= 255) & ((pl.col("window_size") > 0) == windows) & pl.col("head_dim").is_in([64, 128, 256])
                 & (pl.col("num_heads") / pl.col("num_key_value_heads")).is_between(2, 32))
    return best(d, keys), keys


def mla(system):
    """Absorbed latent decoding (latent 512, rotary 64) from 256 tokens of context on."""
    keys = ["kv_cache_dtype", "batch_size", "num_heads", "step"]
    return best(frames(system, "mla", "generation_mla_perf", keys).filter(pl.col("step") >= 255), keys), keys


def moe(system, distribution="balanced"):
    """A layer of gated experts on one rank: 16 to 8,192 tokens of the whole group, slices of 256 columns and more."""
    keys = ["moe_dtype", "num_tokens", "hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size", "moe_ep_size"]
    d = frames(system, "moe", "moe_perf", keys + ["distribution"])
    # Hidden size 2,688 is Nemotron's, whose experts have no gate.
    d = d.filter(pl.col("moe_dtype").is_in(list(FORMATS)) & (pl.col("distribution") == distribution)
                 & (pl.col("inter_size") / pl.col("moe_tp_size") >= 256) & pl.col("num_tokens").is_between(16, 8192)
                 & (pl.col("hidden_size") != 2688))
    d = d.filter(pl.col("num_tokens") * pl.col("topk") >= pl.col("moe_ep_size"))
    return best(d, keys), keys


def smallest(system):
    """Microseconds of the smallest products, bf16: what any small kernel takes."""
    keys = ["gemm_dtype", "m", "n", "k"]
    d = frames(system, "gemm", "gemm_perf", keys)
    return best(d.filter((pl.col("gemm_dtype") == "bfloat16") & (pl.col("m") <= 16) & (pl.col("n") <= 256) & (pl.col("k") <= 256)), keys)["us"]


def all_reduce(system):
    """Ranks, bytes and microseconds of the fastest all-reduce of 16-bit elements."""
    found = [pl.read_parquet(p).select("num_gpus", "message_size", (pl.col("latency") * 1e3).alias("us"))
             for p in sorted(glob.glob(f"{root()}/{system}/comm/*/*/custom_allreduce_perf.parquet"))]
    d = pl.concat(found, how="vertical_relaxed").filter(pl.col("us") > 0)
    return d.group_by("num_gpus", "message_size").agg(pl.col("us").min()).sort("num_gpus", "message_size")


def exchanges(system, nodes):
    """Experts, microseconds and what the bytes took of them, of DeepEP's low-latency dispatch (8 bits) and combine (16 bits) of at most
    16 tokens, within a node or between nodes. Each pick travels on its own, at 0.8 of the link (DeepEP's README)."""
    rate = 0.8 * DEVICES[SYSTEMS[system]]["scale_up_gb_s_one_way"] * 1e3
    found = []
    for path in sorted(glob.glob(f"{root()}/{system}/comm/*/*/wideep_deepep_ll_perf.parquet")):
        d = pl.read_parquet(path).filter((pl.col("num_token") <= 16) & ((pl.col("node_num") > 1) == (nodes > 1)))
        elements = (d["num_token"] * d["num_topk"] * d["hidden_size"]).to_list()
        for way, width in (("dispatch_avg_t_us", 1), ("combine_avg_t_us", 2)):
            found += [(e, us, width * n / rate) for e, us, n in zip(d["num_experts"], d[way], elements) if us]
    return np.array(found).reshape(-1, 3)
