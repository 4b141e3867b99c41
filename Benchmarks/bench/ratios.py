"""Ratios of paired runs: each run of the service against the other's run in the same round."""

from statistics import median


def paired(runs, other, key="requests_per_second"):
    """service / other, one a round; none of a round in which the other did nothing at all."""
    values = [one[key] / two[key] for one, two in zip(runs["afd-sizer"], runs[other]) if two[key] > 0]
    return values or [float("inf")]


def spread(values):
    return {"median": median(values), "low": min(values), "high": max(values)}


def text(values, digits=2):
    """Median [lowest–highest]."""
    return f"{median(values):.{digits}f} [{min(values):.{digits}f}–{max(values):.{digits}f}]"


def mid(runs, key):
    values = [run[key] for run in runs if run[key] is not None]
    return median(values) if values else float("nan")
