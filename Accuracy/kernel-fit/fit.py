"""Fits the curves of Efficiencies+Measured.swift on one half of the measured rows, and tells how the other half comes out.

    python3 -m venv /tmp/fit && /tmp/fit/bin/pip install --no-deps -r requirements.txt && /tmp/fit/bin/python fit.py

Least squares of log(predicted / measured) with a soft L1 loss (scale 0.1), 8,000 rows of each fit drawn with seed 0.
"""
import json
import sys

import numpy as np
from scipy.optimize import least_squares

import forms
import rows


def columns(kind, system, windows=False):
    d, keys = rows.attention(system, windows) if kind == "attention" else getattr(rows, kind)(system)
    get = lambda name: d[name].to_numpy().astype(float)
    c = {"us": get("us"), "fitted": rows.halves(d, keys, f"{kind}|{system}"), "bw": np.full(len(d), float(rows.bandwidth(system))),
         "system": np.array([system] * len(d))}
    if kind in ("gemm", "moe"):
        formats = [rows.FORMATS[f] for f in d["gemm_dtype" if kind == "gemm" else "moe_dtype"]]
        c["class"] = np.array([f[0] for f in formats])
        c["peak"] = np.array([float(rows.peak(system, f[2])) for f in formats])
        width = np.array([f[1] for f in formats])
    else:
        narrow = d["kv_cache_dtype"].to_numpy() == "fp8"
        c["class"] = np.where(narrow, "8", "16")
        c["peak"] = np.where(narrow, rows.peak(system, "fp8"), rows.peak(system, "bf16")).astype(float)
        width = np.where(narrow, 1, 2)
    if kind == "gemm":
        c |= {"rows": get("m"), "weights": get("n") * get("k") * width, "ops": 2 * get("n") * get("k")}
        ideal = np.maximum(c["weights"] / (c["bw"] * 1e3), c["ops"] * c["rows"] / (c["peak"] * 1e6))
        c["group"] = c["class"]
    elif kind == "moe":
        inter = get("inter_size") / get("moe_tp_size")
        picks = get("num_tokens") * get("topk") / get("moe_ep_size")
        held = np.ceil(get("num_experts") / get("moe_ep_size"))
        hit = np.minimum(held, picks)  # balanced: no expert is hit twice before all are
        expert = 3 * get("hidden_size") * inter
        c |= {"rows": picks, "picks": picks, "experts": hit, "weights": hit * expert * width, "ops": 2 * expert, "hidden": get("hidden_size"),
              "inter": inter, "tokens": get("num_tokens"), "all_experts": get("num_experts")}
        ideal = np.maximum(c["weights"] / (c["bw"] * 1e3), c["ops"] * picks / (c["peak"] * 1e6))
        c["group"] = np.array([f"{k}-bit, {'coarse' if e <= 16 else 'fine'}" for k, e in zip(c["class"], get("num_experts"))])
    else:
        tokens = get("step") + 1
        c["l2"] = np.full(len(d), rows.L2[system])
        if kind == "attention":
            window = get("window_size")
            tokens = np.where(window > 0, np.minimum(window, tokens), tokens)
            c |= {"bytes": get("batch_size") * tokens * get("num_key_value_heads") * 2 * get("head_dim") * width,
                  "ops": 4 * get("batch_size") * tokens * get("num_heads") * get("head_dim"),
                  "lanes": get("batch_size") * get("num_key_value_heads")}
        else:
            c |= {"bytes": get("batch_size") * tokens * 576 * width, "ops": 2 * get("batch_size") * tokens * get("num_heads") * 1088,
                  "lanes": get("batch_size")}
        c["tokens"] = tokens
        ideal = np.maximum(c["bytes"] / (c["bw"] * 1e3), c["ops"] / (c["peak"] * 1e6))
        c["group"] = c["class"]
    return take(c, c["us"] > ideal)


def take(c, mask):
    return {name: column[mask] for name, column in c.items()}


def joined(parts):
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def fit(form, c, start, low, high):
    c = take(c, c["fitted"])
    if len(c["us"]) > 8000:
        c = take(c, np.random.default_rng(0).choice(len(c["us"]), 8000, replace=False))
    residuals = lambda z: np.log(form(c, np.exp(z)) / c["us"])
    bounds = (np.log(np.array(low)), np.log(np.array(high)))
    return np.exp(least_squares(residuals, np.log(np.array(start)), bounds=bounds, loss="soft_l1", f_scale=0.1).x)


def rounded(value):
    """Four digits; what came out at a lower bound of next to nothing is nothing."""
    return 0.0 if value < 2e-7 else float(f"{value:.4g}")


ATTENTION = ["bandwidth", "compute", "floor", "lane", "stream", "warm"]
SHAPES = {
    "gemm": (forms.gemm, ["bandwidth", "compute", "rows", "floor"], [0.8, 0.7, 64, 3], [0.2, 0.05, 0.01, 0.1], [1, 0.95, 512, 40]),
    "attention": (forms.attention, ATTENTION, [0.8, 0.3, 6, 0.005, 1e-4, 2], [0.1, 0.02, 0.1, 1e-7, 1e-7, 1], [1, 0.95, 60, 1, 0.01, 20]),
    "mla": (forms.attention, ATTENTION, [0.8, 0.5, 10, 0.005, 1e-4, 2], [0.1, 0.02, 0.1, 1e-7, 1e-7, 1], [1, 0.95, 60, 1, 0.01, 20]),
    "moe": (forms.moe, ["bandwidth", "compute", "rows", "floor", "picked", "arrived", "routing"], [0.8, 0.6, 64, 20, 1, 1, 1],
            [0.2, 0.05, 0.01, 0.1, 1e-3, 1e-3, 1e-7], [1, 0.95, 512, 100, 20, 20, 30]),
}


def main():
    coefficients, lines = {}, ["| kernel | family | system | group | rows kept out | p10 | median | p90 |", "|---|---|---|---|---|---|---|---|"]
    for kind, (form, names, start, low, high) in SHAPES.items():
        for family, systems in rows.FAMILIES.items():
            c = joined([columns(kind, s) for s in systems])
            for group in sorted(set(c["class"])):
                one = take(c, c["class"] == group)
                # 16-bit experts go without `routing`: it is 0 on Blackwell, and on Hopper coarse experts come out worse.
                wide = kind == "moe" and group == "16"
                x = fit(form, one, [*start[:-1], 1.1e-7] if wide else start, low, [*high[:-1], 1.2e-7] if wide else high)
                coefficients.setdefault(kind, {}).setdefault(family, {})[group] = dict(zip(names, map(rounded, x)))
                kept = take(one, ~one["fitted"])
                for system in systems:
                    for g in sorted(set(kept["group"])):
                        t = take(kept, (kept["system"] == system) & (kept["group"] == g))
                        if len(t["us"]) >= 50:
                            q = np.quantile(form(t, x) / t["us"], [0.1, 0.5, 0.9])
                            lines.append(f"| {kind} | {family} | {system} | {g} | {len(t['us'])} | " + " | ".join(f"{v:.2f}" for v in q) + " |")
                print(kind, family, group, coefficients[kind][family][group], file=sys.stderr)
    for family, systems in rows.FAMILIES.items():
        coefficients.setdefault("kernel", {})[family] = float(f"{np.median(np.concatenate([rows.smallest(s).to_numpy() for s in systems])):.3g}")
        reduced = [(r, s) for s in systems for r in rows.all_reduce(s).iter_rows()]
        c = {"us": np.array([r[0][2] for r in reduced]), "fitted": np.array([True] * len(reduced)),
             "bytes": np.array([2 * (r[0][0] - 1) / r[0][0] * r[0][1] for r in reduced]),
             "link": np.array([float(rows.DEVICES[rows.SYSTEMS[r[1]]]["scale_up_gb_s_one_way"]) for r in reduced])}
        x = fit(lambda c, x: c["bytes"] / (x[0] * c["link"] * 1e3) + x[1], c, [0.6, 5], [0.01, 0.1], [1, 100])
        coefficients.setdefault("all_reduce", {})[family] = {"scale_up": float(f"{x[0]:.3g}"), "floor": float(f"{x[1]:.3g}")}
        inside, between = (np.concatenate([rows.exchanges(s, nodes) for s in systems]) for nodes in (1, 2))
        if len(inside):
            c = {"experts": inside[:, 0], "us": inside[:, 1], "sent": inside[:, 2], "fitted": np.array([True] * len(inside))}
            x = fit(lambda c, x: x[0] + x[1] * c["experts"] + c["sent"], c, [10, 0.01], [0.1, 1e-4], [100, 1])
            coefficients.setdefault("scale_up_latency", {})[family] = {"floor": float(f"{x[0]:.3g}"), "expert": float(f"{x[1]:.3g}")}
        if len(between):
            coefficients.setdefault("scale_out_latency", {})[family] = float(f"{np.median(between[:, 1]):.3g}")
    with open("coefficients.json", "w") as file:
        json.dump(coefficients, file, indent=1)
        file.write("\n")
    print("\n".join(lines))


main()
