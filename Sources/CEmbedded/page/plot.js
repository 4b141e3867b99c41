// SVG plots with a title and a description, and the table behind them.

const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes = {}, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** 1, 2 or 5 times a power of ten, so that about `count` ticks cover the range. */
function ticks(low, high, count) {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw);
  const out = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) out.push(tick);
  return out;
}

function short(value) {
  if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e3) return `${+(value / 1e3).toPrecision(3)}k`;
  return `${+value.toPrecision(3)}`;
}

/**
 * Draws `series` = [{name, style, dashed, points: [{x, y, low, high}], dots}] into `container`.
 * `vertical` = [{x, style, label}] are marked ratios; `format` writes a y tick.
 */
function plot(container, { title, description, series, vertical = [], format, yLow = 0, yHigh }) {
  const width = Math.max(320, Math.min(760, container.clientWidth || 640));
  const height = 280;
  const margin = { left: 52, right: 12, top: 12, bottom: 58 };
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) { container.replaceChildren(); return; }
  const xHigh = Math.max(2, ...points.map((point) => point.x));
  const top = yHigh ?? Math.max(...points.map((point) => point.high ?? point.y)) * 1.05;
  const x = (value) => margin.left + (value - 1) / (xHigh - 1) * (width - margin.left - margin.right);
  const y = (value) => height - margin.bottom - (value - yLow) / (top - yLow || 1) * (height - margin.top - margin.bottom);
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}. ${description}` });
  root.append(svg('title', {}, title), svg('desc', {}, description));
  for (const tick of ticks(yLow, top, 5)) {
    root.append(svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }));
    root.append(svg('text', { x: margin.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, format(tick)));
  }
  for (const tick of ticks(1, xHigh, width < 480 ? 6 : 10)) {
    if (!Number.isInteger(tick)) continue;
    root.append(svg('text', { x: x(tick), y: height - margin.bottom + 18, 'text-anchor': 'middle' }, tick));
  }
  root.append(svg('text', { x: width - margin.right, y: height - margin.bottom + 34, 'text-anchor': 'end' }, 'ratio r'));
  for (const mark of vertical) {
    if (mark.x < 1 || mark.x > xHigh) continue;
    root.append(svg('line', { class: mark.style, x1: x(mark.x), x2: x(mark.x), y1: margin.top, y2: height - margin.bottom }));
  }
  for (const one of series) {
    const path = one.points.map((point, index) => `${index ? 'L' : 'M'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join('');
    if (!one.dots) root.append(svg('path', { class: `series stroke-${one.style}${one.dashed ? ' dashed' : ''}`, d: path }));
    for (const point of one.dots ? one.points : []) {
      if (point.low !== undefined) {
        root.append(svg('line', { class: 'stroke-simulated', x1: x(point.x), x2: x(point.x), y1: y(point.low), y2: y(point.high) }));
      }
      const dot = svg('circle', { class: `fill-${one.style}`, cx: x(point.x), cy: y(point.y), r: 4 });
      dot.append(svg('title', {}, `r = ${point.x}: ${format(point.y)}`));
      root.append(dot);
    }
  }
  let left = margin.left;
  for (const one of series) {
    const sample = { class: `series stroke-${one.style}${one.dashed ? ' dashed' : ''}`, x1: left, x2: left + 16, y1: height - 10, y2: height - 10 };
    root.append(one.dots ? svg('circle', { class: `fill-${one.style}`, cx: left + 8, cy: height - 10, r: 4 }) : svg('line', sample));
    root.append(svg('text', { x: left + 20, y: height - 6 }, one.name));
    left += 32 + one.name.length * 6.2;
  }
  container.replaceChildren(root);
}

/** A bar for each idle fraction. */
function idleBars(container, idle) {
  const rows = [['Attention', 'attention'], ['FFN', 'ffn'], ['Communication', 'communication']].map(([name, key]) => {
    const row = document.createElement('div');
    row.className = 'bar';
    const label = document.createElement('span');
    label.textContent = name;
    const bar = svg('svg', { viewBox: '0 0 100 14', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    bar.append(svg('rect', { class: `fill-${key}`, x: 0, y: 0, width: 100 * idle[key], height: 14 }));
    const value = document.createElement('span');
    value.textContent = percent(idle[key]);
    row.append(label, bar, value);
    return row;
  });
  container.setAttribute('aria-label', `Idle: Attention ${percent(idle.attention)}, FFN ${percent(idle.ffn)}, communication ${percent(idle.communication)}`);
  container.replaceChildren(...rows);
}

function percent(fraction) { return `${(100 * fraction).toFixed(1)} %`; }

/** The values of both plots, one row a ratio. */
function fillTable(table, curve, simulated, recommended) {
  const head = ['r', 'throughput per instance, tokens/s', 'mean field', 'simulated (95 %)', 'step, µs', 'Attention idle', 'FFN idle', 'communication idle'];
  const headRow = document.createElement('tr');
  for (const name of head) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = name;
    headRow.append(cell);
  }
  const points = new Map(simulated.map((point) => [point.ratio, point]));
  const rows = curve.map((point) => {
    const row = document.createElement('tr');
    if (point.ratio === recommended) row.className = 'recommended';
    const measured = points.get(point.ratio);
    const interval = measured ? `${short(measured.throughput_interval[0])}–${short(measured.throughput_interval[1])}` : '';
    const cells = [point.ratio, Math.round(point.throughput_per_instance), point.meanField === undefined ? '' : Math.round(point.meanField), interval,
      point.cycle_us.toFixed(2), percent(point.idle.attention), percent(point.idle.ffn), percent(point.idle.communication)];
    cells.forEach((value, index) => {
      const cell = document.createElement(index === 0 ? 'th' : 'td');
      if (index === 0) cell.scope = 'row';
      cell.textContent = value;
      row.append(cell);
    });
    return row;
  });
  const body = document.createElement('tbody');
  body.append(...rows);
  const header = document.createElement('thead');
  header.append(headRow);
  table.replaceChildren(header, body);
}
