// The Plan tab: a fleet.
import { fleetRatio } from './answers.js';
import { byId, element, fillFigures, fillTable, fillWarnings } from './dom.js';
import { isExampleHardware } from './fields.js';
import { digits, duration, percent, short, whole } from './numbers.js';
import { drawBars, plot } from './plot.js';
import { upTo } from './scales.js';
import { UNTRUSTED, adviceSentence, bindsSentence, colocationSentence, memorySentence, onceMore, planSentence, role } from './words.js';

/** Which limits hold: [{name, asked, got}] of what was asked for. */
function limitVerdicts(request, service) {
  const names = { tpot: 'Time per token', ttft: 'First token', wait: 'Wait for a slot' };
  const words = { mean: 'in the mean', p50: 'for half of them', p90: 'for 90 %', p95: 'for 95 %', p99: 'for 99 %' };
  return Object.entries(names).filter(([name]) => request.limits?.[`${name}_ms`] !== undefined && service?.[`${name}_ms`]).map(([name, title]) => {
    const percentile = request.limits[`${name}_percentile`] ?? (name === 'ttft' ? 'p90' : 'p99');
    const asked = request.limits[`${name}_ms`];
    const got = service[`${name}_ms`][percentile];
    return { kind: got <= asked ? 'good' : 'bad', text: `${title}: ${duration(got)} ${words[percentile]}, ${duration(asked)} allowed.` };
  });
}

export function planHead(state, request, plan) {
  const { deployment: fleet, service } = plan;
  return {
    big: fleetRatio(fleet), unit: fleet.prefill_instances ? 'prefill : Attention : FFN instances' : 'Attention : FFN instances',
    sentence: planSentence(plan),
    verdicts: [
      colocationSentence(plan.colocated), adviceSentence(plan.advice), ...limitVerdicts(request, service),
      memorySentence(fleet.memory, isExampleHardware(state.values)), { kind: 'open', text: bindsSentence(fleet.binding) },
      service && !service.trustworthy ? { kind: 'warn', text: UNTRUSTED } : null,
    ],
  };
}

function times(request, service) {
  byId('plan-times-part').hidden = !service;
  if (!service) return;
  const rows = [['First token', 'ttft'], ['Time per token', 'tpot'], ['Wait for a slot', 'wait'], ['Whole request', 'end_to_end']]
    .filter(([, name]) => service[`${name}_ms`]);
  fillTable(byId('plan-times'), ['time', 'mean', 'median', '90 %', '95 %', '99 %', 'allowed'], rows.map(([title, name]) => [
    title, ...['mean', 'p50', 'p90', 'p95', 'p99'].map((part) => duration(service[`${name}_ms`][part])),
    request.limits?.[`${name}_ms`] === undefined ? '' : `${duration(request.limits[`${name}_ms`])} (${request.limits[`${name}_percentile`] ?? 'p99'})`,
  ]));
}

function busy({ idle }, service) {
  const shares = service?.utilisation ?? { attention: 1 - idle.attention, ffn: 1 - idle.ffn, communication: 1 - idle.communication };
  const names = { prefill: 'Prefill', transfer: 'Transfer', slots: 'Slots full' };
  drawBars(byId('plan-busy'), ['prefill', 'transfer', 'slots', 'attention', 'ffn', 'communication'].filter((name) => shares[name] !== undefined)
    .map((name) => [names[name] ?? role(name), names[name] ? 'quiet' : name, shares[name]]), percent);
}

/** What a fleet is weighed in. */
function weight(request) {
  const named = { instances: 'instances', devices: 'devices', energy: 'power, W' };
  return named[request.objective] ?? (request.prices ? 'price an hour' : 'instances');
}

function pareto(request, plan) {
  const { deployment: fleet, service } = plan;
  const chosen = (point) => point.ratio === fleet.ratio && point.batch_size === fleet.batch_size && (!service || point.bundles === fleet.bundles);
  const points = plan.pareto.map((point) => ({
    x: point.tpot_ms.mean, y: service ? point.weight : point.throughput_per_instance, large: chosen(point),
    name: service ? `${point.attention_instances} : ${point.ffn_instances} in ${point.bundles} bundles` : `${point.ratio} : 1, ${point.batch_size} requests per instance`,
  })).sort((one, other) => one.x - other.x);
  byId('plan-pareto-part').hidden = points.length < 2;
  if (points.length < 2) return;
  const xs = points.map((point) => point.x);
  const style = service ? { dots: true } : {};
  plot(byId('pareto-plot'), {
    title: service ? 'Size of the fleet against the time per token' : 'Tokens a second and instance against the time per token',
    description: `${points.length} choices, none of which is better in both.`,
    xAxis: { low: Math.min(...xs) * 0.9, high: Math.max(...xs) * 1.1, kind: 'log', title: 'time per token, mean', format: duration },
    yAxis: { low: 0, high: upTo(points.map((point) => point.y)), title: service ? weight(request) : 'tokens a second, each instance', format: short },
    series: [{ name: service ? 'fleets that keep the limits' : 'the best ratio of each batch', style: 'attention', points, ...style }],
    vertical: fleet.tpot_ms ? [{ at: fleet.tpot_ms.mean, style: 'best', name: 'the plan' }] : [],
  });
}

/** Everything below the head. */
export function showPlan(request, plan) {
  const { deployment: fleet, service } = plan;
  fillWarnings(byId('warnings'), plan.warnings);
  const bundle = fleet.bundle ?? {};
  fillFigures(byId('plan-figures'), [
    ['Bundles', `${fleet.bundles} of ${bundle.attention_instances ?? fleet.ratio} : ${bundle.ffn_instances ?? 1}`, fleet.bundles, 'ratio'],
    fleet.devices ?? fleet.attention_devices ? ['Devices', whole(fleet.devices ?? fleet.attention_devices + fleet.ffn_devices), fleet.devices ?? fleet.attention_devices + fleet.ffn_devices] : null,
    ['Requests per instance', `${whole(fleet.batch_size)}${fleet.microbatches > 1 ? ` × ${fleet.microbatches} microbatches` : ''}`, fleet.batch_size, 'batch'],
    ['Tokens a second', whole(fleet.throughput), fleet.throughput],
    ['Time per token, mean', duration(fleet.tpot_ms.mean), fleet.tpot_ms.mean, 'tpot'],
    service ? ['Largest rate within the limits', `${digits(service.largest_arrival_rate, 4)} a second`, service.largest_arrival_rate] : ['Used of it', percent(fleet.utilisation, 0), fleet.utilisation],
    fleet.cost_per_hour !== undefined ? ['Price an hour', digits(fleet.cost_per_hour, 4), fleet.cost_per_hour] : null,
    fleet.cost_per_million_tokens !== undefined ? ['Price of a million tokens', digits(fleet.cost_per_million_tokens, 4), fleet.cost_per_million_tokens] : null,
    fleet.energy_per_token_j !== undefined ? ['Energy of a token', `${digits(fleet.energy_per_token_j)} J`, fleet.energy_per_token_j] : null,
  ]);
  times(request, service);
  busy(fleet, service);
  pareto(request, plan);
  byId('plan-more-part').hidden = !plan.shadow_prices.length;
  byId('plan-more').replaceChildren(...plan.shadow_prices.map((price) => element('li', {}, onceMore(price))));
  byId('plan-alternatives-part').hidden = !plan.alternatives.length;
  fillTable(byId('plan-alternatives'), ['Attention : FFN', 'bundles', 'requests per instance', service ? 'bears, a second' : 'tokens/s, each', 'worse by'],
    plan.alternatives.map((other) => [
      service ? `${other.attention_instances} : ${other.ffn_instances}` : `${digits(other.ratio)} : 1`, other.bundles ?? '–', other.batch_size ?? '–',
      service ? digits(other.largest_arrival_rate, 4) : short(other.throughput_per_instance ?? 0), percent(other.regret)]));
}

/** The values of the Size tab for one bundle of a plan. */
export function bundleValues(plan, values) {
  const { deployment: fleet } = plan;
  return { ...values, batch_size: String(fleet.batch_size), microbatches: fleet.microbatches ? String(fleet.microbatches) : '', tpot_limit: values.plan_tpot };
}
