"""The same search with the parallelism inside a node given, as our plan is given it: only nodes and batch are searched."""

import aiconfigurator_search


def prepare():
    return aiconfigurator_search.prepare({"afd_tp_a_candidates": [1], "afd_f_moe_ep_size_candidates": [8]})
