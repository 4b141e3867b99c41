// The Data tab: what a trace holds, and what measurements come to.
import { byId, element, fillFigures, fillTable, fillWarnings } from './dom.js';
import { arrivalPoints, binPoints, bucketHistogram, logHistogram } from './histogram.js';
import { digits, percent, short, whole } from './numbers.js';
import { plot, plotLink } from './plot.js';
import { readSamples } from './samples.js';
import { upTo } from './scales.js';
import { fitSentence, fitVerdict, role, traceSentence, traceVerdicts } from './words.js';

const lengths = plotLink();

/** "1,226 (1,182 to 1,275)" */
function withInterval({ value, interval, bounds }, digitsOf = whole) {
  const range = interval ?? bounds;
  return value === null ? 'not defined' : `${digitsOf(value)}${range ? ` (${digitsOf(range[0])} to ${digitsOf(range[1])})` : ''}`;
}

const error = (mean, standardError) => (standardError ? [mean - 1.96 * standardError, mean + 1.96 * standardError] : null);

/** Head of the tab; null where nothing has been read. */
export function dataHead({ statistics, calibration }) {
  if (!statistics && !calibration) return null;
  if (!statistics) return { big: '', sentence: fitSentence(calibration.value), verdicts: [] };
  const found = statistics.value;
  return { big: whole(found.requests), unit: `requests in ${statistics.name}`, sentence: traceSentence(found), verdicts: traceVerdicts(found) };
}

function histograms(found) {
  const bins = (side) => (found.histogram ? logHistogram(found.histogram[side], found.histogram.weights) : bucketHistogram(found.histograms[side]));
  const sides = { prefill: bins('prefill'), decode: bins('decode') };
  const all = Object.values(sides).flat();
  const series = [['prefill', 'prompts', 'attention'], ['decode', 'outputs', 'ffn']].map(([side, name, style]) => ({ name, style, stepped: true, loose: true, points: binPoints(sides[side]) }));
  plot(byId('lengths-plot'), {
    marksOnTop: true, title: 'Lengths of prompts and outputs', description: `Prompts ${digits(found.prefill.mean)} and outputs ${digits(found.decode.mean)} tokens in the mean.`, series,
    vertical: [{ at: found.prefill.mean, style: 'best', name: `mean prompt ${digits(found.prefill.mean)}` }, { at: found.decode.mean, style: 'best', name: `mean output ${digits(found.decode.mean)}` }],
    xAxis: { kind: 'log', low: Math.max(1, Math.min(...all.map((bin) => bin.low))), high: Math.max(...all.map((bin) => bin.high)), title: 'tokens', format: short, say: (value) => `${whole(value)} tokens` },
    yAxis: { low: 0, high: upTo(all.map((bin) => bin.share)), title: 'share of requests', format: (value) => (value === 0 ? '0' : percent(value, value < 0.1 ? 1 : 0)) },
  }, lengths);
}

function arrivals(found) {
  const times = found.arrivals;
  byId('arrivals-part').hidden = !times;
  if (!times) return;
  const points = arrivalPoints(times.counts);
  plot(byId('arrivals-plot'), {
    title: 'Arrivals over time', description: `${digits(times.requests_per_second)} requests a second in the mean.`, series: [{ name: 'requests a second', style: 'attention', stepped: true, points }],
    horizontal: times.requests_per_second ? [{ at: times.requests_per_second, style: 'best', name: `mean ${digits(times.requests_per_second)}` }] : [],
    xAxis: { low: 0, high: Math.max(points.at(-1).x, times.counts.window_us / 1e6), title: 'seconds from the beginning', format: short, say: (value) => `${short(value)} s` },
    yAxis: { low: 0, high: upTo(points.map((point) => point.y)), title: 'requests a second', format: digits },
  });
}

/** A trace, or metrics. */
export function showTrace(statistics) {
  byId('trace-part').hidden = !statistics;
  if (!statistics) return;
  const found = statistics.value;
  const length = (side) => withInterval({ value: found[side].mean, interval: error(found[side].mean, found[side].mean_standard_error) });
  fillFigures(byId('data-figures'), [
    ['Prompt, tokens', `${length('prefill')}`, found.prefill.mean, 'prefill'],
    ['Output, tokens', `${length('decode')}`, found.decode.mean, 'decode'],
    ['Tokens in a slot, mean', withInterval(found.slot_load_mean), found.slot_load_mean.value, 'context'],
    ['and standard deviation', withInterval(found.slot_load_stddev), found.slot_load_stddev.value],
    found.correlation === null || found.correlation === undefined ? null : ['Prompts and outputs correlate', digits(found.correlation, 2), found.correlation],
    found.arrivals?.requests_per_second ? ['Requests a second', digits(found.arrivals.requests_per_second), found.arrivals.requests_per_second] : null,
    found.arrivals?.dispersion ? ['Burstiness', digits(found.arrivals.dispersion), found.arrivals.dispersion, 'dispersion'] : null,
  ]);
  histograms(found);
  arrivals(found);
  const columns = found.read?.columns ?? [];
  byId('columns-part').hidden = !columns.length;
  fillTable(byId('columns'), ['column', 'read as'], columns.map(({ name, as }) => [name, as.replaceAll('_', ' ')]));
  byId('plan-trace').hidden = !found.arrivals;
  byId('replay-trace').hidden = !found.arrivals || !statistics.file;
}

function fitPlots(stage, fit, points, drop, host) {
  const line = element('div', { class: 'plot' });
  const rest = element('div', { class: 'plot' });
  host.append(line, rest);
  const out = new Set(fit.outliers.map(({ sample }) => sample));
  const drawn = points.map((point, index) => ({ ...point, index, out: out.has(index), pick: () => drop(stage, point),
    name: `${digits(point.x)}: ${digits(point.y)} µs${out.has(index) ? ' (outlier)' : ''}; click to leave it out` })).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const [low, high] = fit.loads ?? [0, 1];
  const at = (x) => fit.beta_us.value + fit.alpha_us.value * x;
  const top = Math.max(high, ...drawn.map(({ x }) => x));
  const link = plotLink();
  const xAxis = { low: 0, high: top * 1.05, title: stage === 'attention' ? 'cached tokens of the batch' : 'requests', format: short };
  const values = [...drawn.map(({ y }) => y), at(top)];
  plot(line, {
    title: `${role(stage)}: measurements and line`, description: `Base ${digits(fit.beta_us.value)} µs, and ${digits(fit.alpha_us.value)} µs for each unit of load.`, xAxis,
    yAxis: { low: 0, high: upTo(values), title: 'µs for a step', format: digits },
    series: [{ name: 'line', style: stage, points: [0, low, high, top].sort((a, b) => a - b).map((x) => ({ x, y: at(x) })) }, { name: 'used', style: 'simulated', dots: true, points: drawn.filter((point) => !point.out) },
      { name: 'left out', style: 'other', dots: true, points: drawn.filter((point) => point.out) }],
  }, link);
  const residuals = drawn.map(({ x, index, out, pick, name }) => ({ x, y: fit.residuals_us?.[index], out, pick, name })).filter(({ y }) => Number.isFinite(y));
  const used = residuals.filter((point) => !point.out);
  const far = Math.max(...used.map(({ y }) => Math.abs(y)), 1e-9) * 1.2;
  plot(rest, {
    title: `${role(stage)}: what the line leaves`, description: 'Residuals; outliers are beyond the edge.', xAxis, yAxis: { low: -far, high: far, title: 'off the line, µs', format: digits },
    series: [{ name: 'off the line', style: 'simulated', dots: true, points: used }], horizontal: [{ at: 0, style: 'best', name: '' }],
  }, link);
}

/** Measurements and their fits; `drop` takes out a point. */
export function showFit(calibration, text, drop) {
  byId('fit-part').hidden = !calibration;
  const host = byId('fits');
  host.replaceChildren();
  if (!calibration) return;
  const points = readSamples(text ?? '');
  const warnings = [...calibration.value.warnings];
  for (const stage of ['attention', 'ffn', 'communication']) {
    const fit = calibration.value[stage];
    if (!fit) continue;
    const verdict = fitVerdict(fit);
    const list = element('dl', { class: 'figures' });
    const part = element('section', { 'aria-label': `Fit of ${role(stage)}` }, element('h3', {}, role(stage)), element('p', { class: `verdict ${verdict.kind}` }, verdict.text), list);
    host.append(part);
    fillFigures(list, [
      ['Base, µs', withInterval(fit.beta_us, digits), fit.beta_us.value, 'coefficients'], [stage === 'attention' ? 'µs per cached token' : 'µs per request', withInterval(fit.alpha_us, digits), fit.alpha_us.value],
      ['Samples', `${fit.samples_used}${fit.outliers?.length ? `, ${fit.outliers.length} left out` : ''}`, fit.samples_used], fit.r_squared === undefined ? null : ['Explained', percent(fit.r_squared, 2), fit.r_squared],
    ]);
    if (points[stage]?.length) fitPlots(stage, fit, points[stage], drop, part);
    warnings.push(...(fit.warnings ?? []).map((warning) => ({ ...warning, detail: `${role(stage)}: ${warning.detail}` })));
  }
  fillWarnings(byId('fit-warnings'), warnings);
}

/** The state's values for planning what a trace shows. */
export function planValues(statistics, values) {
  const times = statistics.value.arrivals;
  return { ...values, workload: 'trace', target: 'arrivals', rate: String(+times.requests_per_second.toPrecision(4)), dispersion: String(+(times.dispersion ?? 1).toPrecision(3)) };
}
