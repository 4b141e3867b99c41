// Plots in SVG: named lines, ticks with units, a crosshair that plots share, and a click that picks.
import { element, fillTable, svg } from './dom.js';
import { linearTicks, logTicks, nearest, ratioTicks, scale } from './scales.js';

/** Plots with the same link show their crosshairs at the same place. */
export function plotLink() {
  const members = new Set();
  return {
    at: null,
    members,
    set(value) { this.at = value; for (const member of members) member(value); },
  };
}

const ends = new WeakMap();
const MARGIN = { left: 54, right: 14, top: 22, bottom: 38 };

function sample(one) {
  const inner = one.dots ? svg('circle', { class: `fill-${one.style}`, cx: 9, cy: 6, r: 4 })
    : svg('line', { class: `series stroke-${one.style}${one.dashed ? ' dashed' : ''}`, x1: 0, x2: 18, y1: 6, y2: 6 });
  const drawn = svg('svg', { viewBox: '0 0 18 12', 'aria-hidden': 'true', class: 'sample' });
  drawn.append(inner);
  return drawn;
}

function pathOf(points, x, y, stepped) {
  let path = '';
  let pen = 'M';
  let last = null;
  for (const point of points) {
    if (!Number.isFinite(point.y)) { pen = 'M'; last = null; continue; }
    if (stepped && last !== null) path += `L${x(point.x).toFixed(1)} ${y(last).toFixed(1)}`;
    path += `${pen}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`;
    pen = 'L';
    last = point.y;
  }
  return path;
}

function axes(root, spec, x, y, width, height) {
  const { xAxis, yAxis } = spec;
  const wide = width >= 480;
  for (const tick of yAxis.kind === 'log' ? logTicks(yAxis.low, yAxis.high) : linearTicks(yAxis.low, yAxis.high, 5)) {
    root.append(svg('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
      svg('text', { x: MARGIN.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, yAxis.format(tick)));
  }
  const ticks = xAxis.whole ? ratioTicks(xAxis.high, wide ? 10 : 6)
    : xAxis.kind === 'log' ? logTicks(xAxis.low, xAxis.high) : linearTicks(xAxis.low, xAxis.high, wide ? 8 : 5);
  for (const tick of ticks) {
    if (tick > xAxis.high || tick < xAxis.low) continue;
    root.append(svg('line', { class: 'tick', x1: x(tick), x2: x(tick), y1: height - MARGIN.bottom, y2: height - MARGIN.bottom + 4 }),
      svg('text', { x: x(tick), y: height - MARGIN.bottom + 17, 'text-anchor': 'middle' }, xAxis.format(tick)));
  }
  root.append(svg('text', { class: 'title', x: MARGIN.left, y: 12 }, yAxis.title),
    svg('text', { class: 'title', x: width - MARGIN.right, y: height - 4, 'text-anchor': 'end' }, xAxis.title));
}

function marks(root, spec, x, y, width, height) {
  for (const { from, to } of spec.bands ?? []) {
    root.prepend(svg('rect', { class: 'band', x: x(from), width: Math.max(2, x(to) - x(from)), y: MARGIN.top, height: height - MARGIN.top - MARGIN.bottom }));
  }
  let line = 0;
  for (const { at, style, name } of spec.vertical ?? []) {
    if (at < spec.xAxis.low || at > spec.xAxis.high) continue;
    const left = x(at) > width - 110;
    root.append(svg('line', { class: style, x1: x(at), x2: x(at), y1: MARGIN.top, y2: height - MARGIN.bottom }),
      svg('text', { class: 'mark', x: x(at) + (left ? -4 : 4), y: spec.marksOnTop ? MARGIN.top + 12 + 14 * line++ : height - MARGIN.bottom - 6 - 14 * line++, 'text-anchor': left ? 'end' : 'start' }, name));
  }
  for (const { at, style, name } of spec.horizontal ?? []) {
    if (at < spec.yAxis.low || at > spec.yAxis.high) continue;
    root.append(svg('line', { class: style, x1: MARGIN.left, x2: width - MARGIN.right, y1: y(at), y2: y(at) }),
      svg('text', { class: 'mark', x: MARGIN.left + 4, y: y(at) - 4 }, name));
  }
}

function lines(root, spec, x, y) {
  for (const one of spec.series) {
    if (!one.dots) {
      root.append(svg('path', { class: `series stroke-${one.style}${one.dashed ? ' dashed' : ''}`, d: pathOf(one.points, x, y, one.stepped) }));
      continue;
    }
    for (const point of one.points) {
      if (!Number.isFinite(point.y)) continue;
      if (point.low !== undefined) {
        root.append(svg('line', { class: `interval stroke-${one.style}`, x1: x(point.x), x2: x(point.x), y1: y(point.low), y2: y(point.high) }));
      }
      const dot = svg('circle', { class: `dot fill-${one.style}${point.out ? ' out' : ''}`, cx: x(point.x), cy: y(point.y), r: point.large ? 6 : 4 });
      if (point.name) dot.append(svg('title', {}, point.name));
      if (point.pick) { dot.classList.add('pickable'); dot.addEventListener('click', (event) => { event.stopPropagation(); point.pick(); }); }
      root.append(dot);
    }
  }
}

/**
 * Draws into `container`. `spec` = {title, description, xAxis, yAxis, series, vertical, horizontal, bands, pick, pickHint}.
 * An axis is {low, high, kind, whole, title, format}; a series {name, style, dashed, dots, stepped, points: [{x, y, low, high}]}.
 */
export function plot(container, spec, link) {
  ends.get(container)?.();
  const series = spec.series.filter((one) => one.points.length);
  if (!series.length) { container.replaceChildren(); return; }
  const width = Math.max(300, Math.min(900, container.clientWidth || 640));
  const height = width < 480 ? 220 : 250;
  const x = scale(spec.xAxis.kind, spec.xAxis.low, spec.xAxis.high, MARGIN.left, width - MARGIN.right);
  const y = scale(spec.yAxis.kind, spec.yAxis.low, spec.yAxis.high, height - MARGIN.bottom, MARGIN.top);
  const stops = [...new Set(series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => a - b);
  const root = svg('svg', {
    viewBox: `0 0 ${width} ${height}`, role: 'slider', tabindex: 0, 'aria-label': `${spec.title}. ${spec.description} Arrow keys read values${spec.pick ? '; Enter picks one' : ''}.`,
    'aria-valuemin': stops[0], 'aria-valuemax': stops.at(-1), 'aria-valuenow': stops[0], 'aria-valuetext': 'no value read yet',
  });
  axes(root, spec, x, y, width, height);
  marks(root, spec, x, y, width, height);
  lines(root, { ...spec, series }, x, y);
  const cross = svg('g', { class: 'cross', visibility: 'hidden' });
  const bar = svg('line', { y1: MARGIN.top, y2: height - MARGIN.bottom });
  const dots = series.map((one) => svg('circle', { class: `fill-${one.style}`, r: 4 }));
  cross.append(bar, ...dots);
  root.append(cross);
  const values = series.map(() => element('b', {}));
  const place = element('span', { class: 'at' });
  const legend = element('ul', { class: 'legend' },
    series.map((one, index) => element('li', {}, sample(one), one.name, ' ', values[index])), element('li', {}, place));
  const read = (value) => {
    cross.setAttribute('visibility', value === null ? 'hidden' : 'visible');
    if (value === null) { values.forEach((one) => { one.textContent = ''; }); place.textContent = ''; return; }
    const stop = nearest(stops, value);
    bar.setAttribute('x1', x(stop));
    bar.setAttribute('x2', x(stop));
    const told = [];
    series.forEach((one, index) => {
      const point = one.points.find((candidate) => candidate.x === stop) ?? (one.loose ? one.points.reduce((a, b) => (Math.abs(b.x - stop) < Math.abs(a.x - stop) ? b : a)) : null);
      const shown = point && Number.isFinite(point.y);
      dots[index].setAttribute('visibility', shown ? 'inherit' : 'hidden');
      if (shown) { dots[index].setAttribute('cx', x(point.x)); dots[index].setAttribute('cy', y(point.y)); }
      const interval = shown && point.low !== undefined ? ` (${spec.yAxis.format(point.low)} to ${spec.yAxis.format(point.high)})` : '';
      values[index].textContent = shown ? `${spec.yAxis.format(point.y)}${interval}` : '–';
      if (shown) told.push(`${one.name} ${spec.yAxis.format(point.y)}`);
    });
    place.textContent = `at ${spec.xAxis.say ? spec.xAxis.say(stop) : spec.xAxis.format(stop)}`;
    root.setAttribute('aria-valuenow', stop);
    root.setAttribute('aria-valuetext', `${place.textContent}: ${told.join(', ')}`);
  };
  const stopAt = (event) => {
    const box = root.getBoundingClientRect();
    return nearest(stops, x.invert((event.clientX - box.left) / box.width * width));
  };
  const shared = link ?? plotLink();
  root.addEventListener('pointermove', (event) => shared.set(stopAt(event)));
  root.addEventListener('pointerleave', () => shared.set(null));
  root.addEventListener('blur', () => shared.set(null));
  root.addEventListener('click', (event) => { shared.set(stopAt(event)); spec.pick?.(stopAt(event)); });
  root.addEventListener('keydown', (event) => {
    const now = shared.at === null ? -1 : stops.indexOf(nearest(stops, shared.at));
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (step) shared.set(stops[Math.min(stops.length - 1, Math.max(0, now + step))]);
    else if (event.key === 'Home') shared.set(stops[0]);
    else if (event.key === 'End') shared.set(stops.at(-1));
    else if (event.key === 'Escape') shared.set(null);
    else if ((event.key === 'Enter' || event.key === ' ') && shared.at !== null) spec.pick?.(nearest(stops, shared.at));
    else return;
    event.preventDefault();
  });
  shared.members.add(read);
  ends.set(container, () => shared.members.delete(read));
  const details = element('details', {}, element('summary', {}, 'Table'));
  details.addEventListener('toggle', () => {
    if (!details.open || details.children.length > 1) return;
    const table = element('table');
    const cell = (point) => (point && Number.isFinite(point.y) ? spec.yAxis.format(point.y) : '–');
    fillTable(table, [spec.xAxis.title, ...series.map((one) => one.name)], stops.map((stop) => [spec.xAxis.format(stop), ...series.map((one) => cell(one.points.find(({ x: own }) => own === stop)))]));
    details.append(element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Table: ${spec.title}` }, table));
  });
  container.replaceChildren(legend, root, spec.plain ? '' : details);
  if (shared.at !== null) read(shared.at);
}

/** A bar for each part: [title, style, fraction]. */
export function drawBars(container, parts, format) {
  container.setAttribute('aria-label', parts.map(([title, , fraction]) => `${title} ${format(fraction)}`).join(', '));
  container.replaceChildren(...parts.map(([title, style, fraction]) => element('div', { class: 'bar' }, element('span', {}, title),
    svg('svg', { viewBox: '0 0 100 12', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { class: `fill-${style}`, x: 0, y: 0, width: 100 * Math.min(1, Math.max(0, fraction)), height: 12 })),
    element('span', { 'data-value': fraction }, format(fraction)))));
}
