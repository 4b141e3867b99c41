// The Replay tab: arrivals through a fleet, for policies side by side.
import { byId, fillTable, fillWarnings } from './dom.js';
import { initialValues } from './fields.js';
import { digits, duration, percent, short, whole } from './numbers.js';
import { plot, plotLink } from './plot.js';
import { upTo } from './scales.js';
import { bestPolicy, policyName, policySentence, replaySentence } from './words.js';

const timeLink = plotLink();
const STYLES = ['attention', 'ffn', 'communication', 'simulated'];

export function replayHead(result) {
  const first = bestPolicy(result.policies);
  const all = result.policies.map((one) => ({ kind: one.goodput.fraction === null || one.goodput.fraction >= 0.99 ? 'good' : one.goodput.fraction >= 0.9 ? 'warn' : 'bad', text: policySentence(one) }));
  return {
    big: first.goodput.fraction === null ? whole(first.completed) : percent(first.goodput.fraction), unit: first.goodput.fraction === null ? 'requests served' : `of requests keep every limit (${policyName(first.name)})`,
    sentence: replaySentence(result.policies), verdicts: all,
  };
}

const TIMES = [
  ['replay-arrivals', 'Arrivals', 'requests a second', digits, (point, width) => point.arrivals / width],
  ['replay-waiting', 'Waiting', 'requests that wait', short, (point) => (point.waiting ?? 0) + (point.waiting_for_prefill ?? 0)],
  ['replay-instances', 'Instances', 'instances of all pools', digits, (point) => point.instances],
  ['replay-ttft', 'First token', 'first token, 90 %', duration, (point) => point.ttft_p90_ms],
  ['replay-tpot', 'Time per token', 'time per token, 99 %', duration, (point) => point.tpot_p99_ms],
];

function drawTimes(request, result) {
  const limits = { 'replay-ttft': request.limits?.ttft_ms, 'replay-tpot': request.limits?.tpot_ms };
  for (const [id, title, unit, format, value] of TIMES) {
    const series = result.policies.map((one, index) => {
      const width = one.series.length > 1 ? one.series[1].t_s - one.series[0].t_s : 1;
      return { name: policyName(one.name), style: STYLES[index % STYLES.length], stepped: id === 'replay-instances', points: one.series.map((point) => ({ x: point.t_s, y: value(point, width) ?? NaN })) };
    }).slice(0, id === 'replay-arrivals' ? 1 : undefined).map((one) => (id === 'replay-arrivals' ? { ...one, name: 'all policies see the same', style: 'quiet', points: one.points.at(-1)?.y === 0 ? one.points.slice(0, -1) : one.points } : one));
    const values = series.flatMap((one) => one.points.map((point) => point.y)).filter(Number.isFinite);
    byId(`${id}-part`).hidden = !values.length;
    if (!values.length) continue;
    const limit = limits[id];
    plot(byId(id), {
      title: `${title} over time`, description: '', series,
      xAxis: { low: 0, high: Math.max(...series.flatMap((one) => one.points.map((point) => point.x)), 1e-9), title: 'seconds', format: short, say: (seconds) => `${digits(seconds)} s` },
      yAxis: { low: 0, high: upTo([...values, limit && limit < 3 * Math.max(...values) ? limit : 0]), title: unit, format },
      horizontal: limit ? [{ at: limit, style: 'limit', name: `limit ${duration(limit)}` }] : [],
    }, timeLink);
  }
}

/** Everything below the head. */
export function showReplay(request, result) {
  fillWarnings(byId('warnings'), result.warnings);
  const rows = [
    ['Keep every limit', (one) => percent(one.goodput.fraction)],
    ['Served', (one) => whole(one.completed)],
    ['Left or turned away', (one) => whole((one.abandoned ?? 0) + (one.rejected ?? 0))],
    ['First token, 90 %', (one) => duration(one.ttft_ms?.p90)],
    ['Time per token, 99 %', (one) => duration(one.tpot_ms?.p99)],
    ['Wait for a slot, 99 %', (one) => duration(one.wait_ms?.p99)],
    ['Attention instances, mean', (one) => digits(one.pools.attention.instances.mean)],
    ['Device-hours', (one) => digits(one.device_hours)],
    ...(result.policies.some((one) => one.cost !== null && one.cost !== undefined) ? [['Cost', (one) => digits(one.cost)]] : []),
    ['Changes of size', (one) => digits(one.scaling.events)],
  ];
  fillTable(byId('replay-table'), ['policy', ...result.policies.map((one) => policyName(one.name))], rows.map(([title, cell]) => [title, ...result.policies.map(cell)]));
  drawTimes(request, result);
}

/** The values of this tab for a plan's fleet, at the plan's arrivals. */
export function replayValues(plan, values) {
  const { deployment: fleet } = plan;
  const rate = Number(values.rate);
  const own = values.target === 'arrivals' ? { source: 'constant', replay_rate: values.rate, replay_burst: values.dispersion,
    replay_length: String(Math.max(1, Math.min(600, Math.floor(40000 / rate)))) } : {};
  return {
    ...values, ...own, bundles: String(fleet.bundles), per_bundle: String(fleet.bundle?.attention_instances ?? fleet.attention_instances / fleet.bundles), replay_batch: String(fleet.batch_size),
    replay_micro: fleet.microbatches ? String(fleet.microbatches) : '', ...(fleet.prefill_instances ? { replay_prefill: String(fleet.prefill_instances) } : {}),
  };
}

/** What tells whether someone has put in a deployment or arrivals. */
const putIn = (values) => ['source', 'bundles', 'per_bundle', 'replay_batch', 'replay_micro'].map((name) => values[name]).join();
let lastOpened = putIn(initialValues());

/** The values of who opens this tab: the plan's fleet, unless something else was put in. */
export function openedValues(plan, values) {
  if (putIn(values) !== lastOpened) return values;
  const opened = replayValues(plan, values);
  lastOpened = putIn(opened);
  return opened;
}
