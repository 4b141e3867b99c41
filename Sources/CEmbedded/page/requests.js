// The requests made of the state. Pure.
import { given, number, numbers } from './numbers.js';

function length(values, side) {
  const get = (part) => number(values[`${side}_${part}`]);
  const distribution = values[side];
  switch (distribution) {
    case 'fixed': return { distribution, value: get('value') };
    case 'geometric': return { distribution, mean: get('mean') };
    case 'uniform': return { distribution, min: get('min'), max: get('max') };
    default: return { distribution, mean: get('mean'), stddev: get('stddev') };
  }
}

/** The members of `all` that stand in their fields. */
function whereGiven(values, all) {
  return Object.fromEntries(Object.entries(all).filter(([, name]) => given(values[name])).map(([member, name]) => [member, number(values[name])]));
}

const orNothing = (object) => (Object.keys(object).length ? object : undefined);

/** Leaves out members that are undefined. */
function clean(object) { return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)); }

/** Null while a trace is wanted and there is none. */
export function workload(state) {
  const { values, held } = state;
  switch (values.workload) {
    case 'slot_load': return { slot_load: { mean: number(values.slot_mean), stddev: number(values.slot_stddev), skewness: number(values.slot_skewness) } };
    case 'trace': return held.statistics?.value ?? null;
    default: return { prefill: length(values, 'prefill'), decode: length(values, 'decode') };
  }
}

/** Null while measurements or a config.json are wanted and there are none. `read` reads parallel degrees: a plan chooses among several. */
export function hardware(state, read = number) {
  const { values, held } = state;
  switch (values.hardware) {
    case 'names': {
      const model = values.model === '' ? held.config?.value : values.model;
      return model ? {
        model,
        attention: { device: values.attention_device, data_parallel: read(values.data_parallel), tensor_parallel: read(values.tensor_parallel) },
        ffn: { device: values.ffn_device, expert_parallel: read(values.expert_parallel) },
        communication: { link: values.link },
      } : null;
    }
    case 'measured': {
      if (!held.calibration) return null;
      const { attention, ffn, communication } = held.calibration.value;
      return clean({ attention, ffn, communication });
    }
    default: {
      const line = (stage) => ({ alpha_us: number(values[`${stage}_alpha`]), beta_us: number(values[`${stage}_beta`]) });
      return { attention: line('attention'), ffn: line('ffn'), communication: { ...line('communication'), load: values.communication_load } };
    }
  }
}

/** What is missing before anything can be asked; null where nothing is. */
export function missing(state) {
  if (!workload(state)) return 'Drop a trace on the page, or choose one in the Data tab.';
  const found = hardware(state);
  if (!found) return state.values.hardware === 'names' ? 'Drop a model’s config.json on the page.' : 'Paste measurements in the Data tab.';
  if (state.values.hardware === 'measured' && !(found.attention && found.ffn)) return 'Both Attention and FFN must be measured: add what is missing in the Data tab.';
  return null;
}

/** POST /v1/size. */
export function sizeRequest(state) {
  return clean({
    workload: workload(state), hardware: hardware(state), batch_size: number(state.values.batch_size),
    ...whereGiven(state.values, { microbatches: 'microbatches', max_ratio: 'max_ratio' }),
  });
}

/** The limit on the mean time per token in a sizing, ms; null where there is none, or none that is a number. */
export function tpotLimit(values) {
  const limit = number(values.tpot_limit);
  return typeof limit === 'number' && limit > 0 ? limit : null;
}

/** POST /v1/simulate over some ratios around the recommended one. */
export function simulateRequest(request, recommended, largest) {
  const ratios = new Set();
  for (const factor of [0.2, 0.4, 0.6, 0.8, 0.9, 1, 1.15, 1.35, 1.7, 2]) {
    ratios.add(Math.min(largest, Math.max(1, Math.round(recommended * factor))));
  }
  const { workload, hardware, batch_size, microbatches } = request;
  return clean({ workload, hardware, batch_size, microbatches, ratios: [...ratios].sort((a, b) => a - b), requests_per_instance: 4000, seed: 1 });
}

function hasPool(values) { return values.pool !== 'none'; }

/** The members of a request that describe prefill and its link. */
export function prefill(state) {
  const { values } = state;
  if (!hasPool(values)) return {};
  const cached = given(values.cached) && number(values.cached) !== 0 ? (typeof number(values.cached) === 'number' ? number(values.cached) / 100 : values.cached) : undefined;
  const instance = values.pool === 'device' ? { device: values.prefill_device, tensor_parallel: number(values.prefill_tp) }
    : { alpha_us: number(values.prefill_alpha), beta_us: number(values.prefill_beta), gamma_us: number(values.prefill_gamma) };
  const transfer = given(values.bandwidth) ? {
    bandwidth_gb_s: number(values.bandwidth), ...(values.hardware === 'names' ? { overlap: 'layerwise' } : { kv_bytes_per_token: number(values.kv_bytes) }),
  } : undefined;
  return clean({ prefill: clean({ ...instance, cached_fraction: cached }), transfer });
}

/** Limits of a plan or a replay: with arrivals any percentile, else the mean or p99 of the time per token. */
export function limits(values, open = true) {
  const found = whereGiven(values, open ? { tpot_ms: 'plan_tpot', wait_ms: 'wait_limit', ...(hasPool(values) ? { ttft_ms: 'ttft_limit' } : {}) } : { tpot_ms: 'plan_tpot' });
  if ('tpot_ms' in found) found.tpot_percentile = open || values.tpot_percentile === 'mean' ? values.tpot_percentile : 'p99';
  if ('ttft_ms' in found) found.ttft_percentile = values.ttft_percentile;
  return orNothing(found);
}

/** How many requests a replay is about, to tell a quick one from a long one. */
export function replaySize(state) {
  const { values, held } = state;
  const length = Number(values.replay_length);
  if (values.source === 'file') return held.rows?.value.arrival_s.length ?? 0;
  return length * (values.source === 'swing' ? (Number(values.swing_low) + Number(values.swing_high)) / 2 : Number(values.replay_rate));
}

/** POST /v1/replay; the rows of a trace stand in `held.rows`. */
export function replayRequest(state) {
  const { values, held } = state;
  const burst = number(values.replay_burst);
  const every = number(values.every);
  const process = values.source === 'swing'
    ? { process: 'sinusoid', min_requests_per_second: number(values.swing_low), max_requests_per_second: number(values.swing_high), period_s: number(values.swing_period), duration_s: number(values.replay_length) }
    : { process: burst === 1 ? 'poisson' : 'gamma', requests_per_second: number(values.replay_rate), ...(burst === 1 ? {} : { cv: typeof burst === 'number' ? +Math.sqrt(burst).toPrecision(6) : burst }), duration_s: number(values.replay_length) };
  const own = values.source === 'file' ? { trace: held.rows?.value, ...(number(values.speed) === 1 ? {} : { speed: number(values.speed) }) }
    : { arrivals: process, workload: workload(state), replications: 1 };
  const target = number(values.target_slots);
  const policies = [
    values.policy_static === '1' ? { policy: 'static' } : null,
    values.policy_target === '1' ? { policy: 'target', metric: 'slots', target: typeof target === 'number' ? target / 100 : target, period_s: every, stabilisation_s: typeof every === 'number' ? Math.min(3600, 3 * every) : 300 } : null,
    values.policy_advice === '1' ? { policy: 'advice', every_s: every, window_s: typeof every === 'number' ? 3 * every : 300 } : null,
  ].filter(Boolean);
  return clean({
    hardware: hardware(state),
    deployment: clean({
      bundles: number(values.bundles), bundle: { attention_instances: number(values.per_bundle), ffn_instances: 1 }, batch_size: number(values.replay_batch),
      ...whereGiven(values, { microbatches: 'replay_micro' }), ...(hasPool(values) ? { prefill_instances: number(values.replay_prefill) } : {}),
    }),
    ...prefill(state), ...own, limits: limits(values), policies: policies.length ? policies : undefined, start_delay_s: number(values.start_delay),
    prices: orNothing(whereGiven(values, { attention_instance: 'price_attention', ffn_instance: 'price_ffn', ...(hasPool(values) ? { prefill_instance: 'price_prefill' } : {}) })),
    seed: 1,
  });
}

/** POST /v1/plan. */
export function planRequest(state) {
  const { values } = state;
  const open = values.target === 'arrivals';
  const percentOf = (name) => { const value = number(values[name]); return typeof value === 'number' ? value / 100 : value; };
  const prices = orNothing(whereGiven(values, {
    attention_instance: 'price_attention', ffn_instance: 'price_ffn', ...(hasPool(values) && open ? { prefill_instance: 'price_prefill' } : {}),
  }));
  const current = whereGiven(values, { attention_instances: 'now_attention', ffn_instances: 'now_ffn', ...(hasPool(values) && open ? { prefill_instances: 'now_prefill' } : {}) });
  return clean({
    workload: workload(state), hardware: hardware(state, numbers),
    ...whereGiven(values, { batch_size: 'plan_batch', microbatches: 'plan_microbatches', max_ratio: 'plan_ratio' }),
    arrivals: open ? { requests_per_second: number(values.rate), dispersion: number(values.dispersion) } : undefined,
    demand: values.target === 'demand' ? { requests_per_second: number(values.rate), headroom: percentOf('headroom'), spare_instances: number(values.spare) } : undefined,
    devices: values.target === 'devices'
      ? (given(values.devices_attention) || given(values.devices_ffn) ? whereGiven(values, { attention: 'devices_attention', ffn: 'devices_ffn' }) : { total: number(values.devices_total) })
      : undefined,
    limits: limits(values, open), objective: values.objective === 'auto' ? undefined : values.objective, prices,
    current: orNothing(current), ...(open ? prefill(state) : {}),
  });
}
