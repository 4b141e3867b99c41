// The Size tab: one bundle.
import { NEAR, choose, nearBest, paceOf, pointAt } from './answers.js';
import { byId, fillFigures, fillTable, fillWarnings } from './dom.js';
import { isExampleHardware } from './fields.js';
import { digits, duration, percent, short, whole } from './numbers.js';
import { drawBars, plot, plotLink } from './plot.js';
import { tpotLimit } from './requests.js';
import { upTo } from './scales.js';
import { PACE, compareSentence, limitSentence, memorySentence, nowSentence, role, simulationSentence, sizeSentence, uncertaintySentence } from './words.js';

const link = plotLink();

/** What the answer comes to under the state's limit: {limit, free, chosen, least, band}. */
export function readSize(state, result) {
  const view = choose(result, tpotLimit(state.values));
  return view.chosen ? { ...view, band: nearBest(result.curve, view.chosen, view.limit) } : view;
}

/** The big figure, the sentence, and the verdicts. `a` is the answer of the scenario that is compared with, read. */
export function sizeHead(state, request, result, view, a) {
  if (!view.chosen) return { big: '–', sentence: '', verdicts: [limitSentence(view), memorySentence(result.memory, isExampleHardware(state.values))] };
  const { chosen, free } = view;
  const now = state.now === null ? null : pointAt(result.curve, state.now);
  const verdicts = [limitSentence(view), memorySentence(result.memory, isExampleHardware(state.values))];
  if (now) verdicts.push({ kind: now.ratio === chosen.ratio ? 'good' : 'warn', text: nowSentence(now, chosen) });
  if (a?.chosen) verdicts.push({ kind: 'open', text: compareSentence(a.chosen, chosen) });
  verdicts.push({ kind: 'open', text: PACE[paceOf(view)] ?? '' });
  if (free === chosen && request.max_ratio === free.ratio) verdicts.push({ kind: 'warn', text: 'The largest ratio to try binds: a larger one may be better.' });
  if (result.uncertainty) verdicts.push({ kind: 'open', text: uncertaintySentence(result.uncertainty) });
  return { big: `${chosen.ratio} : 1`, sentence: sizeSentence(chosen.ratio, chosen.throughput_per_instance, view.band, NEAR), verdicts };
}

/** What the wait for the slowest instance costs at a ratio. */
function lost(curve, chosen) {
  const point = pointAt(curve, chosen.ratio);
  return percent(Math.max(0, 1 - point.throughput_per_instance / point.mean_field_throughput_per_instance));
}

function figures(request, result, { chosen }) {
  const steps = request.microbatches > 1;
  const { workload, mean_field: closed } = result;
  fillFigures(byId('size-figures'), [
    ['Tokens a second, each instance', whole(chosen.throughput_per_instance), chosen.throughput_per_instance, 'throughput'],
    ['Tokens a second, whole bundle', whole(chosen.throughput_per_instance * (chosen.ratio + 1)), chosen.throughput_per_instance * (chosen.ratio + 1)],
    ['Time per token', duration(chosen.tpot_us / 1000), chosen.tpot_us, 'tpot'],
    steps ? ['Step of a microbatch', duration(chosen.cycle_us / 1000), chosen.cycle_us, 'step'] : null,
    ['Lost to the slowest', lost(result.curve, chosen), null],
    ['Tokens in a slot', `${digits(workload.slot_load_mean)} ± ${digits(workload.slot_load_stddev)}`, workload.slot_load_mean, 'context'],
    ['Without the wait', closed.ratio === null ? 'no bound' : `${digits(closed.ratio)} : 1`, closed.ratio, 'closed'],
  ]);
}

function drawPlots(state, result, view, extra) {
  const { curve } = result;
  const { chosen, limit, band } = view;
  const high = Math.max(2, curve.at(-1).ratio, ...(extra.simulated ?? []).map((point) => point.ratio));
  const xAxis = { low: 1, high, whole: true, title: 'Attention instances for each FFN instance', format: (value) => String(value), say: (value) => `${value} : 1` };
  const vertical = [
    { at: chosen.ratio, style: 'best', name: `best ${chosen.ratio}` },
    ...(state.now !== null ? [{ at: state.now, style: 'now', name: `runs now ${state.now}` }] : []),
  ];
  const bands = band.low === band.high ? [] : [{ from: band.low, to: band.high }];
  const line = (name, style, from, value, more = {}) => ({ name, style, points: from.map((point) => ({ x: point.ratio, y: value(point) })), ...more });
  const a = extra.a?.curve;
  const both = (name, style, value) => [
    line(a ? `B: ${name}` : name, style, curve, value), ...(a ? [line(`A: ${name}`, 'other', a, value, { dashed: true })] : []),
  ];
  const throughput = [...both('with the wait for the slowest', 'attention', (point) => point.throughput_per_instance)];
  if (!a) throughput.push(line('closed form, without it', 'quiet', curve, (point) => point.mean_field_throughput_per_instance, { dashed: true }));
  if (extra.simulated?.length) {
    throughput.push({ name: 'simulated', style: 'simulated', dots: true, points: extra.simulated.map((point) => ({
      x: point.ratio, y: point.throughput_per_instance, low: point.throughput_interval?.[0], high: point.throughput_interval?.[1] })) });
  }
  const errors = result.uncertainty?.throughput_per_instance_interval;
  if (errors && chosen === view.free) {
    throughput.push({ name: 'by the errors of what was measured', style: 'other', dots: true, points: [{ x: chosen.ratio, y: chosen.throughput_per_instance, low: errors[0], high: errors[1] }] });
  }
  const common = { xAxis, vertical, bands, pick: extra.pick, plain: true };
  const values = throughput.flatMap((one) => one.points.map((point) => point.high ?? point.y));
  plot(byId('throughput-plot'), {
    ...common, series: throughput, title: 'Tokens a second from each instance against the ratio',
    description: `Best at ${chosen.ratio} with ${whole(chosen.throughput_per_instance)}.`,
    yAxis: { low: 0, high: upTo(values), title: 'tokens a second, each instance', format: short },
  }, link);
  const times = both('time per token', 'ffn', (point) => point.tpot_us / 1000);
  plot(byId('tpot-plot'), {
    ...common, series: times, title: 'Time per token against the ratio', description: `At ${chosen.ratio}: ${duration(chosen.tpot_us / 1000)}.`,
    horizontal: limit === null ? [] : [{ at: limit, style: 'limit', name: `limit ${duration(limit)}` }],
    yAxis: { low: 0, high: upTo([...times.flatMap((one) => one.points.map((point) => point.y)), limit ?? 0]), title: 'time per token', format: duration },
  }, link);
  plot(byId('idle-plot'), {
    ...common, title: 'Idle share of each role against the ratio', description: `At ${chosen.ratio}: Attention ${percent(chosen.idle.attention)}, FFN ${percent(chosen.idle.ffn)}.`,
    series: ['attention', 'ffn', 'communication'].map((name) => line(role(name), name, curve, (point) => point.idle[name])),
    yAxis: { low: 0, high: 1, title: 'idle share of the time', format: (value) => percent(value, 0) },
  }, link);
}

function table(result, chosen, simulated) {
  const points = new Map((simulated ?? []).map((point) => [point.ratio, point]));
  fillTable(byId('size-table'),
    ['ratio', 'tokens/s, each', 'closed form', 'simulated (95 %)', 'time per token', 'Attention idle', 'FFN idle', 'link idle'],
    result.curve.map((point) => {
      const interval = points.get(point.ratio)?.throughput_interval;
      return [point.ratio, whole(point.throughput_per_instance), whole(point.mean_field_throughput_per_instance),
        interval ? `${short(interval[0])} to ${short(interval[1])}` : points.has(point.ratio) ? short(points.get(point.ratio).throughput_per_instance) : '',
        duration(point.tpot_us / 1000), percent(point.idle.attention), percent(point.idle.ffn), percent(point.idle.communication)];
    }), (index) => result.curve[index].ratio === chosen.ratio);
}

/** Everything below the head. `extra` = {simulated, a: {curve}, pick}. */
export function showSize(state, request, result, view, extra) {
  byId('size-answered').hidden = !view.chosen;
  fillWarnings(byId('warnings'), result.warnings);
  if (!view.chosen) return;
  figures(request, result, view);
  const { idle } = view.chosen;
  drawBars(byId('busy'), ['attention', 'ffn', 'communication'].map((name) => [role(name), name, 1 - idle[name]]), percent);
  drawPlots(state, result, view, extra);
  table(result, view.chosen, extra.simulated);
  byId('simulation-note').textContent = extra.simulated?.length ? simulationSentence(extra.simulated, extra.simulatedBest, view.chosen.ratio) : extra.note ?? '';
}
