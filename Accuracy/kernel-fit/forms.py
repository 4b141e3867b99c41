"""The forms of the curves, as Sources/Hardware/Derivation has them. Times in microseconds.

A form takes columns and coefficients. 1 GB/s is 1e3 bytes a microsecond, 1 TFLOP/s 1e6 operations.
"""
import numpy as np


def gemm(c, x):
    """Weights read, or the arithmetic of the rows and of as many more as tiles cost; then the kernel's floor."""
    bandwidth, compute, rows, floor = x
    memory = c["weights"] / (bandwidth * c["bw"] * 1e3)
    arithmetic = c["ops"] * (c["rows"] + rows) / (compute * c["peak"] * 1e6)
    return np.maximum(memory, arithmetic) + floor


def attention(c, x):
    """The cache read, its arithmetic, or one sequence read token after token (`stream`), whichever is longest; then the kernel's
    floor and what each request and key head (`lane`) adds. A cache that fits in L2 was read `warm` times as fast: the benchmark
    repeats one call. A deployment reads all layers in between, so the derivation leaves `warm` out."""
    bandwidth, compute, floor, lane, stream, warm = x
    memory = c["bytes"] / (bandwidth * c["bw"] * 1e3) / np.where(c["bytes"] <= c["l2"], warm, 1)
    arithmetic = c["ops"] / (compute * c["peak"] * 1e6)
    return np.maximum(np.maximum(memory, arithmetic), stream * c["tokens"]) + floor + lane * c["lanes"]


def moe(c, x):
    """As `gemm`, with as many more rows for each expert that is hit; then the layer's floor, with `routing` for each doubling of the
    experts that picks are sorted by, and the traffic of the activations: of each pick `picked` times both widths there and back, of
    each token `arrived` times its width."""
    bandwidth, compute, rows, floor, picked, arrived, routing = x
    memory = c["weights"] / (bandwidth * c["bw"] * 1e3)
    arithmetic = c["ops"] * (c["rows"] + rows * c["experts"]) / (compute * c["peak"] * 1e6)
    traffic = (picked * c["picks"] * 4 * (c["hidden"] + c["inter"]) + arrived * c["tokens"] * 2 * c["hidden"]) / (c["bw"] * 1e3)
    return np.maximum(memory, arithmetic) + floor + routing * np.log2(c["all_experts"]) + traffic
