// Every sentence of the page, each explanation and each error in plain words: one place, tested by table. Pure.
import { count, digits, duration, gigabytes, percent, short, spoken, whole } from './numbers.js';

/** Explanations that open on a tap; the only place for Greek. */
export const TERMS = {
  batch: ['Requests per instance', 'How many requests one Attention instance decodes at once, for each microbatch. B in the paper.'],
  coefficients: ['Latency lines', 'How long a step takes on one instance: a base time, and a time for each unit of its load. β and α in the paper. Attention’s load is the tokens in its caches; the FFN’s and the link’s are requests.'],
  context: ['Tokens in a slot', 'How many tokens the cache of a running request holds, over all steps: prompt and what was generated so far. θ is the mean, ν the standard deviation in the paper.'],
  closed: ['Without the wait', 'The paper’s closed form, r*: as if all Attention instances took the same time. The page’s answer allows for the wait for the slowest.'],
  decode: ['Output length', 'Tokens that a request generates. “Geometric”: each token may be the last, with the same chance.'],
  dispersion: ['Burstiness', 'How unevenly requests arrive: 1 is pure chance (Poisson), 2 to 5 are usual in traces. It is the variance of the number of arrivals in a window over its mean.'],
  headroom: ['Reserve', 'How much more than the demand the fleet shall bear.'],
  microbatches: ['Microbatches', 'Into how many parts an instance’s requests are split, so that one part computes while another is on its way. Left empty, transfer and FFN hide perfectly behind Attention.'],
  parallel: ['Parallel degrees', 'How many devices make an instance. In a plan several may be given, as 8, 16: the best is chosen.'],
  prefill: ['Prompt length', 'Tokens that are in a request’s cache when its decoding starts.'],
  prefill_pool: ['Prefill instances', 'Instances of their own that compute prompts, before the caches go to the Attention instances. P in P : A : F.'],
  ratio: ['Ratio', 'Attention instances for each FFN instance, r in the paper. A bundle is one FFN instance with its Attention instances.'],
  step: ['Step', 'The time in which one microbatch passes all stages: τ in the paper. A token takes as many steps as there are microbatches.'],
  throughput: ['Tokens a second', 'Of a bundle, over all its instances: Attention and FFN count alike.'],
  tpot: ['Time per token', 'How long a request waits for each next token: TPOT, time per output token.'],
  ttft: ['First token', 'From the request’s arrival to its first token: TTFT.'],
  wait: ['Wait for a slot', 'From the arrival at the Attention instances to the first step that the request takes part in.'],
};

/** Which stage sets the pace. */
export const PACE = {
  attention: 'Attention sets the pace: the FFN waits for the slowest Attention instance.',
  ffn: 'The FFN sets the pace: Attention instances wait for it.',
  communication: 'The link sets the pace: both sides wait for it.',
  round_trip: 'The way of a microbatch through all stages sets the pace: more microbatches would hide it.',
  limit: 'The limit on the time per token sets the ratio.',
};

/** What stands against a larger rate, or binds a plan. */
export const BINDS = {
  ttft: 'the limit on the first token', tpot: 'the limit on the time per token', wait: 'the wait for a slot', prefill: 'the prefill instances',
  slots: 'the slots', transfer: 'the link from prefill', kv_memory: 'memory for caches', batch_size: 'the largest batch allowed',
  max_ratio: 'the largest ratio allowed', devices: 'the number of devices', attention_devices: 'the Attention devices', ffn_devices: 'the FFN devices',
  prefill_devices: 'the prefill devices',
};

const ROLES = { attention: 'Attention', ffn: 'FFN', communication: 'Link' };
export function role(name) { return ROLES[name] ?? name; }

/** The answer of a sizing, for somebody who has read nothing. */
export function sizeSentence(ratio, throughput, band, loss) {
  const rest = band.low === band.high ? `every other ratio loses more than ${percent(loss)}` : `${band.low} to ${band.high} lose at most ${percent(loss)}`;
  return `${count(ratio, 'Attention instance')} for each FFN instance; ${spoken(throughput)} tokens a second from each instance; ${rest}.`;
}

/** The verdict on memory. */
export function memorySentence(memory, example = false) {
  if (!memory && example) return { kind: 'warn', text: 'The hardware is the paper’s example: choose yours by names, which checks memory too, or measure it.' };
  if (!memory) return { kind: 'open', text: 'Memory is not checked: latency lines name no model. Hardware by names has it checked.' };
  const side = (name, title) => `${gigabytes(memory[`${name}_used_gb`])} of ${gigabytes(memory[`${name}_usable_gb`])} on each ${title} device`;
  const room = memory.largest_batch ? `; up to ${count(memory.largest_batch, 'request')} per instance` : '';
  return { kind: 'good', text: `Fits in memory: ${side('attention', 'Attention')}, ${side('ffn', 'FFN')}${room}.` };
}

/** What a limit on the time per token does to the ratio. */
export function limitSentence({ limit, chosen, free, least }) {
  if (limit === null) return null;
  const asked = duration(limit);
  if (!chosen) return { kind: 'bad', text: `No ratio keeps ${asked} per token: the least is ${duration(least)}. Lower the requests per instance, or raise the limit.` };
  if (chosen === free) return { kind: 'good', text: `Keeps the limit: ${duration(chosen.tpot_us / 1000)} per token, ${asked} allowed.` };
  const loss = 1 - chosen.throughput_per_instance / free.throughput_per_instance;
  return { kind: 'warn', text: `The limit of ${asked} per token binds: without it ${free.ratio} : 1 would give ${percent(loss / (1 - loss))} more.` };
}

/** What runs now against what is best. */
export function nowSentence(now, best) {
  const change = best.throughput_per_instance / now.throughput_per_instance - 1;
  if (now.ratio === best.ratio) return `You run ${now.ratio} : 1: that is the best.`;
  const gain = change >= 0 ? `gives ${percent(change)} more tokens a second from each instance` : `gives ${percent(-change)} fewer, but keeps the limit`;
  return `You run ${now.ratio} : 1. Going to ${best.ratio} : 1 ${gain}, at ${duration(best.tpot_us / 1000)} instead of ${duration(now.tpot_us / 1000)} per token.`;
}

/** Two scenarios. */
export function compareSentence(a, b) {
  const change = b.throughput_per_instance / a.throughput_per_instance - 1;
  return `A is best at ${a.ratio} : 1, B (the fields) at ${b.ratio} : 1. B gives ${percent(Math.abs(change))} ${change >= 0 ? 'more' : 'fewer'} tokens a second from each instance.`;
}

/** What the simulation says of the recommendation. */
export function simulationSentence(points, bestRatio, ratio) {
  const at = (wanted) => points.find((point) => point.ratio === wanted);
  const best = at(bestRatio);
  const own = at(ratio);
  if (!own || bestRatio === ratio) return `Simulated: ${bestRatio} : 1 is the best of the ratios tried.`;
  const gap = 1 - own.throughput_per_instance / best.throughput_per_instance;
  return `Simulated: ${bestRatio} : 1 is the best of the ratios tried; ${ratio} : 1 is ${percent(gap, 2)} below it.`;
}

/** The intervals of a ratio that stands on a trace or on measurements. */
export function uncertaintySentence(uncertainty) {
  const [low, high] = uncertainty.ratio_interval;
  const [from, to] = uncertainty.mean_context_range;
  const range = low === high ? `the ratio is ${low}` : `the ratio lies from ${low} to ${high}`;
  const ends = [from !== null && `above ${spoken(from)}`, to !== null && `below ${spoken(to)}`].filter(Boolean);
  return `By the errors of what was measured, ${range} (95 %).${ends.length ? ` It stays the same while the mean number of tokens in a slot is ${ends.join(' and ')}.` : ''}`;
}

/** Whether to split at all; on top of a plan. */
export function colocationSentence(colocated) {
  if (!colocated) return null;
  const gain = colocated.gain === undefined ? '' : percent(Math.abs(colocated.gain), 0);
  switch (colocated.verdict) {
    case 'disaggregate': return { kind: 'good', text: colocated.instances ? `Split Attention and FFN: together on each instance the same work would take ${gain} more.` : `Split Attention and FFN: that gives ${gain} more than both together on each instance.` };
    case 'do_not_disaggregate': return { kind: 'warn', text: colocated.instances ? `Do not split: with Attention and FFN together on each instance the same work takes ${gain} less.` : `Do not split: Attention and FFN together on each instance give more; the split loses ${gain}.` };
    case 'tie': return { kind: 'open', text: 'Splitting Attention and FFN makes no difference here; together is simpler.' };
    default: return { kind: 'good', text: 'Split Attention and FFN: together they do not keep the limits, or do not fit.' };
  }
}

/** The fleet in words. */
export function planSentence(plan) {
  const { deployment: fleet, service } = plan;
  const bundle = fleet.bundle ?? { attention_instances: fleet.attention_instances / fleet.bundles, ffn_instances: fleet.ffn_instances / fleet.bundles };
  const shape = `${count(fleet.bundles, 'bundle')} of ${count(bundle.attention_instances, 'Attention instance')} and ${count(bundle.ffn_instances, 'FFN instance')}`;
  const pool = fleet.prefill_instances ? `${count(fleet.prefill_instances, 'prefill instance')}, and ` : '';
  if (!service) {
    const part = fleet.utilisation < 1 ? `; the demand takes ${percent(fleet.utilisation, 0)} of it` : '';
    return `${pool}${shape}: ${spoken(fleet.throughput)} tokens a second${part}.`;
  }
  const most = service.headroom >= 0 ? `bears up to ${digits(service.largest_arrival_rate)} requests a second within the limits, ${service.headroom > 2 ? `${digits(1 + service.headroom)} times` : `${percent(service.headroom, 0)} more than`} asked`
    : `bears only ${digits(service.largest_arrival_rate)} requests a second within the limits`;
  return `${pool}${shape}, for ${digits(service.requests_per_second)} requests a second; it ${most}.`;
}

/** What stops the fleet from bearing more. */
export function bindsSentence(binding) {
  return binding ? `What stops it from bearing more is ${BINDS[binding] ?? binding.replaceAll('_', ' ')}.` : 'Nothing but its size stops it from bearing more.';
}

/** One more unit of a limit. */
export function onceMore({ limit, one_more: unit, gain }) {
  const what = BINDS[limit] ?? limit.replaceAll('_', ' ');
  if (unit === 'tenth of the limit') return `A tenth more for ${what}: the fleet bears ${gain < 0.0005 ? 'no more' : `${percent(gain)} more`}.`;
  return `${what[0].toUpperCase()}${what.slice(1)}: one more ${unit} brings ${gain < 0.0005 ? 'nothing' : percent(gain)}.`;
}

/** Advice on what runs now. */
export function adviceSentence(advice) {
  return advice && { kind: advice.action === 'keep' ? 'good' : 'warn', text: `${advice.action === 'keep' ? 'Keep what runs' : 'Change what runs'}: ${advice.explanation}` };
}

/** A service whose closed form is outside what was checked. */
export const UNTRUSTED = 'These times are outside what the closed form was checked for: replay the plan first.';

/** A trace, or metrics, for somebody who has read nothing. */
export function traceSentence(found) {
  const slot = found.slot_load_mean;
  const range = slot.interval ?? slot.bounds;
  const times = found.arrivals;
  const arrive = times?.requests_per_second ? `; ${digits(times.requests_per_second)} requests arrive a second${times.dispersion > 1.5 ? `, in bursts: ${digits(times.dispersion)} times as uneven as chance` : ''}` : '';
  return `Prompts have ${spoken(found.prefill.mean)} tokens and outputs ${spoken(found.decode.mean)} in the mean; a slot holds ${spoken(slot.value)} tokens${range ? ` (${spoken(range[0])} to ${spoken(range[1])})` : ''}${arrive}.`;
}

/** What to know about a trace before using it. */
export function traceVerdicts(found) {
  const verdicts = [];
  const left = (found.skipped?.reasons ?? []).reduce((sum, { rows }) => sum + rows, 0);
  if (found.read?.rows !== undefined) {
    const reasons = (found.skipped?.reasons ?? []).map(({ reason, rows, lines }) => `${reason} (${whole(rows)}, first in line ${lines[0]})`).join('; ');
    verdicts.push(left ? { kind: 'warn', text: `${whole(left)} of ${whole(found.read.rows)} rows are left out: ${reasons}.` } : { kind: 'good', text: `All ${whole(found.read.rows)} rows are used.` });
  }
  const empty = found.sums?.empty_outputs;
  if (empty) verdicts.push({ kind: 'warn', text: `${count(empty, 'request')} without output hold no slot and are left out.` });
  const fit = found.geometric_fit;
  if (fit) verdicts.push({ kind: 'open', text: fit.plausible ? 'Output lengths could be geometric.' : 'Output lengths are not geometric: sizing with the trace itself is right, a mean alone would not be.' });
  if (found.warnings?.length) verdicts.push({ kind: 'warn', text: `${count(found.warnings.length, 'thing')} to know ${found.warnings.length === 1 ? 'stands' : 'stand'} below.` });
  return verdicts;
}

/** Measurements in a sentence. */
export function fitSentence(calibration) {
  const stages = ['attention', 'ffn', 'communication'].filter((stage) => calibration[stage]);
  return `Measured: ${stages.map((stage) => `${role(stage)} takes ${digits(calibration[stage].beta_us.value)} µs and ${digits(calibration[stage].alpha_us.value)} µs per ${stage === 'attention' ? 'cached token' : 'request'}`).join('; ')}.`;
}

/** Whether a stage's measurements can be used. */
export function fitVerdict(fit) {
  if (fit.alpha_us.value < 0 || fit.beta_us.value < 0) return { kind: 'bad', text: 'The line has a negative part, which no hardware has: it cannot be used. Look for samples that are wrong.' };
  if (fit.shape === 'line') return { kind: 'good', text: 'The measurements follow a line.' };
  if (fit.shape === 'roofline') return { kind: 'warn', text: `The measurements bend${fit.knee?.load ? ` at ${short(fit.knee.load)}` : ''}: the line is right on one side alone. Measure near the load that you run.` };
  return { kind: fit.shape ? 'warn' : 'open', text: fit.shape ? 'The measurements follow no line, nor one with a bend.' : 'Too few measurements to say whether they follow a line.' };
}

const POLICIES = { static: 'as it is', target: 'autoscaler', advice: 'advice' };
export function policyName(name) { return POLICIES[name] ?? name; }

/** The policy that keeps the limits for most requests, and of those alike the one that holds the fewest devices. */
export function bestPolicy(policies) {
  const kept = (one) => one.goodput.fraction ?? 1;
  const most = Math.max(...policies.map(kept));
  return policies.filter((one) => kept(one) >= most - 0.005).reduce((best, one) => (one.device_hours < best.device_hours ? one : best));
}

/** Policies in a sentence. */
export function replaySentence(policies) {
  const best = bestPolicy(policies);
  const [first] = policies;
  const kept = best.goodput.fraction === null ? `All ${whole(best.completed)} requests are served` : `${percent(best.goodput.fraction)} of ${whole(best.requests)} requests keep every limit`;
  if (policies.length === 1) return `${kept}, for ${digits(best.device_hours)} device-hours.`;
  const saved = 1 - best.device_hours / first.device_hours;
  const than = best === first ? '' : `, ${percent(Math.abs(saved), 0)} ${saved >= 0 ? 'fewer' : 'more'} than ${policyName(first.name)}`;
  return `Best of ${policies.length}: ${policyName(best.name)}. ${kept}, for ${digits(best.device_hours)} device-hours${than}.`;
}

/** What a policy came to. */
export function policySentence(one) {
  const name = policyName(one.name);
  const kept = one.goodput.fraction === null ? count(one.completed, 'request') : `${percent(one.goodput.fraction)} of requests keep every limit`;
  const missed = Object.entries(one.goodput.missed ?? {}).filter(([, share]) => share > 0.0005).map(([limit, share]) => `${percent(share)} miss ${BINDS[limit] ?? limit}`);
  return `${name[0].toUpperCase()}${name.slice(1)}: ${kept}, for ${digits(one.device_hours)} device-hours${missed.length ? `; ${missed.join(', ')}` : ''}.`;
}

/** Who waits, in the film-strip. */
export function stripSentence(ratio, idle) {
  const both = Math.max(idle.attention, idle.ffn) < 0.1 ? 'both sides hardly wait' : idle.ffn > idle.attention ? 'the FFN waits more: it could serve more Attention instances' : 'Attention waits more: there are too many for one FFN instance';
  return `At ${ratio} : 1, Attention waits ${percent(idle.attention, 0)} of the time and the FFN ${percent(idle.ffn, 0)}; ${both}.`;
}

/** How far contexts may drift before a ratio loses more than 2.5 %. */
export function driftSentence(columns, ratio) {
  const near = columns.filter((column) => column.best !== null && (column.losses.find((one) => one.ratio === ratio)?.loss ?? 1) <= 0.025);
  if (!near.length) return `${ratio} : 1 loses more than 2.5 % at every number of tokens in a slot that is shown.`;
  return `${ratio} : 1 loses at most 2.5 % while a slot holds ${spoken(near[0].context)} to ${spoken(near.at(-1).context)} tokens in the mean.`;
}

const AMOUNT = '([0-9.e+-]+)';
const readable = (text) => { const value = Number(text); return !Number.isFinite(value) || value < 1 ? text.replace(/\.0$/, '') : value >= 1e6 ? spoken(value) : digits(value, 7); };

/** Rules of the service, said plainly. The first that fits counts. */
export const PLAIN = [
  [new RegExp(`^must be a whole number from ${AMOUNT} to ${AMOUNT}`), (low, high) => `Enter a whole number from ${readable(low)} to ${readable(high)}.`],
  [new RegExp(`^must be a (?:finite )?number from ${AMOUNT} to ${AMOUNT}`), (low, high) => `Enter a number from ${readable(low)} to ${readable(high)}.`],
  [/^must be a (whole )?number, not/, (kind) => `Enter a ${kind ?? ''}number.`],
  [/^must have the field "([^"]+)"/, (name) => `Fill this in: ${name.replaceAll('_', ' ')} is missing.`],
  [new RegExp(`^the FFN weights need ${AMOUNT} GB on each device of (\\S+), ${AMOUNT} GB are usable`),
    (need, device, usable) => `Does not fit: the FFN’s weights need ${need} GB on each ${device}, ${usable} GB can be used. Spread them over more devices (expert parallel).`],
  [new RegExp(`^weights and cache of (\\d+) requests an instance need ${AMOUNT} GB on each Attention device, ${AMOUNT} GB are usable.*the largest batch that fits is (\\d+)`),
    (_, need, usable, most) => `Does not fit: weights and caches need ${need} GB on each Attention device, ${usable} GB can be used. ${most === '0' ? 'Not even one request fits.' : `At most ${whole(Number(most))} requests fit.`}`],
  [new RegExp(`^the mean TPOT is ${AMOUNT} ms even with .*: ${AMOUNT} ms over the bound`), (least) => `Cannot be kept: even the smallest batch takes ${least} ms per token.`],
];

/** An error's rule in plain words. */
export function plain(detail) {
  for (const [pattern, say] of PLAIN) {
    const found = pattern.exec(detail);
    if (found) return say(...found.slice(1));
  }
  const text = detail.replace(/^must /, 'This must ').replace(/^is not /, 'This is not ');
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What happened, by the status of an answer; null where the fields say it. */
export function statusSentence(status, detail) {
  switch (status) {
    case 0: return 'The service does not answer. Does it still run?';
    case 401: return 'This service asks for a token. Enter one above.';
    case 413: return 'That is more than the service accepts in one piece.';
    case 429: return 'That was too many requests in a short time. Wait a little.';
    case 503: return `The service is busy${detail ? `: ${detail}` : '.'}`;
    default: return detail ?? 'That did not work.';
  }
}

/** How many fields have to be looked at. */
export function fieldsSentence(labels) {
  return labels.length === 1 ? `“${labels[0]}” needs a look.` : `${labels.length} fields need a look: ${labels.map((label) => `“${label}”`).join(', ')}.`;
}
