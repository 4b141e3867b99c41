// The film-strip and the drift map, drawn.
import { byId, element, fillTable, svg } from './dom.js';
import { STEPS, driftMap, lossAt, lossStep } from './drift.js';
import { duration, percent, short, whole } from './numbers.js';
import { linearTicks, ratioTicks, scale } from './scales.js';
import { simulateStrip } from './strip.js';
import { driftSentence, stripSentence } from './words.js';

/** More lanes than this cannot be told apart. */
export const MOST_LANES = 64;

/** Draws some steps at a ratio. */
export function drawStrip(request, result, ratio) {
  const { workload } = result;
  const strip = simulateStrip({
    coefficients: result.coefficients, workload: request.workload, moments: { mean: workload.slot_load_mean, stddev: workload.slot_load_stddev },
    batch: request.batch_size, microbatches: request.microbatches, ratio,
  });
  const host = byId('strip');
  const width = Math.max(300, Math.min(900, host.clientWidth || 640));
  const thick = Math.max(3, Math.min(16, 190 / ratio));
  const gap = thick > 6 ? 2 : 1;
  const left = 74;
  const height = ratio * (thick + gap) + 8 + 2 * 20 + 22;
  const x = scale('linear', strip.from, strip.to, left, width - 8);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${ratio} Attention instances, the link and the FFN over ${strip.steps} steps. ${stripSentence(ratio, strip.idle)}` });
  let y = 4;
  const labels = [];
  strip.lanes.forEach((lane, index) => {
    const tall = lane.role === 'attention' ? thick : 16;
    if (index === ratio) y += 8;
    root.append(svg('rect', { class: 'wait', x: left, y, width: width - 8 - left, height: tall }));
    for (const [start, end, part] of lane.busy) {
      root.append(svg('rect', { class: `fill-${lane.role}${part % 2 ? ' second' : ''}`, x: x(start), y, width: Math.max(0.5, x(end) - x(start)), height: tall }));
    }
    if (lane.role !== 'attention') labels.push([lane.name, y + 12]);
    y += tall + (lane.role === 'attention' ? gap : 4);
  });
  labels.push(['Attention', 4 + Math.max(10, ratio * (thick + gap) / 2 + 4)]);
  for (const [text, at] of labels) root.append(svg('text', { x: 0, y: at }, text));
  for (const end of strip.ends.slice(0, -1)) root.append(svg('line', { class: 'step', x1: x(end), x2: x(end), y1: 0, y2: height - 20 }));
  for (const tick of linearTicks(0, strip.to - strip.from, 5)) {
    root.append(svg('text', { x: x(strip.from + tick), y: height - 4, 'text-anchor': 'middle' }, duration(tick / 1000)));
  }
  host.replaceChildren(root);
  byId('strip-note').textContent = stripSentence(ratio, strip.idle);
}

/** Draws what each ratio loses at each context. `now` is the ratio that is looked at. */
export function drawDrift(results, slot, now, highest) {
  const columns = driftMap(results, slot.slot_load_mean);
  const host = byId('drift');
  const width = Math.max(300, Math.min(900, host.clientWidth || 640));
  const height = 250;
  const [left, right, top, bottom] = [40, 8, 18, 36];
  const wide = (width - left - right) / columns.length;
  const high = (height - top - bottom) / highest;
  const y = (ratio) => height - bottom - (ratio - 1) * high;
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `Loss by tokens in a slot and ratio. ${driftSentence(columns, now)}` });
  const told = (column, ratio) => `${whole(column.context)} tokens in a slot, ${ratio} : 1: ${column.best === null ? 'does not fit' : `loses ${percent(lossAt(column, ratio))}; best is ${column.best} : 1`}`;
  columns.forEach((column, index) => {
    const at = left + index * wide;
    if (column.best === null) root.append(svg('rect', { class: 'unfit', x: at, y: top, width: wide, height: height - top - bottom }));
    for (const { ratio, loss } of column.losses) {
      root.append(svg('rect', { class: `loss${lossStep(loss)}`, x: at, y: y(ratio) - high, width: wide + 0.5, height: high + 0.5 }));
    }
    if (column.best !== null) root.append(svg('line', { class: 'ridge', x1: at, x2: at + wide, y1: y(column.best) - high / 2, y2: y(column.best) - high / 2 }));
    if (index % (width < 480 ? 3 : 2) === 0) root.append(svg('text', { x: at + wide / 2, y: height - bottom + 16, 'text-anchor': 'middle' }, short(column.context)));
  });
  for (const tick of ratioTicks(highest, 6)) root.append(svg('text', { x: left - 6, y: y(tick) - high / 2 + 4, 'text-anchor': 'end' }, tick));
  const middle = (columns.length - 1) / 2;
  const point = svg('circle', { class: 'here', cx: left + (middle + 0.5) * wide, cy: y(now) - high / 2, r: 6 });
  root.append(point, svg('text', { class: 'title', x: left, y: 12 }, 'Attention instances for each FFN instance'), svg('text', { class: 'title', x: width - right, y: height - 4, 'text-anchor': 'end' }, 'tokens in a slot, mean'));
  root.addEventListener('pointermove', (event) => {
    const box = root.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width * width - left) / wide);
    const ratio = Math.ceil((height - bottom - (event.clientY - box.top) / box.height * height) / high);
    if (columns[index] && ratio >= 1 && ratio <= highest) byId('drift-note').textContent = told(columns[index], ratio);
  });
  root.addEventListener('pointerleave', () => { byId('drift-note').textContent = driftSentence(columns, now); });
  const bounds = [0, ...STEPS];
  const legend = element('ul', { class: 'legend' }, bounds.map((from, index) => {
    const key = svg('svg', { viewBox: '0 0 18 12', class: 'sample', 'aria-hidden': 'true' });
    key.append(svg('rect', { class: `loss${index}`, width: 18, height: 12 }));
    return element('li', {}, key, index < STEPS.length ? `up to ${percent(STEPS[index], 1)}` : `more than ${percent(from, 0)}`);
  }), element('li', {}, '● you are here; the line is the best ratio'));
  host.replaceChildren(legend, root);
  byId('drift-note').textContent = driftSentence(columns, now);
  fillTable(byId('drift-table'), ['tokens in a slot', 'best ratio', `${now} : 1 loses`],
    columns.map((column) => [whole(column.context), column.best === null ? 'does not fit' : `${column.best} : 1`, column.best === null ? '–' : percent(lossAt(column, now))]));
}
