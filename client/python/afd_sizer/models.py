"""The bodies and answers of the service, as dataclasses. Made from openapi.yaml by generate.py: do not edit.

A member that may be left out is None where it is not there.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Union


@dataclass(kw_only=True)
class SizeRequestLimits:
    """What one bundle must keep at the rate; only with `arrivals`."""

    tpot_ms: float | None = None
    tpot_percentile: ServicePercentile | None = None
    wait_ms: float | None = None
    wait_percentile: ServicePercentile | None = None


@dataclass(kw_only=True)
class SizeRequest:
    workload: Workload
    hardware: Hardware
    # B, requests per Attention instance and microbatch.
    batch_size: int
    # m, microbatches per Attention instance. Absent, stages overlap perfectly, in lock-step (the paper's model).
    microbatches: int | None = None
    # The largest ratio that is considered.
    max_ratio: int | None = None
    cost: Cost | None = None
    # How the wait for the slowest Attention instance is worked out. `gaussian` takes the loads of instances as
    # normal; `exact` works with the distribution of the load itself; `auto` is the cheaper of the two that is
    # accurate for the request.
    barrier: Literal['auto', 'gaussian', 'exact'] | None = None
    simulation: SimulationSettings | None = None
    jitter: Jitter | None = None
    occupancy: Occupancy | None = None
    speculation: Speculation | None = None
    arrivals: Arrivals | None = None
    # What one bundle must keep at the rate; only with `arrivals`.
    limits: SizeRequestLimits | None = None
    # The ratio to answer for, in place of the one that bears most; only with `arrivals`.
    ratio: int | None = None
    # Further parts of the answer. `curve` has every whole ratio from 1 to `max_ratio`, or to twice the
    # recommendation (at least 16) where that is not given; beyond 512 points a geometric grid.
    include: list[Literal['curve']] | None = None


@dataclass(kw_only=True)
class Arrivals:
    """Requests arrive when they like; one that finds no free slot waits. The answer then tells what they get at this
    rate (of one bundle for `/v1/size`, of the whole deployment elsewhere). Needs a workload with lengths.
    """

    requests_per_second: float
    # I, the variance of the number of arrivals in a window over its mean, for windows of some requests' time; 1 for
    # Poisson. For independent times between arrivals it is the square of their coefficient of variation.
    dispersion: float | None = None


@dataclass(kw_only=True)
class ServiceTimes:
    """Milliseconds."""

    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


@dataclass(kw_only=True)
class ServiceUtilisation:
    """Shares of the time that a role works, and of the slots that are full."""

    prefill: float | None = None
    transfer: float | None = None
    slots: float
    attention: float
    ffn: float
    communication: float


@dataclass(kw_only=True)
class Service:
    """What requests get at the rate of arrivals. TPOT over tokens; the wait from arrival at the bundles to the step
    that the request is first in. TTFT is the wait for a prefill instance and the prefill, which emits the first
    token; end to end adds transfer, wait and the other tokens. With `prefill`, bundles make all tokens of an
    answer but the first, and `decode` gives whole answers.
    """

    ttft_ms: ServiceTimes | None = None
    tpot_ms: ServiceTimes
    end_to_end_ms: ServiceTimes | None = None
    wait_ms: ServiceTimes
    transfer_ms: ServiceTimes | None = None
    # The rate that all this is for, in a plan: on a budget the largest.
    requests_per_second: float | None = None
    # Mean time from a slot to the last token, milliseconds.
    decode_ms: float
    # That no slot is free where a request arrives.
    waiting_probability: float
    # Requests with a slot, mean.
    occupancy: float
    # Of all bundles that share their requests.
    slots: float
    # Shares of the time that a role works, and of the slots that are full.
    utilisation: ServiceUtilisation
    # Requests a second that keep every limit, the limits taken as independent.
    goodput: float
    # Requests a second up to which all limits hold, with the same dispersion.
    largest_arrival_rate: float
    # largest_arrival_rate over the rate asked, less 1; below 0 where a limit is broken.
    headroom: float
    binding: ServiceBound
    # z: how many times more the number of requests scatters than Poisson arrivals to a constant load would make it.
    peakedness: float
    # Whether the closed form was found right to 3 % in such a case; where not, a warning names /v1/replay.
    trustworthy: bool
    method: Literal['product form']


@dataclass(kw_only=True)
class Jitter:
    """How much kernel times scatter at the same load, as the coefficient of variation of a whole stage of one
    instance and step, independent between instances and steps.
    """

    attention_cv: float | None = None
    ffn_cv: float | None = None


@dataclass(kw_only=True)
class Speculation1:
    # Proposed a step.
    draft_tokens: int
    # Of those, kept in the mean.
    accepted: float
    # Attention time of proposing them.
    draft_us: float | None = None


@dataclass(kw_only=True)
class Speculation2:
    # The probability that the first i draft tokens are all accepted, i from 1; none is above the one before.
    acceptance: list[float]
    # Attention time of drafting at all, a step.
    draft_us: float | None = None
    # And for each draft token.
    draft_us_per_token: float | None = None


@dataclass(kw_only=True)
class ChosenSpeculation:
    """The depth that was chosen, or given."""

    draft_tokens: int
    tokens_per_step: float


@dataclass(kw_only=True)
class Memory:
    """One device of each side: what weights and cache take, with the cache's margin, and what can be used. A sizing
    by name that does not fit is refused with both numbers.
    """

    attention_used_gb: float
    attention_usable_gb: float
    ffn_used_gb: float
    ffn_usable_gb: float
    # Tokens that the cache of one Attention instance holds; null where requests keep none.
    kv_capacity_tokens: float | None
    # The largest batch that fits with as many microbatches.
    largest_batch: int


@dataclass(kw_only=True)
class SimulateRequest:
    workload: Workload
    hardware: Hardware
    batch_size: int
    # m. Absent, stages overlap perfectly, in lock-step.
    microbatches: int | None = None
    jitter: Jitter | None = None
    occupancy: Occupancy | None = None
    ratios: list[int]
    requests_per_instance: RequestsPerInstance | None = None
    start: SimulationStart | None = None
    seed: Seed | None = None
    timeout_ms: TimeoutMilliseconds | None = None


@dataclass(kw_only=True)
class SimulationSettings:
    """Simulates the ratios around the recommendation too."""

    requests_per_instance: RequestsPerInstance | None = None
    start: SimulationStart | None = None
    seed: Seed | None = None
    timeout_ms: TimeoutMilliseconds | None = None


@dataclass(kw_only=True)
class SimulateAnswer:
    points: SimulationPoints
    best_ratio: int
    start: Literal['stationary', 'cold']
    seed: int
    # Those of the workload and of the hardware, and what is used beyond where it was measured at these ratios.
    warnings: list[Warning]
    provenance: Provenance


@dataclass(kw_only=True)
class SizeSimulation:
    """The simulation at the ratios around the recommendation, and what it says about the theory."""

    points: SimulationPoints
    best_ratio: int
    start: Literal['stationary', 'cold']
    seed: int
    # (throughput at `best_ratio` − throughput at the recommended ratio) / the former, both simulated; per cost
    # where `cost` is given.
    relative_gap: float
    relative_gap_interval: Interval
    # Predicted τ over simulated τ, less 1, at the recommended ratio.
    cycle_error: float
    # Whether the predicted cycle lies within 1 % of the simulated interval, and no simulated ratio is better by
    # more than 0.5 % for certain.
    agrees: bool
    # The same in words.
    verdict: str


@dataclass(kw_only=True)
class SimulationPointsItemIdleCauses:
    """What each role's idle time is due to. `imbalance`: it is faster than the bottleneck. `barrier`: the slowest
    Attention instance was behind its siblings. They add up to `idle`.
    """

    attention: IdleCauses
    ffn: IdleCauses
    communication: IdleCauses


@dataclass(kw_only=True)
class SimulationPointsItemTpotUs:
    """Times per output token of the requests that finished, in buckets of 0.1 %; null where none did."""

    mean: float
    p50: float
    p95: float
    p99: float


@dataclass(kw_only=True)
class SimulationPointsItem:
    ratio: int
    throughput_per_instance: float
    throughput_interval: Interval
    cycle_us: float
    cycle_interval_us: Interval
    idle: Idle
    # What each role's idle time is due to. `imbalance`: it is faster than the bottleneck. `barrier`: the slowest
    # Attention instance was behind its siblings. They add up to `idle`.
    idle_causes: SimulationPointsItemIdleCauses
    # Times per output token of the requests that finished, in buckets of 0.1 %; null where none did.
    tpot_us: SimulationPointsItemTpotUs | None
    completed_requests: int
    # Measured steps of each microbatch.
    steps: int


@dataclass(kw_only=True)
class IdleCauses:
    imbalance: float
    barrier: float


@dataclass(kw_only=True)
class WorkloadMetrics1:
    metrics: Scrape


@dataclass(kw_only=True)
class WorkloadMetrics2:
    before: Scrape
    after: Scrape


@dataclass(kw_only=True)
class QueryAnswerPair:
    """Results without names, by what they count."""

    prefill: QueryAnswer
    decode: QueryAnswer


@dataclass(kw_only=True)
class QueryAnswerDataResultItem:
    metric: dict[str, str]
    value: QuerySample | None = None
    values: list[QuerySample] | None = None


@dataclass(kw_only=True)
class QueryAnswerData:
    resultType: Literal['vector', 'matrix']
    result: list[QueryAnswerDataResultItem]


@dataclass(kw_only=True)
class QueryAnswer:
    """What Prometheus answers at `/api/v1/query` or `/api/v1/query_range`."""

    status: Literal['success']
    data: QueryAnswerData


@dataclass(kw_only=True)
class MetricsStatisticsHistograms:
    # All requests since the engine began, those between two scrapes, or those within the range of a query.
    span: Literal['total', 'difference', 'range']
    first_token_from_prefill: bool
    prefill: LengthBuckets
    decode: LengthBuckets


@dataclass(kw_only=True)
class MetricsStatistics:
    """What `/v1/workload` answered to metrics. Everything follows from `histograms`; the rest may be left out where
    it is sent.
    """

    # Those of the decode lengths; a query may give fractions.
    requests: float | None = None
    prefill: MetricsLength | None = None
    decode: MetricsLength | None = None
    # null: it is not known.
    correlation: float | None = None
    slot_load_mean: MetricsEstimate | None = None
    slot_load_stddev: MetricsEstimate | None = None
    slot_load_skewness: Estimate | None = None
    histograms: MetricsStatisticsHistograms
    warnings: list[Warning] | None = None
    provenance: Provenance | None = None


@dataclass(kw_only=True)
class LengthBuckets:
    # Empty for the result of an expression.
    metric: str
    # The longest length of each bucket, tokens.
    bounds: list[float]
    # Requests in each bucket, not cumulative; one more than bounds where requests may be longer than the last.
    counts: list[float]
    # Tokens of all requests; null where it is not known.
    sum: float | None


@dataclass(kw_only=True)
class MetricsLength:
    # Exact where the histogram has a sum.
    mean: float | None = None
    mean_standard_error: float | None = None
    stddev: float | None = None
    stddev_bounds: Bounds | None = None


@dataclass(kw_only=True)
class MetricsEstimate:
    value: float | None
    # By how many requests there are.
    standard_error: float | None = None
    # 95 %, by how many requests there are.
    interval: list[float] | None = None
    bounds: Bounds | None = None


@dataclass(kw_only=True)
class WorkloadLengths:
    """Prefill and decode lengths, independent of each other."""

    # A bare number is a fixed length.
    prefill: Union[float, LengthDistribution]
    # A bare number is the mean of a geometric length. Counts from 1.
    decode: Union[float, LengthDistribution]
    # Requests per Attention instance of the paper's finite horizon: `mean_field` then uses the mean load from an
    # empty start in place of the stationary one. Needs a geometric decode length.
    horizon_requests: int | None = None


@dataclass(kw_only=True)
class WorkloadRequestsRequests:
    """Observed requests. Both arrays have one element for each, in the same order."""

    prefill: list[int]
    decode: list[int]
    # How often each request counts; not all zero. Once each where there are none.
    weights: list[float] | None = None


@dataclass(kw_only=True)
class WorkloadRequests:
    # Observed requests. Both arrays have one element for each, in the same order.
    requests: WorkloadRequestsRequests


@dataclass(kw_only=True)
class WorkloadStatisticsGeometricFit:
    """The geometric law closest to the decode lengths, and their distance by Kolmogorov and Smirnov."""

    p: float
    standard_error: float | None
    distance: float
    # Exceeded by 5 % of geometric traces of this size.
    critical_distance: float
    plausible: bool


@dataclass(kw_only=True)
class WorkloadStatisticsHistogram:
    """Requests by bins of both lengths, 16 to an octave, or fewer where there would be more than 4,096 bins.
    Accepted as `requests`; either length with the weights, as an `empirical` distribution.
    """

    prefill: list[int]
    decode: list[int]
    weights: list[int]


@dataclass(kw_only=True)
class WorkloadStatisticsSums:
    """Exact sums over requests, in decimal digits: `pIdJ` of P^I D^J, `sAsB` of S_A S_B, where S_K is the sum over a
    request's steps of its load to the power K.
    """

    count: int
    # Requests that never decode; they are not in the sums.
    empty_outputs: int
    lines: int
    first_token_from_prefill: bool
    histogram_level: int
    p1d0: str
    p0d1: str
    p2d0: str
    p1d1: str
    p0d2: str
    p3d0: str
    p2d1: str
    p1d2: str
    p0d3: str
    p4d0: str
    p3d1: str
    p2d2: str
    p1d3: str
    p0d4: str
    s0s3: str
    s1s2: str
    s1s3: str
    s2s2: str
    s2s3: str
    s3s3: str


@dataclass(kw_only=True)
class WorkloadStatisticsSkippedReasonsItem:
    reason: Literal['malformed row', 'a length is missing', 'a length is not a number', 'a row has a weight', 'a length is negative', 'a length is not whole', 'a length is above 1e9', 'a length is given twice', 'the request failed', 'warm-up', 'a row of totals or means', 'a record of another kind']
    rows: int
    lines: list[int]


@dataclass(kw_only=True)
class WorkloadStatisticsSkipped:
    rows: int | None = None
    reasons: list[WorkloadStatisticsSkippedReasonsItem]


@dataclass(kw_only=True)
class WorkloadStatisticsReadColumnsItem:
    # The title of the column, or the JSON Pointer of the member of a row.
    name: str
    # prefill, decode, cached, total, id, session, turn, parent, arrival, hash_ids, status, phase or attempt.
    as_: str = field(metadata={"name": "as"})


@dataclass(kw_only=True)
class WorkloadStatisticsRead:
    """What was read of the trace."""

    # csv, ndjson or json; null for parts of several formats.
    format: str | None = None
    # Rows that were read, usable or not.
    rows: int | None = None
    columns: list[WorkloadStatisticsReadColumnsItem] | None = None


@dataclass(kw_only=True)
class WorkloadStatisticsSessionsByRoundItem:
    round: int
    requests: int
    prefill_mean: float
    decode_mean: float
    slot_load_mean: float | None
    new_tokens_mean: float | None


@dataclass(kw_only=True)
class WorkloadStatisticsSessionsGapS:
    count: int
    mean: float
    p50: float
    p90: float
    p99: float


@dataclass(kw_only=True)
class WorkloadStatisticsSessions:
    """Of the rounds of sessions; not read where the statistics are sent. `slot_load_mean` of a round is θ of its
    requests; `new_tokens_mean` the tokens of its prompts beyond prompt and output of the round before; `gap_s`
    the time between arrivals of consecutive rounds (quantiles to 6 %); `resident_tokens` the cache, in tokens, of
    sessions that wait for their next round, in the mean over the trace. The rounds behind the 16th count as one,
    the 17th.
    """

    # null where there are more than can be counted.
    sessions: float | None
    requests: int
    # Rounds of the longest session.
    longest: int
    by_round: list[WorkloadStatisticsSessionsByRoundItem]
    gap_s: WorkloadStatisticsSessionsGapS | None = None
    resident_tokens: float | None


@dataclass(kw_only=True)
class WorkloadStatisticsPrefixesCachesItem:
    blocks: float | None
    tokens: float | None
    hit_ratio: float
    uncached: UncachedTokens


@dataclass(kw_only=True)
class WorkloadStatisticsPrefixesReported:
    hit_ratio: float
    uncached: UncachedTokens


@dataclass(kw_only=True)
class WorkloadStatisticsPrefixes:
    """What a prefix cache of each size saves, from `hash_ids` in the order of the rows; not read where the
    statistics are sent. `caches` have their size in blocks and tokens (null: no limit), the share of prompt
    tokens that are found, and moments of the uncached tokens u of a request, with E[u²] and E[u·h], h the cached
    ones. Least recently used blocks go first; a prompt's blocks count up to the first that is not found. Exact
    for caches of up to 1,048,576 blocks; with more distinct blocks, one without limit is not answered for.
    `reported` is the same by the cached tokens that rows tell.
    """

    requests: int | None = None
    blocks: int | None = None
    distinct_blocks: float | None = None
    block_tokens: int | None = None
    caches: list[WorkloadStatisticsPrefixesCachesItem] | None = None
    reported: WorkloadStatisticsPrefixesReported | None = None


@dataclass(kw_only=True)
class WorkloadStatisticsBlocks:
    """Exact sums over the requests in consecutive blocks of time of 2^level µs, from number `first` on; at most 128.
    Standard errors come from them.
    """

    level: int
    first: int
    requests: list[int]
    p: BlockSums
    d: BlockSums
    pp: BlockSums
    pd: BlockSums
    dd: BlockSums
    s2: BlockSums
    s3: BlockSums


@dataclass(kw_only=True)
class WorkloadStatistics:
    """What `/v1/workload` answered. All but `histogram`, `sums` and `skipped` follows from those and may be left out
    where it is sent. A sizing of it has `uncertainty`.
    """

    requests: int | None = None
    prefill: LengthStatistics | None = None
    decode: DecodeStatistics | None = None
    # Of prefill and decode lengths; null where one of them does not vary.
    correlation: float | None = None
    correlation_standard_error: float | None = None
    slot_load_mean: Estimate | None = None
    slot_load_stddev: Estimate | None = None
    slot_load_skewness: Estimate | None = None
    # The geometric law closest to the decode lengths, and their distance by Kolmogorov and Smirnov.
    geometric_fit: WorkloadStatisticsGeometricFit | None = None
    # Requests by bins of both lengths, 16 to an octave, or fewer where there would be more than 4,096 bins.
    # Accepted as `requests`; either length with the weights, as an `empirical` distribution.
    histogram: WorkloadStatisticsHistogram
    # Exact sums over requests, in decimal digits: `pIdJ` of P^I D^J, `sAsB` of S_A S_B, where S_K is the sum over a
    # request's steps of its load to the power K.
    sums: WorkloadStatisticsSums
    skipped: WorkloadStatisticsSkipped | None = None
    # What was read of the trace.
    read: WorkloadStatisticsRead | None = None
    arrivals: ArrivalStatistics | None = None
    # Of the rounds of sessions; not read where the statistics are sent. `slot_load_mean` of a round is θ of its
    # requests; `new_tokens_mean` the tokens of its prompts beyond prompt and output of the round before; `gap_s`
    # the time between arrivals of consecutive rounds (quantiles to 6 %); `resident_tokens` the cache, in tokens, of
    # sessions that wait for their next round, in the mean over the trace. The rounds behind the 16th count as one,
    # the 17th.
    sessions: WorkloadStatisticsSessions | None = None
    # What a prefix cache of each size saves, from `hash_ids` in the order of the rows; not read where the
    # statistics are sent. `caches` have their size in blocks and tokens (null: no limit), the share of prompt
    # tokens that are found, and moments of the uncached tokens u of a request, with E[u²] and E[u·h], h the cached
    # ones. Least recently used blocks go first; a prompt's blocks count up to the first that is not found. Exact
    # for caches of up to 1,048,576 blocks; with more distinct blocks, one without limit is not answered for.
    # `reported` is the same by the cached tokens that rows tell.
    prefixes: WorkloadStatisticsPrefixes | None = None
    # Exact sums over the requests in consecutive blocks of time of 2^level µs, from number `first` on; at most 128.
    # Standard errors come from them.
    blocks: WorkloadStatisticsBlocks | None = None
    # Carried on into the answer where the statistics are sent as a workload.
    warnings: list[Warning] | None = None
    provenance: Provenance | None = None


@dataclass(kw_only=True)
class UncachedTokens:
    """Moments of the uncached tokens u of a request, and of the product with its cached ones."""

    mean: float
    stddev: float
    mean_square: float
    mean_product_with_cached: float


@dataclass(kw_only=True)
class Warning:
    """Something to know about an answer; `pointer` (RFC 6901) says about which part of the request, or of this
    answer.
    """

    # What kind it is, in snake_case; the same in every version.
    code: str
    # For people, with the figures.
    detail: str
    pointer: str


@dataclass(kw_only=True)
class ArrivalStatisticsWindowsItem:
    window_s: float
    # As many of this width.
    windows: int
    dispersion: float
    busiest: ArrivalWindow


@dataclass(kw_only=True)
class ArrivalStatisticsTrend:
    change_per_second: float
    standard_error: float
    significant: bool


@dataclass(kw_only=True)
class ArrivalStatisticsPeriod:
    length_s: float
    amplitude_per_second: float
    relative_amplitude: float


@dataclass(kw_only=True)
class ArrivalStatisticsCounts:
    """Arrivals by window; microseconds since 1970, or since the moment that the trace counts from."""

    first_us: int
    last_us: int
    window_us: int
    start_us: int
    requests: list[int]


@dataclass(kw_only=True)
class ArrivalStatistics:
    """How the requests of a trace with times arrive. Of what is sent, `counts` alone is read. `dispersion` is the
    index of dispersion (variance over mean of the arrivals in a window; 1 for Poisson arrivals) in windows of
    `dispersion_window_s`: 10 s, or what the trace allows next to it. Windows begin at multiples of their width;
    those at both ends count in full. `trend` is the change of the rate from the beginning of the trace to its
    end, significant beyond three standard errors; `period` is there where one stands out by a chance of a
    thousandth.
    """

    requests: int | None = None
    duration_s: float | None = None
    # Gaps between arrivals over their sum.
    requests_per_second: float | None = None
    dispersion: float | None = None
    dispersion_window_s: float | None = None
    busiest: ArrivalWindow | None = None
    windows: list[ArrivalStatisticsWindowsItem] | None = None
    trend: ArrivalStatisticsTrend | None = None
    period: ArrivalStatisticsPeriod | None = None
    # Arrivals by window; microseconds since 1970, or since the moment that the trace counts from.
    counts: ArrivalStatisticsCounts


@dataclass(kw_only=True)
class ArrivalWindow:
    """A window of time and its arrivals; the start in seconds since 1970, or since the moment that the trace counts
    from.
    """

    start_s: float
    window_s: float
    requests: int
    requests_per_second: float


@dataclass(kw_only=True)
class LengthStatistics:
    mean: float
    mean_standard_error: float | None = None
    stddev: float
    stddev_standard_error: float | None = None


@dataclass(kw_only=True)
class DecodeStatistics:
    mean: float
    mean_standard_error: float | None = None
    stddev: float
    stddev_standard_error: float | None = None
    # Of decode lengths; Hill's estimate over the longest 2.5 to 5 %, null with fewer than 100 of them. Where it is
    # below 3 with 97.5 % confidence, and does not rise along the tail, a warning says that slot_load_stddev is
    # unsafe.
    tail_index: float | None = None
    tail_index_standard_error: float | None = None
    # Where that tail begins, steps.
    tail_from: int | None = None


@dataclass(kw_only=True)
class Estimate:
    """What so few requests do not define is null."""

    value: float | None
    standard_error: float | None = None
    # 95 %.
    interval: list[float] | None = None


@dataclass(kw_only=True)
class WorkloadSlotLoadSlotLoad:
    """The stationary load of one slot, tokens."""

    mean: float
    stddev: float
    skewness: float | None = None


@dataclass(kw_only=True)
class WorkloadSlotLoad:
    # The stationary load of one slot, tokens.
    slot_load: WorkloadSlotLoadSlotLoad


@dataclass(kw_only=True)
class FixedLength:
    distribution: Literal['fixed']
    value: float


@dataclass(kw_only=True)
class GeometricLength:
    distribution: Literal['geometric']
    mean: float


@dataclass(kw_only=True)
class UniformLength:
    """Whole numbers from `min` to `max`, both included; `min` is not above `max`."""

    distribution: Literal['uniform']
    min: int
    max: int


@dataclass(kw_only=True)
class LognormalLength:
    """Mean and standard deviation are those of the length itself. The standard deviation is at most a thousand
    means.
    """

    distribution: Literal['lognormal']
    mean: float
    stddev: float


@dataclass(kw_only=True)
class EmpiricalLength:
    """Observed lengths, equally likely or in proportion to `weights`, which are as many and not all zero."""

    distribution: Literal['empirical']
    values: list[float]
    weights: list[float] | None = None


@dataclass(kw_only=True)
class HardwareCoefficients:
    """Attention is loaded by the tokens in the cache of its instance, the FFN by the requests of all Attention
    instances together. Some stage must take time.
    """

    attention: StageLatency
    ffn: StageLatency
    communication: CommunicationLatency | None = None
    layers: Layers | None = None
    # Of an answer of `/v1/calibrate`; said again in the answer.
    warnings: list[Warning] | None = None
    provenance: SentProvenance | None = None


@dataclass(kw_only=True)
class HardwareNamesAttention:
    device: Device
    data_parallel: int | None = None
    # Divides the model's query heads.
    tensor_parallel: int | None = None
    efficiencies: Efficiencies | None = None


@dataclass(kw_only=True)
class HardwareNamesFfn:
    device: Device
    # Ranks that do not divide the experts leave ⌈experts/ranks⌉ on the fullest; ranks beyond the experts hold
    # copies.
    expert_parallel: int | None = None
    tensor_parallel: int | None = None
    # Routing without the default imbalance: ranks differ by chance alone.
    balanced: bool | None = None
    efficiencies: Efficiencies | None = None


@dataclass(kw_only=True)
class HardwareNames:
    """Latencies derived from public facts about a model and devices: an estimate, not a measurement. The answer
    shows the lines they come to (`coefficients`) and what they are made of (`derivation`). An Attention instance
    is data_parallel × tensor_parallel devices, an FFN instance expert_parallel × tensor_parallel; `batch_size` is
    spread over the data-parallel ranks.
    """

    model: Model
    precision: Precision | None = None
    attention: HardwareNamesAttention
    ffn: HardwareNamesFfn
    communication: Link | None = None


@dataclass(kw_only=True)
class PrecisionWeights2:
    attention: ElementFormat | None = None
    dense: ElementFormat | None = None
    shared: ElementFormat | None = None
    routed: ElementFormat | None = None


@dataclass(kw_only=True)
class Precision:
    # Of all weights, or by part; what is not given is as the model is published, which `assumptions` tell.
    weights: Union[ElementFormat, PrecisionWeights2] | None = None
    kv: ElementFormat | None = None
    dispatch: ElementFormat | None = None
    combine: ElementFormat | None = None


@dataclass(kw_only=True)
class Link:
    # Both devices must be known to have it. scale_up holds within a scale-up domain: Attention instances that find
    # no room beside the FFN instance in it are priced at scale-out, and so are all between unlike devices.
    link: Literal['scale_up', 'scale_out'] | None = None
    # Whether scale-up links join unlike devices in one domain.
    shared_domain: bool | None = None
    # One way and device; the lesser of the devices' where not given.
    bandwidth_gb_s: float | None = None
    # One way.
    latency_us: float | None = None
    load: Literal['attention_batch', 'aggregate_batch'] | None = None


@dataclass(kw_only=True)
class ModelAnswerPrecision:
    attention: str
    dense: str
    shared: str
    experts: str
    kv: str
    source: Literal['quantization_config', 'torch_dtype', 'catalogue', 'assumed', 'request']


@dataclass(kw_only=True)
class ModelAnswerLayersItem:
    count: int
    attention: Literal['grouped_query', 'sliding', 'chunked', 'latent', 'factorised', 'sparse', 'compressed', 'shared_entry', 'shared_cache', 'linear', 'convolution', 'none']
    feed_forward: Literal['dense', 'mixture', 'mixture_beside_dense', 'none']


@dataclass(kw_only=True)
class ModelAnswerWarningsItem:
    code: str
    detail: str
    pointer: str


@dataclass(kw_only=True)
class ModelAnswer:
    """What is read from a model's config.json, to compare with its card. Totals count every stored weight once: tied
    embeddings once, no layers that draft tokens, no towers for images or sound. Active are those that one token
    multiplies with: the head, not the embedding.
    """

    id: str
    name: str
    # The rules that made the layers; custom for a plain decoder of no known family.
    family: str
    total_parameters: float
    active_parameters: float
    context: int
    # What one decode step of one request reads of its cache, index included.
    kv_bytes_read: float
    # What one request keeps in its cache, index included.
    kv_bytes_kept: float
    # Constant state of one request beside the cache.
    state_bytes: float
    precision: ModelAnswerPrecision
    layers: list[ModelAnswerLayersItem]
    # Of an entry of the catalogue.
    source: str | None = None
    unverified: str | None = None
    note: str | None = None
    config: ModelConfiguration | None = None
    # What was assumed or left out.
    warnings: list[ModelAnswerWarningsItem]


@dataclass(kw_only=True)
class Device2:
    id: str | None = None
    name: str | None = None
    hbm_bandwidth_gb_s: float
    # Decimal.
    hbm_capacity_gb: float
    # Dense, as all peaks are; FP16 too.
    bf16_tflops: float
    # A type without a peak of its own is widened and runs at that of bf16.
    fp8_tflops: float | None = None
    int8_tops: float | None = None
    fp4_tflops: float | None = None
    # Short for fp8_tflops and int8_tops of one value; refused beside either.
    eight_bit_tflops: float | None = None
    power_w: float | None = None
    scale_up_gb_s_one_way: float | None = None
    # Devices that scale-up links join.
    scale_up_domain: int | None = None
    scale_out_gb_s_one_way: float | None = None
    # Whose kernels' efficiencies are taken.
    family: Literal['blackwell', 'blackwell_rtx', 'hopper', 'ampere', 'ada', 'ascend', 'other'] | None = None


@dataclass(kw_only=True)
class PlanHardwareNamesAttention:
    device: Devices
    data_parallel: Degrees | None = None
    tensor_parallel: Degrees | None = None
    efficiencies: Efficiencies | None = None


@dataclass(kw_only=True)
class PlanHardwareNamesFfn:
    device: Devices
    expert_parallel: Degrees | None = None
    tensor_parallel: Degrees | None = None
    # Routing without the default imbalance: ranks differ by chance alone.
    balanced: bool | None = None
    efficiencies: Efficiencies | None = None


@dataclass(kw_only=True)
class PlanHardwareNames:
    """As `HardwareNames`, with devices and parallel degrees that may be several."""

    model: Model
    precision: Precision | None = None
    attention: PlanHardwareNamesAttention
    ffn: PlanHardwareNamesFfn
    communication: Link | None = None


@dataclass(kw_only=True)
class Efficiencies:
    """Achievable fractions of a peak, and fixed costs, in place of the defaults of the device's family
    (docs/model.md). A fraction of the arithmetic that is given is reached whatever the rows; a time that is given
    is the whole floor (`expert_kernels_us`: the traffic of activations included).
    """

    cache_bandwidth: float | None = None
    narrow_cache_bandwidth: float | None = None
    cache_compute: float | None = None
    narrow_cache_compute: float | None = None
    weight_bandwidth: float | None = None
    narrow_weight_bandwidth: float | None = None
    dense_compute: float | None = None
    expert_compute: float | None = None
    narrow_expert_compute: float | None = None
    scale_up: float | None = None
    scale_out: float | None = None
    attention_kernel_us: float | None = None
    latent_kernel_us: float | None = None
    kernel_us: float | None = None
    expert_kernels_us: float | None = None
    scale_up_latency_us: float | None = None
    scale_out_latency_us: float | None = None
    usable_memory: float | None = None
    # Picks of the busiest expert-parallel rank over its share, beside chance. Where not given: 1.31, 1.45, 1.48,
    # 1.58 on 4, 8, 16, 32 ranks.
    expert_imbalance: float | None = None


@dataclass(kw_only=True)
class PlanRequestColocation:
    """Asks what one pool without any split would take, whose instances (the Attention devices with both sides'
    weights) prefill in chunks beside decode; with `arrivals` and `prefill`. Answered under `colocated.mixed`.
    """

    # Tokens of a prompt a step; where not given chosen from powers of two, 64 to 16384.
    chunk_tokens: int | None = None


@dataclass(kw_only=True)
class PlanRequestLimits:
    tpot_ms: float | None = None
    # mean (the default) or p99, over steps; with `arrivals` any, over tokens, p99 by default.
    tpot_percentile: Literal['mean', 'p50', 'p90', 'p95', 'p99'] | None = None
    # With `arrivals` and `prefill`, as are the next.
    ttft_ms: float | None = None
    ttft_percentile: ServicePercentile | None = None
    # For a slot and a step; with `arrivals`. Where it is not given, at most one request in a hundred waits for a
    # slot.
    wait_ms: float | None = None
    wait_percentile: ServicePercentile | None = None
    # Of the link between the pools; with `transfer`.
    transfer_utilisation: float | None = None
    max_batch: int | None = None
    # Standard deviations of the cache that memory is kept for beyond its mean.
    margin_deviations: float | None = None


@dataclass(kw_only=True)
class PlanRequestRules:
    """What a runtime asks for."""

    attention_ranks_at_least_ffn: bool | None = None
    # Whether the Attention devices of a bundle must be a multiple of its FFN devices; `blocks` allows blocks of
    # Attention ranks that differ by one, of which the larger set the pace. Either asks for at least as many.
    attention_multiple_of_ffn: Union[bool, Literal['blocks']] | None = None
    # Each role takes whole nodes.
    devices_per_node: int | None = None


@dataclass(kw_only=True)
class PlanRequestDemand:
    requests_per_second: float | None = None
    tokens_per_second: float | None = None
    # A fraction of the demand.
    headroom: float | None = None
    # Of each kind, beyond what serves.
    spare_instances: int | None = None


@dataclass(kw_only=True)
class PlanRequestDevices:
    """A budget, of both kinds together or of each."""

    total: int | None = None
    attention: int | None = None
    ffn: int | None = None
    # Where prefill is described.
    prefill: int | None = None


@dataclass(kw_only=True)
class PlanRequestCurrent:
    """What runs now."""

    attention_instances: int
    ffn_instances: int
    batch_size: int | None = None
    # With `prefill`.
    prefill_instances: int | None = None


@dataclass(kw_only=True)
class PlanRequest:
    workload: Workload
    # As in a sizing; by name, `device` and the parallel degrees may also be arrays of up to 16, together at most
    # 4,096 combinations. What cannot be is left out, and named in `provenance.assumptions`.
    hardware: Union[HardwareCoefficients, PlanHardwareNames]
    # Chosen where not given.
    batch_size: int | None = None
    # Where not given: lock-step with a given batch, else chosen from 1 to 4.
    microbatches: int | None = None
    # Attention instances of a bundle.
    max_ratio: int | None = None
    # FFN instances of a bundle.
    max_ffn_instances: int | None = None
    jitter: Jitter | None = None
    occupancy: Occupancy | None = None
    # Asks what one pool without any split would take, whose instances (the Attention devices with both sides'
    # weights) prefill in chunks beside decode; with `arrivals` and `prefill`. Answered under `colocated.mixed`.
    colocation: PlanRequestColocation | None = None
    limits: PlanRequestLimits | None = None
    # What a runtime asks for.
    rules: PlanRequestRules | None = None
    demand: PlanRequestDemand | None = None
    # A budget, of both kinds together or of each.
    devices: PlanRequestDevices | None = None
    # What throughput is divided by. Under a budget of devices, throughput itself is maximised. Default cost where
    # there are prices, else instances.
    objective: Literal['instances', 'devices', 'cost', 'energy'] | None = None
    prices: PlanRates | None = None
    power: PlanRates | None = None
    speculation: Speculation | None = None
    # What runs now.
    current: PlanRequestCurrent | None = None
    arrivals: Arrivals | None = None
    prefill: Prefill | None = None
    transfer: Transfer | None = None
    routing: Routing | None = None
    # Relative gain below which nothing is changed.
    hysteresis: float | None = None


@dataclass(kw_only=True)
class Prefill:
    """One prefill instance: coefficients, or devices that hold the whole model of `hardware` (by name) between them.
    `device` and `tensor_parallel` may be arrays: the plan chooses. t = beta_us a pass + alpha_us u + gamma_us (u
    h + u²/2) for u uncached and h cached tokens.
    """

    # For each uncached token.
    alpha_us: float | None = None
    # A pass.
    beta_us: float | None = None
    # For each pair of a token and one that it attends to.
    gamma_us: float | None = None
    device: Devices | None = None
    tensor_parallel: Degrees | None = None
    efficiencies: Efficiencies | None = None
    # The part of each prompt that a prefix cache holds.
    cached_fraction: float | None = None
    # Tokens of a pass at most; whole prompts where not given. Prompts never share a pass.
    chunk_tokens: int | None = None


@dataclass(kw_only=True)
class TransferCompression:
    """A codec of the cache in transit. It changes neither memory nor what is read."""

    ratio: float
    # Of raw bytes.
    encode_gb_s: float
    decode_gb_s: float


@dataclass(kw_only=True)
class Transfer:
    """The link between the prefill and the Attention pool, one for all requests. Absent, caches are there at once."""

    # Of the whole link, one way.
    bandwidth_gb_s: float
    latency_us: float | None = None
    # none: encode, send and decode one after the other. chunked: the slowest of the three sets the pace. layerwise:
    # beside the prefill, layer by layer; what it leaves is waited for, at least one layer.
    overlap: Literal['none', 'chunked', 'layerwise'] | None = None
    # A codec of the cache in transit. It changes neither memory nor what is read.
    compression: TransferCompression | None = None
    # All layers; that of the model where hardware names one.
    kv_bytes_per_token: float | None = None
    # For layerwise; those of the model where hardware names one.
    layers: int | None = None


@dataclass(kw_only=True)
class PlanRates:
    """Of an instance of each kind, or of one device by its id."""

    attention_instance: float | None = None
    ffn_instance: float | None = None
    # Where prefill is described.
    prefill_instance: float | None = None
    devices: dict[str, float] | None = None


@dataclass(kw_only=True)
class ExportRanks:
    attention: int
    ffn: int
    prefill: int | None = None


@dataclass(kw_only=True)
class ExportLaunchesItem:
    role: Literal['attention', 'attn', 'ffn']
    # Bundles.
    copies: int
    # The words of the command.
    arguments: list[str]
    environment: dict[str, str]
    additional_config: AFDPluginConfig | None = None


@dataclass(kw_only=True)
class Export:
    """A plan in the terms of a runtime. `source` names the documents that it is made from. Ranks are devices; those
    of Attention and FFN are of one bundle, those of prefill of the whole deployment.
    """

    export: Literal['vllm', 'sglang', 'kubernetes', 'keda', 'dynamo']
    source: str
    bundles: int
    ranks: ExportRanks
    # What the runtime cannot do of the plan: it is left out.
    cannot: list[str]
    # What only the reader knows.
    to_fill_in: list[str]
    # One command for each role, started in each bundle; none where objects are all.
    launches: list[ExportLaunchesItem]
    manifest: Manifest | None = None
    warnings: list[Warning] | None = None
    provenance: Provenance


@dataclass(kw_only=True)
class AFDPluginConfigAfd:
    role: Literal['attention', 'ffn']
    connector: Literal['P2pNcclAFDConnector', 'CAMP2pAFDConnector']
    host: str
    port: int
    num_attention_ranks: int
    num_ffn_ranks: int
    compute_gate_on_attention: bool
    connector_extra_config: ConnectorSettings


@dataclass(kw_only=True)
class AFDPluginConfig:
    """The value of `--additional-config`, as vllm-project/afd-plugin reads it."""

    afd: AFDPluginConfigAfd


@dataclass(kw_only=True)
class Manifest:
    """A `List` of objects for `kubectl apply -f -`."""

    apiVersion: Literal['v1']
    kind: Literal['List']
    items: list[KubernetesObject]


@dataclass(kw_only=True)
class PlanAnswerDeployment:
    bundles: int
    # Of all bundles, without spares.
    attention_instances: int
    ffn_instances: int
    # Where hardware is named, as is the next.
    attention_device: str | None = None
    ffn_device: str | None = None
    bundle: Bundle
    # Attention instances for one FFN instance.
    ratio: float
    # B: requests that an instance and microbatch takes at most.
    batch_size: int
    # Absent in lock-step.
    microbatches: int | None = None
    parallel: ParallelDegrees | None = None
    speculation: ChosenSpeculation | None = None
    # Beyond what serves, as was asked; so are those of the FFN.
    spare_attention_instances: int
    spare_ffn_instances: int
    # Spares included.
    attention_devices: int
    ffn_devices: int
    # Tokens a second that the fleet can give.
    throughput: float
    throughput_per_instance: float
    # What of it the demand takes; 1 without a demand.
    utilisation: float
    # τ: the time of a step of one microbatch.
    cycle_us: float
    idle: Idle
    bottleneck: Bottleneck
    tpot_ms: PlanTPOT
    cost_per_hour: float | None = None
    cost_per_million_tokens: float | None = None
    energy_per_token_j: float | None = None
    memory: Memory | None = None
    # The limit that one more unit of brings most; null where none does.
    binding: Literal['kv_memory', 'tpot', 'batch_size', 'max_ratio', 'devices', 'attention_devices', 'ffn_devices', None]


@dataclass(kw_only=True)
class PlanAnswerAlternativesItem:
    bundles: int
    # Of all bundles, without spares.
    attention_instances: int
    ffn_instances: int
    # Where hardware is named, as is the next.
    attention_device: str | None = None
    ffn_device: str | None = None
    bundle: Bundle
    # Attention instances for one FFN instance.
    ratio: float
    # B: requests that an instance and microbatch takes at most.
    batch_size: int
    # Absent in lock-step.
    microbatches: int | None = None
    parallel: ParallelDegrees | None = None
    speculation: ChosenSpeculation | None = None
    throughput: float
    throughput_per_instance: float
    tpot_ms: PlanTPOT
    regret: float


@dataclass(kw_only=True)
class PlanAnswerParetoItem:
    ratio: float
    batch_size: int
    throughput_per_instance: float
    tpot_ms: PlanTPOT


@dataclass(kw_only=True)
class PlanAnswerShadowPricesItem:
    limit: PlanLimit
    one_more: str
    # Relative, of what the objective divides by.
    gain: float


@dataclass(kw_only=True)
class PlanAnswerAdviceCurrent:
    """What runs now, at the best batch that it may have; where it can run at all."""

    batch_size: int
    throughput_per_instance: float
    tpot_ms: PlanTPOT


@dataclass(kw_only=True)
class PlanAnswerAdvice:
    action: Literal['keep', 'resize']
    reason: Literal['optimal', 'tie', 'within_hysteresis', 'worthwhile', 'breaks_limit', 'over_budget', 'below_demand', 'without_spares']
    explanation: str
    # A fraction.
    gain: float | None
    # What runs now, at the best batch that it may have; where it can run at all.
    current: PlanAnswerAdviceCurrent | None = None


@dataclass(kw_only=True)
class PlanAnswerColocated:
    """The Attention devices without disaggregation."""

    # Null, like the batch and the TPOT, where the verdict is `colocated_infeasible`.
    throughput_per_instance: float | None
    batch_size: int | None
    tpot_ms: MeanTPOT
    verdict: SplitVerdict
    # Of the plan over it, per unit of the objective.
    gain: float | None = None
    break_even_batch: int | None
    # Mean slot load, tokens.
    break_even_context: float | None


@dataclass(kw_only=True)
class PlanAnswer:
    deployment: PlanAnswerDeployment
    # The best of each other shape within 2 % of the best, at most 20.
    alternatives: list[PlanAnswerAlternativesItem]
    # Throughput per instance against TPOT, at the best ratio of each batch.
    pareto: list[PlanAnswerParetoItem]
    shadow_prices: list[PlanAnswerShadowPricesItem]
    advice: PlanAnswerAdvice | None = None
    # The Attention devices without disaggregation.
    colocated: PlanAnswerColocated | None = None
    coefficients: Coefficients | None = None
    derivation: Derivation | None = None
    warnings: list[Warning]
    provenance: Provenance


@dataclass(kw_only=True)
class Bundle:
    """Instances that decode together."""

    attention_instances: int
    ffn_instances: int


@dataclass(kw_only=True)
class ParallelDegreesAttention:
    data_parallel: int
    tensor_parallel: int


@dataclass(kw_only=True)
class ParallelDegreesFfn:
    expert_parallel: int
    tensor_parallel: int


@dataclass(kw_only=True)
class ParallelDegrees:
    """The degrees that were chosen, where lists were given."""

    attention: ParallelDegreesAttention
    ffn: ParallelDegreesFfn


@dataclass(kw_only=True)
class MeanTPOT:
    mean: float | None


@dataclass(kw_only=True)
class ReplayRequestScaling:
    """What policies may change, and how far."""

    # Whole bundles come and go, or single Attention instances of bundles that stay.
    unit: Literal['bundle', 'attention_instance'] | None = None
    # Bundles, or Attention instances; no more than there are at first.
    min: int | None = None
    # Four times what there is at first and four more
    max: int | None = None
    min_prefill: int | None = None
    max_prefill: int | None = None


@dataclass(kw_only=True)
class ReplayRequestTrace:
    """Requests as columns, by arrival."""

    # Seconds from the beginning; they do not go back.
    arrival_s: list[float]
    # Prompt tokens.
    prefill: list[int]
    # Tokens generated; with `prefill` the first one there.
    decode: list[int]
    # Prompt tokens whose cache the prefill instance has; where absent, `cached_fraction` of `prefill`.
    cached: list[int] | None = None


@dataclass(kw_only=True)
class ReplayRequest:
    hardware: Hardware
    deployment: ReplayDeployment
    prefill: ReplayPrefill | None = None
    transfer: Transfer | None = None
    # Which bundle a request goes to, and which prefill instance. `least_loaded` and `least_kv`: one line for all,
    # and whoever has the fewest requests (for its slots), or prompt tokens, takes the next. `round_robin`,
    # `random`: a line each.
    routing: Literal['least_loaded', 'least_kv', 'round_robin', 'random'] | None = None
    limits: ReplayLimits | None = None
    # Each gets the whole result. Absent, the sizes stay as they are.
    policies: list[Union[Literal['static', 'advice', 'oracle'], ReplayPolicy]] | None = None
    # What policies may change, and how far.
    scaling: ReplayRequestScaling | None = None
    # From the decision until an instance serves; it is held, and paid, from the decision on. What is drained
    # finishes first.
    start_delay_s: float | None = None
    # A client that has waited so long since its arrival leaves when its turn comes, for a prefill instance or a
    # slot.
    abandon_after_s: float | None = None
    # A request that finds so many waiting at the entrance is rejected.
    queue_limit: int | None = None
    # Requests as columns, by arrival.
    trace: ReplayRequestTrace | None = None
    # How much faster than it was the trace is replayed.
    speed: float | None = None
    arrivals: ReplayProcess | None = None
    workload: Workload | None = None
    # Independent courses of the process, whose spread gives the intervals; counts are of all of them, hours and
    # events of one in the mean.
    replications: int | None = None
    prices: PlanRates | None = None
    power: PlanRates | None = None
    seed: Seed | None = None
    timeout_ms: int | None = None


@dataclass(kw_only=True)
class ReplayForm:
    deployment: ReplayRequest
    # CSV, NDJSON or JSON, also with gzip; told by the name of the file, or by how it begins.
    trace: str


@dataclass(kw_only=True)
class ReplayBundlesBundle:
    attention_instances: int
    ffn_instances: int | None = None


@dataclass(kw_only=True)
class ReplayBundles:
    """What a plan tells of devices and parallel degrees must be that of the request; everything else beside these a
    replay works out itself.
    """

    bundles: int | None = None
    bundle: ReplayBundlesBundle
    # Slots of an Attention instance and microbatch.
    batch_size: int
    microbatches: int | None = None
    # Needed with `prefill`; without it a warning says that they are left out.
    prefill_instances: int | None = None
    # That of the plan, which the request's `routing` overrules.
    routing: Literal['least_loaded', 'least_kv', 'round_robin', 'random'] | None = None
    # Tokens that the cache of one Attention instance holds; of hardware by name its memory tells. A request enters
    # where its whole context fits.
    kv_tokens: float | None = None
    # That of `hardware` by name, as is the next.
    attention_device: str | None = None
    ffn_device: str | None = None
    # That of `prefill` by name.
    prefill_device: str | None = None
    parallel: ParallelDegrees | None = None
    speculation: ChosenSpeculation | None = None
    attention_instances: NotRead | None = None
    ffn_instances: NotRead | None = None
    ratio: NotRead | None = None
    spare_attention_instances: NotRead | None = None
    spare_ffn_instances: NotRead | None = None
    spare_prefill_instances: NotRead | None = None
    attention_devices: NotRead | None = None
    ffn_devices: NotRead | None = None
    prefill_devices: NotRead | None = None
    throughput: NotRead | None = None
    throughput_per_instance: NotRead | None = None
    utilisation: NotRead | None = None
    cycle_us: NotRead | None = None
    idle: NotRead | None = None
    bottleneck: NotRead | None = None
    tpot_ms: NotRead | None = None
    cost_per_hour: NotRead | None = None
    cost_per_million_tokens: NotRead | None = None
    energy_per_token_j: NotRead | None = None
    memory: NotRead | None = None
    binding: NotRead | None = None
    prefill: NotRead | None = None
    attention: NotRead | None = None
    ffn: NotRead | None = None
    service: NotRead | None = None
    devices: NotRead | None = None


@dataclass(kw_only=True)
class ReplayPrefill:
    """One prefill instance: by coefficients, t = β + α u + γ (u h + u²/2) for u uncached and h cached tokens, or a
    device on which the model of `hardware` is prefilled.
    """

    alpha_us: float | None = None
    beta_us: float | None = None
    gamma_us: float | None = None
    device: Device | None = None
    tensor_parallel: int | None = None
    efficiencies: Efficiencies | None = None
    cached_fraction: float | None = None
    # Most tokens of a pass.
    chunk_tokens: int | None = None


@dataclass(kw_only=True)
class ReplayLimits:
    """What each request must keep to count as good: its time to first token, its time per token, its wait for a
    slot. The percentiles are those that `advice` and `oracle` plan for.
    """

    ttft_ms: float | None = None
    ttft_percentile: Literal['mean', 'p50', 'p90', 'p95', 'p99'] | None = None
    tpot_ms: float | None = None
    tpot_percentile: Literal['mean', 'p50', 'p90', 'p95', 'p99'] | None = None
    wait_ms: float | None = None
    wait_percentile: Literal['mean', 'p50', 'p90', 'p95', 'p99'] | None = None
    transfer_utilisation: float | None = None


@dataclass(kw_only=True)
class ReplayStatic:
    policy: Literal['static']
    name: str | None = None


@dataclass(kw_only=True)
class ReplayScheduleStepsItem:
    t_s: float
    bundles: int | None = None
    # Of all bundles; with the unit `attention_instance`.
    attention_instances: int | None = None
    prefill_instances: int | None = None


@dataclass(kw_only=True)
class ReplaySchedule:
    policy: Literal['schedule']
    name: str | None = None
    # By time. What a step does not say stays as it was.
    steps: list[ReplayScheduleStepsItem]


@dataclass(kw_only=True)
class ReplayTarget:
    """Target tracking by the algorithm of Kubernetes' HorizontalPodAutoscaler v2, tolerance, stabilisation windows
    and limits of the rate included.
    """

    policy: Literal['target']
    name: str | None = None
    # Part of the slots, or of the cache, that is full; requests that wait, or arrive in a second, for each bundle
    # (or Attention instance).
    metric: Literal['slots', 'kv', 'waiting', 'requests_per_second']
    # 0…1 for slots and kv.
    target: float
    # Utilisation of the prefill instances; without it their number stays.
    prefill_target: float | None = None
    period_s: float | None = None
    tolerance: float | None = None
    # Of scaling down.
    stabilisation_s: float | None = None
    stabilisation_up_s: float | None = None
    scale_up: ReplayScalingLimits | None = None
    scale_down: ReplayScalingLimits | None = None


@dataclass(kw_only=True)
class ReplayAdvice:
    """This service's plan for the largest rate to be expected until what is asked for now serves, with the
    dispersion, lengths and slot loads of the last window; what waits comes on top. A swing of the rate is gone on
    with once it was seen for a period, a line that rises at once. It grows at once and shrinks by more than the
    hysteresis or not at all. Three times between two plans it looks, and grows where the last period's rate, or
    what waits, asks for more.
    """

    policy: Literal['advice']
    name: str | None = None
    every_s: float | None = None
    window_s: float | None = None
    hysteresis: float | None = None


@dataclass(kw_only=True)
class ReplayOracle:
    """The plan of each window's own requests, there when it begins. A yardstick."""

    policy: Literal['oracle']
    name: str | None = None
    window_s: float | None = None


@dataclass(kw_only=True)
class ReplayScalingLimitsItem:
    type: Literal['pods', 'percent']
    value: float
    period_s: float


@dataclass(kw_only=True)
class ReplayProcessStepsItem:
    # The first is 0.
    t_s: float
    requests_per_second: float


@dataclass(kw_only=True)
class ReplayProcess:
    """Arrivals by chance: at a constant rate, `poisson` or with times between them of a coefficient of variation
    `cv` (`gamma`); at a rate that swings (`sinusoid`, from the mean upwards) or changes in steps.
    """

    process: Literal['poisson', 'gamma', 'sinusoid', 'steps']
    duration_s: float
    requests_per_second: float | None = None
    # Not of `poisson`.
    cv: float | None = None
    min_requests_per_second: float | None = None
    max_requests_per_second: float | None = None
    period_s: float | None = None
    steps: list[ReplayProcessStepsItem] | None = None


@dataclass(kw_only=True)
class ReplayAnswer:
    """The result of the first policy, and under `policies` that of each."""

    # Arrived: completed, abandoned, rejected.
    requests: int
    completed: int
    abandoned: int
    rejected: int
    # Until the last request had left.
    duration_s: float
    tokens_per_second: float
    goodput: ReplayGoodput
    ttft_ms: ReplayTimes
    tpot_ms: ReplayTimes
    end_to_end_ms: ReplayTimes
    wait_ms: ReplayTimes
    prefill_wait_ms: ReplayTimes | None = None
    pools: ReplayPools
    # Held
    device_hours: float
    # In the unit of `prices`; null without.
    cost: float | None
    energy_kwh: float | None
    scaling: ReplayScaling
    series: ReplaySeries
    policies: list[ReplayedPolicy]
    # The policies in a sentence.
    verdict: str
    replications: int
    seed: Seed
    warnings: list[Warning]
    provenance: Provenance


@dataclass(kw_only=True)
class ReplayedPolicy:
    """What one policy came to; the members are those of the whole answer."""

    name: str
    # Arrived: completed, abandoned, rejected.
    requests: int
    completed: int
    abandoned: int
    rejected: int
    # Until the last request had left.
    duration_s: float
    tokens_per_second: float
    goodput: ReplayGoodput
    ttft_ms: ReplayTimes
    tpot_ms: ReplayTimes
    end_to_end_ms: ReplayTimes
    wait_ms: ReplayTimes
    prefill_wait_ms: ReplayTimes | None = None
    pools: ReplayPools
    # Held
    device_hours: float
    # In the unit of `prices`; null without.
    cost: float | None
    energy_kwh: float | None
    scaling: ReplayScaling
    series: ReplaySeries


@dataclass(kw_only=True)
class ReplayGoodputMissed:
    """Parts of all requests that broke each limit that is set."""

    ttft: float | None = None
    tpot: float | None = None
    wait: float | None = None


@dataclass(kw_only=True)
class ReplayGoodput:
    """Requests that kept every limit."""

    requests_per_second: float
    fraction: float | None
    fraction_interval: Interval
    # Parts of all requests that broke each limit that is set.
    missed: ReplayGoodputMissed


@dataclass(kw_only=True)
class ReplayPoolsTransfer:
    utilisation: float
    idle: float


@dataclass(kw_only=True)
class ReplayPools:
    prefill: ReplayPool | None = None
    attention: ReplayPool
    ffn: ReplayPool
    transfer: ReplayPoolsTransfer | None = None


@dataclass(kw_only=True)
class ReplayScaling:
    """Decisions that changed a size, and those that went the other way than the one before."""

    events: float
    reversals: float


@dataclass(kw_only=True)
class ReplaySeriesItem:
    t_s: float
    arrivals: int
    # Of all pools.
    instances: int
    attention_instances: int
    ffn_instances: int
    prefill_instances: int | None = None
    in_slots: int
    waiting: int
    waiting_for_prefill: int | None = None
    ttft_p90_ms: float | None
    tpot_p99_ms: float | None


@dataclass(kw_only=True)
class OpenPlanAnswerDeployment:
    bundles: int
    # Of all bundles.
    attention_instances: int
    ffn_instances: int
    # Where hardware is named, as is the next.
    attention_device: str | None = None
    ffn_device: str | None = None
    bundle: Bundle
    # Attention instances for one FFN instance.
    ratio: float
    # B: requests that an instance and microbatch takes at most.
    batch_size: int
    # Absent in lock-step.
    microbatches: int | None = None
    parallel: ParallelDegrees | None = None
    speculation: ChosenSpeculation | None = None
    attention_devices: int
    ffn_devices: int
    prefill_instances: int | None = None
    prefill_devices: int | None = None
    prefill_device: str | None = None
    # Of all pools.
    devices: int
    routing: Routing
    # Tokens a second at the rate of arrivals.
    throughput: float
    # Of the tokens a second that the bundles make with every slot full.
    utilisation: float
    idle: Idle
    tpot_ms: PlanTPOT
    cost_per_hour: float | None = None
    cost_per_million_tokens: float | None = None
    energy_per_token_j: float | None = None
    memory: Memory | None = None
    binding: ServiceBound


@dataclass(kw_only=True)
class OpenPlanAnswerAlternativesItem:
    bundles: int
    # Of all bundles.
    attention_instances: int
    ffn_instances: int
    # Where hardware is named, as is the next.
    attention_device: str | None = None
    ffn_device: str | None = None
    bundle: Bundle
    # Attention instances for one FFN instance.
    ratio: float
    # B: requests that an instance and microbatch takes at most.
    batch_size: int
    # Absent in lock-step.
    microbatches: int | None = None
    parallel: ParallelDegrees | None = None
    speculation: ChosenSpeculation | None = None
    # Of its bundles.
    largest_arrival_rate: float
    # How much lighter the best is, or how much more it bears.
    regret: float


@dataclass(kw_only=True)
class OpenPlanAnswerParetoItem:
    bundles: int
    # Of all bundles.
    attention_instances: int
    ffn_instances: int
    # Where hardware is named, as is the next.
    attention_device: str | None = None
    ffn_device: str | None = None
    bundle: Bundle
    # Attention instances for one FFN instance.
    ratio: float
    # B: requests that an instance and microbatch takes at most.
    batch_size: int
    # Absent in lock-step.
    microbatches: int | None = None
    parallel: ParallelDegrees | None = None
    speculation: ChosenSpeculation | None = None
    # Under the objective.
    weight: float
    tpot_ms: PlanTPOT


@dataclass(kw_only=True)
class OpenPlanAnswerShadowPricesItem:
    limit: Literal['ttft', 'tpot', 'wait', 'kv_memory', 'batch_size', 'devices', 'attention_devices', 'ffn_devices', 'prefill_devices']
    one_more: str
    # How much more the deployment bears, relative; on a budget the best one.
    gain: float
    # How much lighter the plan for the same rate would be, relative, under the objective; absent on a budget, as is
    # the next.
    weight_saved: float | None = None
    # Devices that it would do without; below 0 where more but cheaper ones take their place.
    devices_saved: int | None = None


@dataclass(kw_only=True)
class OpenPlanAnswerAdvice:
    action: Literal['keep', 'resize']
    reason: Literal['optimal', 'within_hysteresis', 'worthwhile', 'breaks_limit', 'below_demand']
    explanation: str
    # How much heavier what runs is.
    gain: float | None
    # That what runs bears within the limits.
    largest_arrival_rate: float | None


@dataclass(kw_only=True)
class OpenPlanAnswerColocatedMixedUtilisation:
    """Shares of the time that an instance has a prompt in work, and that chunks add; of the steps that carry one."""

    prompts: float
    steps_with_chunk: float
    chunk_time: float


@dataclass(kw_only=True)
class OpenPlanAnswerColocatedMixed:
    """One pool that prefills in chunks beside decode, at the same rate and limits; where `colocation` asks for it."""

    verdict: SplitVerdict
    instances: int | None = None
    # Requests that decode on an instance at most.
    batch_size: int | None = None
    chunk_tokens: int | None = None
    ttft_ms: ServiceTimes | None = None
    tpot_ms: PlanTPOT | None = None
    # Shares of the time that an instance has a prompt in work, and that chunks add; of the steps that carry one.
    utilisation: OpenPlanAnswerColocatedMixedUtilisation | None = None
    # How much heavier it is than the bundles and the prefill instances.
    gain: float | None = None
    # Whether arrivals and loads are like those that the closed form was found right for; false for instances that
    # step together.
    trustworthy: bool | None = None


@dataclass(kw_only=True)
class OpenPlanAnswerColocated:
    """Decoding on the Attention devices without the split, at the same rate and limits; prefill stays apart."""

    verdict: SplitVerdict
    instances: int | None = None
    batch_size: int | None = None
    tpot_ms: MeanTPOT | None = None
    # How much heavier it is than the bundles.
    gain: float | None = None
    # One pool that prefills in chunks beside decode, at the same rate and limits; where `colocation` asks for it.
    mixed: OpenPlanAnswerColocatedMixed | None = None
    # Of the plan, the colocated instances beside the same prefill instances, and one pool; beside `mixed`.
    lightest: Literal['disaggregated', 'colocated', 'mixed', 'tie'] | None = None


@dataclass(kw_only=True)
class OpenPlanAnswerPrefill:
    """The coefficients of a prefill; weights_us is what a pass takes at least."""

    alpha_us: float
    beta_us: float
    gamma_us: float
    weights_us: float


@dataclass(kw_only=True)
class OpenPlanAnswer:
    """The answer where `arrivals` is given."""

    deployment: OpenPlanAnswerDeployment
    service: Service
    # Other shapes within a tenth of the best, at most 20, best first.
    alternatives: list[OpenPlanAnswerAlternativesItem]
    # Bundles that keep the limits at the rate, by rising weight, each with a lower TPOT than all lighter ones.
    pareto: list[OpenPlanAnswerParetoItem]
    # What one more of each limit brings, largest first: of bounds on times a tenth, of memory 1 GB on each
    # Attention device, on a budget the devices of one more instance.
    shadow_prices: list[OpenPlanAnswerShadowPricesItem]
    advice: OpenPlanAnswerAdvice | None = None
    # Decoding on the Attention devices without the split, at the same rate and limits; prefill stays apart.
    colocated: OpenPlanAnswerColocated | None = None
    # The coefficients of a prefill; weights_us is what a pass takes at least.
    prefill: OpenPlanAnswerPrefill | None = None
    coefficients: Coefficients | None = None
    derivation: Derivation | None = None
    warnings: list[Warning]
    provenance: Provenance


@dataclass(kw_only=True)
class ReplayTimesValues:
    """Milliseconds; null where there was none."""

    mean: float
    mean_interval: Interval
    p50: float
    p90: float
    p95: float
    p99: float


@dataclass(kw_only=True)
class ReplayPoolInstances:
    mean: float
    min: int
    max: int


@dataclass(kw_only=True)
class ReplayPool:
    # Part of the time of its instances that they worked; waiting for a sibling is idle.
    utilisation: float | None
    idle: float | None
    # The longest queue; the FFN has none.
    peak_queue: int | None = None
    instances: ReplayPoolInstances
    instance_hours: float


@dataclass(kw_only=True)
class PlanTPOT:
    mean: float
    # Over steps; with `arrivals`, over tokens.
    p99: float


@dataclass(kw_only=True)
class MeasuredLatency:
    """Samples, and what is made of them: `line` by least squares, `interpolate` the measured curve itself (means at
    each load, made non-decreasing, straight between, going on with its last slope), `max` the larger of two
    fitted lines. Samples that are errors of measuring (as `/v1/calibrate` names them) are left out, and a warning
    names each; another says where the recommendation lies outside the measured loads. With the latter two the
    closed form is that of the local line, and the recommendation comes from the curve.
    """

    samples: Samples
    fit: Literal['line', 'interpolate', 'max'] | None = None
    layers: Layers | None = None
    load: CommunicationLoad | None = None


@dataclass(kw_only=True)
class LatencyMaximum:
    """The largest of several lines, a roofline."""

    max: list[LatencyLine]
    layers: Layers | None = None
    load: CommunicationLoad | None = None


@dataclass(kw_only=True)
class StageSamples:
    samples: Samples
    layers: Layers | None = None


@dataclass(kw_only=True)
class Samples1:
    load: float
    latency_us: float
    weight: float | None = None


@dataclass(kw_only=True)
class Samples2:
    # Requests.
    batch: float
    # Tokens of each, in the mean.
    context: float
    latency_us: float
    weight: float | None = None


@dataclass(kw_only=True)
class Coefficient:
    # Sent as hardware
    value: float
    # Null from two samples.
    standard_error: float | None = None
    interval: list[float] | None = None


@dataclass(kw_only=True)
class CalibratedStageAsHardware:
    """A stage of an answer of /v1/calibrate. The coefficients, their errors and the measured range (`loads`) count;
    its other members are not read.
    """

    alpha_us: CoefficientAsHardware
    beta_us: CoefficientAsHardware
    covariance: float | None = None
    # The smallest and the largest load that was measured.
    loads: list[float] | None = None
    layers: Layers | None = None
    load: CommunicationLoad | None = None
    r_squared: NotRead | None = None
    max_relative_error: NotRead | None = None
    shape: NotRead | None = None
    lack_of_fit: NotRead | None = None
    knee: NotRead | None = None
    samples_used: NotRead | None = None
    outliers: NotRead | None = None
    robust: NotRead | None = None
    batch_dependence: NotRead | None = None
    residuals_us: NotRead | None = None
    warnings: list[Warning] | None = None
    # Attention's lines by batch size; with two or more usable ones they count in place of the line above.
    by_batch: list[BatchLineAsHardware] | None = None


@dataclass(kw_only=True)
class BatchLineAsHardware:
    """The line of the samples of one batch. Lines with a negative coefficient are passed over."""

    # Requests.
    batch: float
    alpha_us: BatchCoefficientAsHardware
    beta_us: BatchCoefficientAsHardware
    covariance: float | None = None
    samples: NotRead | None = None
    r_squared: NotRead | None = None


@dataclass(kw_only=True)
class BatchCoefficientAsHardware:
    value: float
    standard_error: float | None = None
    interval: NotRead | None = None


@dataclass(kw_only=True)
class BatchLine:
    """The line of the samples of one batch."""

    # Requests.
    batch: float
    samples: int | None = None
    alpha_us: Coefficient
    beta_us: Coefficient
    # Of the two estimates.
    covariance: float | None = None
    r_squared: float | None = None


@dataclass(kw_only=True)
class CoefficientAsHardware:
    value: float
    standard_error: float | None = None
    interval: NotRead | None = None


@dataclass(kw_only=True)
class CalibratedStageMaxRelativeError:
    """The largest residual relative to its latency, and the sample that has it."""

    value: float
    load: float
    # Of a sample given by batch and context, as is the next.
    batch: float | None = None
    context: float | None = None
    # Its number, from 0.
    sample: int


@dataclass(kw_only=True)
class CalibratedStageKnee:
    """Of a roofline: a constant part and a rising one meet at `load`."""

    load: float
    beta_us: float
    alpha_before_us: float
    alpha_after_us: float


@dataclass(kw_only=True)
class CalibratedStageOutliersItem:
    # Its number, from 0.
    sample: int
    load: float
    batch: float | None = None
    context: float | None = None
    latency_us: float
    # To the robust line.
    residual_us: float


@dataclass(kw_only=True)
class CalibratedStageRobust:
    """The line that outliers do not move, with the robust deviation of the residuals."""

    method: Literal['theil_sen']
    alpha_us: float
    beta_us: float
    residual_scale_us: float


@dataclass(kw_only=True)
class CalibratedStageBatchDependence:
    """How much of the residuals batch and context explain by themselves, and by what chance as much is seen."""

    explained: float
    probability: float


@dataclass(kw_only=True)
class CalibratedStage:
    """A calibrated stage, as it is answered."""

    alpha_us: Coefficient
    beta_us: Coefficient
    # Of the two estimates.
    covariance: float | None
    r_squared: float
    # The largest residual relative to its latency, and the sample that has it.
    max_relative_error: CalibratedStageMaxRelativeError
    shape: Literal['line', 'roofline', 'neither']
    # Probability of as much lack of fit were the line right.
    lack_of_fit: float | None = None
    # Of a roofline: a constant part and a rising one meet at `load`.
    knee: CalibratedStageKnee | None = None
    # The measured range; outside of it the line is a guess.
    loads: list[float]
    # Without outliers.
    samples_used: int
    outliers: list[CalibratedStageOutliersItem]
    # The line that outliers do not move, with the robust deviation of the residuals.
    robust: CalibratedStageRobust
    # How much of the residuals batch and context explain by themselves, and by what chance as much is seen.
    batch_dependence: CalibratedStageBatchDependence | None = None
    by_batch: list[BatchLine] | None = None
    # Of each sample; left out beyond 1,000 of them.
    residuals_us: list[float] | None = None
    # Not read where the stage is sent as hardware.
    warnings: list[Warning]


@dataclass(kw_only=True)
class Uncertainty:
    """How the errors of measured inputs carry over, by moving each by 1.96 standard errors and adding the changes in
    squares, under the barrier that the recommendation comes from. The form of the slot load's distribution and
    curves count as known.
    """

    ratio_interval: list[int]
    throughput_per_instance_interval: list[float]
    # The slot load means over which the recommendation stays the same, the deviation kept; null without an end.
    mean_context_range: list[float | None]


@dataclass(kw_only=True)
class LatencyLine:
    """Latency = alpha_us · load + beta_us."""

    # Microseconds per unit of load.
    alpha_us: float
    # Microseconds without load.
    beta_us: float


@dataclass(kw_only=True)
class StageLine:
    """Latency = alpha_us · load + beta_us."""

    # Microseconds per unit of load.
    alpha_us: float
    # Microseconds without load.
    beta_us: float
    layers: Layers | None = None


@dataclass(kw_only=True)
class CommunicationLine:
    """There and back. Absent, communication takes no time."""

    alpha_us: float
    beta_us: float
    layers: Layers | None = None
    # Whether the load is the batch of one Attention instance, B, or of all, rB.
    load: Literal['attention_batch', 'aggregate_batch'] | None = None


@dataclass(kw_only=True)
class Cost:
    """What an instance costs, in any one unit. The recommendation then maximises throughput per cost, which the
    answer gives beside throughput per instance.
    """

    attention_instance: float
    ffn_instance: float


@dataclass(kw_only=True)
class Recommendation:
    # r, Attention instances for one FFN instance.
    ratio: int
    attention_instances: int
    ffn_instances: int
    # Tokens per second, rB/((r + 1)·τ).
    throughput_per_instance: float
    # Tokens per second and unit of cost; where cost is given.
    throughput_per_cost: float | None = None
    # τ: the time of a step of one microbatch.
    cycle_us: float
    # Time per output token, m·τ over the tokens of a step.
    tpot_us: float
    idle: Idle
    bottleneck: Bottleneck
    service: Service | None = None


@dataclass(kw_only=True)
class SizeAnswerMeanField:
    """The closed form. A ratio without bound is null; cycle and throughput are then those at the largest ratio
    considered.
    """

    ratio: float | None
    # The term that is largest.
    regime: Literal['attention', 'communication', 'ffn']
    # Where the stages that grow with r reach the mean Attention time.
    ratio_attention: float | None
    # Where FFN and communication times meet.
    ratio_communication: float | None
    # Where the throughput of the FFN alone is highest per instance.
    ratio_peak: float | None
    throughput_per_instance: float
    throughput_per_cost: float | None = None
    cycle_us: float
    idle: Idle


@dataclass(kw_only=True)
class SizeAnswerWorkload:
    """The stationary load of one slot, tokens."""

    slot_load_mean: float
    slot_load_stddev: float
    slot_load_skewness: float


@dataclass(kw_only=True)
class SizeAnswerCurveItem:
    ratio: int
    # Without the wait for the slowest.
    mean_field_throughput_per_instance: float
    throughput_per_instance: float
    throughput_per_cost: float | None = None
    cycle_us: float
    tpot_us: float
    idle: Idle


@dataclass(kw_only=True)
class SizeAnswer:
    recommendation: Recommendation
    saturated: Recommendation | None = None
    # The closed form. A ratio without bound is null; cycle and throughput are then those at the largest ratio
    # considered.
    mean_field: SizeAnswerMeanField
    # The stationary load of one slot, tokens.
    workload: SizeAnswerWorkload
    coefficients: Coefficients
    memory: Memory | None = None
    speculation: ChosenSpeculation | None = None
    derivation: Derivation | None = None
    curve: list[SizeAnswerCurveItem] | None = None
    simulation: SizeSimulation | None = None
    uncertainty: Uncertainty | None = None
    # What was read from the workload with doubt, samples left out of a fit, loads outside the measured range, and
    # figures that no hardware has (a role that idles above 95 %, a token faster than kernels can be launched or
    # memory read): units are then mixed up.
    warnings: list[Warning]
    provenance: Provenance


@dataclass(kw_only=True)
class CoefficientsCommunication:
    alpha_us: float
    beta_us: float
    load: Literal['attention_batch', 'aggregate_batch']


@dataclass(kw_only=True)
class Coefficients:
    """The lines that the stages follow at the recommendation."""

    attention: LocalLine
    ffn: LocalLine
    communication: CoefficientsCommunication


@dataclass(kw_only=True)
class Derivation:
    """What each stage's time at the recommendation is made of, longest first; where hardware is named."""

    attention: LatencyTerms
    ffn: LatencyTerms
    communication: LatencyTerms


@dataclass(kw_only=True)
class LatencyTermsItem:
    term: str
    # All layers of one step.
    time_us: float
    bound: Literal['memory', 'compute', 'link', 'overhead']


@dataclass(kw_only=True)
class LocalLine:
    alpha_us: float
    beta_us: float


@dataclass(kw_only=True)
class Idle:
    """1 − mean busy time / τ for each role. For Attention the mean runs over the instances; waiting for the slowest
    counts as idle.
    """

    attention: float
    ffn: float
    communication: float


@dataclass(kw_only=True)
class Provenance:
    """Where the answer comes from, so that it can be had again."""

    service: Literal['afd-sizer']
    version: str
    # SipHash-2-4-128 with a key of zeros over the canonical text of the request: no white space, members sorted by
    # the bytes of their names, numbers in their shortest form. Requests that differ in spelling alone have the same
    # hash.
    request_hash: str
    # Of the simulation, where one was run.
    seed: int | None = None
    # What was taken for granted.
    assumptions: list[str]


@dataclass(kw_only=True)
class BatchRequest:
    # At most 1,000. Each is a SizeRequest; one that is not gets a problem as its result.
    requests: list[SizeRequest]


@dataclass(kw_only=True)
class BatchAnswer:
    results: list[Union[SizeAnswer, Problem]]


@dataclass(kw_only=True)
class ProblemErrorsItem:
    # JSON Pointer (RFC 6901) into the request; for a missing field, of the object that lacks it.
    pointer: str
    detail: str


@dataclass(kw_only=True)
class Problem:
    """RFC 9457."""

    # Always about:blank: the title is that of the status.
    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemErrorsItem] | None = None


@dataclass(kw_only=True)
class CalibrateRequest:
    attention: StageSamples | None = None
    ffn: StageSamples | None = None
    communication: StageSamples | None = None


@dataclass(kw_only=True)
class CalibrateAnswer:
    warnings: list[Warning]
    attention: CalibratedStage | None = None
    ffn: CalibratedStage | None = None
    communication: CalibratedStage | None = None
    provenance: Provenance


@dataclass(kw_only=True)
class WorkloadColumnsRequests:
    prefill: list[int]
    decode: list[int]


@dataclass(kw_only=True)
class WorkloadColumns:
    """The lengths by column."""

    requests: WorkloadColumnsRequests


@dataclass(kw_only=True)
class WorkloadParts:
    """Answers to parts of a trace, to be made one."""

    merge: list[WorkloadStatistics]


@dataclass(kw_only=True)
class CatalogueAnswerDevicesItem:
    id: str
    name: str
    hbm_capacity_gb: float
    hbm_bandwidth_gb_s: float


@dataclass(kw_only=True)
class CatalogueAnswerModelsItem:
    id: str
    name: str


@dataclass(kw_only=True)
class CatalogueAnswer:
    devices: list[CatalogueAnswerDevicesItem]
    models: list[CatalogueAnswerModelsItem]


@dataclass(kw_only=True)
class DeviceAnswer:
    id: str
    name: str
    source: str
    unverified: str | None = None
    note: str | None = None
    hbm_bandwidth_gb_s: float
    hbm_capacity_gb: float
    bf16_tflops: float
    # Dense, as all peaks are. A type without a peak runs at that of bf16.
    fp8_tflops: float | None = None
    int8_tops: float | None = None
    fp4_tflops: float | None = None
    power_w: float | None = None
    scale_up_gb_s_one_way: float | None = None
    # Devices that scale-up links join.
    scale_up_domain: int | None = None
    scale_out_gb_s_one_way: float | None = None
    # Whose kernels' efficiencies are taken.
    family: str | None = None


@dataclass(kw_only=True)
class HealthAnswer:
    status: Literal['ok']


@dataclass(kw_only=True)
class ReadinessAnswer:
    status: Literal['ready']


ServicePercentile = Literal['mean', 'p50', 'p90', 'p95', 'p99']
ServiceBound = Literal['ttft', 'tpot', 'wait', 'prefill', 'slots', 'transfer', None]
Occupancy = float
Speculation = Union[Speculation1, Speculation2]
RequestsPerInstance = int
SimulationStart = Literal['stationary', 'cold']
Seed = int
TimeoutMilliseconds = int
SimulationPoints = list[SimulationPointsItem]
Interval = Union[list[float], None]
WorkloadMetrics = Union[WorkloadMetrics1, WorkloadMetrics2, QueryAnswer, QueryAnswerPair]
Workload = Union[WorkloadLengths, WorkloadRequests, WorkloadSlotLoad, WorkloadStatistics, WorkloadMetrics, MetricsStatistics]
Scrape = Union[str, QueryAnswer, QueryAnswerPair]
QuerySample = list[float | str]
Bounds = Union[list[float], None]
BlockSums = list[str]
LengthDistribution = Union[FixedLength, GeometricLength, UniformLength, LognormalLength, EmpiricalLength]
Hardware = Union[HardwareCoefficients, HardwareNames]
ModelConfiguration = dict[str, Any]
Model = Union[str, ModelConfiguration]
ElementFormat = Union[Literal['fp32', 'bf16', 'fp16', 'fp8', 'int8', 'nvfp4', 'mxfp4', 'fp4', 'int4'], float]
Device = Union[str, Device2]
Devices = Union[Device, list[Device]]
Degrees = Union[int, list[int]]
Routing = Literal['least_loaded', 'round_robin', 'random']
AnyPlanAnswer = Union[PlanAnswer, OpenPlanAnswer, Export]
ConnectorSettings = dict[str, Any]
KubernetesObject = dict[str, Any]
PlanLimit = Literal['kv_memory', 'tpot', 'batch_size', 'max_ratio', 'devices', 'attention_devices', 'ffn_devices']
Bottleneck = Literal['attention', 'ffn', 'communication', 'round_trip']
SplitVerdict = Literal['disaggregate', 'do_not_disaggregate', 'tie', 'colocated_infeasible']
PlanToReplay = dict[str, Any]
ReplayDeployment = Union[ReplayBundles, PlanToReplay]
ReplayPolicy = Union[ReplayStatic, ReplaySchedule, ReplayTarget, ReplayAdvice, ReplayOracle]
ReplayScalingLimits = list[ReplayScalingLimitsItem]
ReplaySeries = list[ReplaySeriesItem]
ReplayTimes = Union[ReplayTimesValues, None]
Layers = int
StageLatency = Union[StageLine, MeasuredLatency, LatencyMaximum, CalibratedStageAsHardware]
CommunicationLatency = Union[CommunicationLine, MeasuredLatency, LatencyMaximum, CalibratedStageAsHardware]
CommunicationLoad = Literal['attention_batch', 'aggregate_batch']
Samples = list[Union[Samples1, Samples2]]
NotRead = Any
LatencyTerms = list[LatencyTermsItem]
SentProvenance = dict[str, Any]
WorkloadRow = dict[str, Any]
WorkloadRequest = Union[list[WorkloadRow], WorkloadColumns, WorkloadParts, WorkloadMetrics]
WorkloadAnswer = Union[WorkloadStatistics, MetricsStatistics]
