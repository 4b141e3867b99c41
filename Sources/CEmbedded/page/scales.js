// Axes: where values lie, and where ticks stand. Pure.

/** 1, 2 or 5 times a power of ten, so that about `wanted` ticks cover low to high. */
export function linearTicks(low, high, wanted) {
  const raw = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw * (1 - 1e-9));
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) ticks.push(+(index * step).toPrecision(12));
  return ticks;
}

/** Ticks of whole numbers that begin with 1: 1, 5, 10, 15, … */
export function ratioTicks(high, wanted) {
  const inner = linearTicks(0, high, wanted).filter((tick) => Number.isInteger(tick) && tick > 1);
  const step = inner.length > 1 ? inner[1] - inner[0] : high;
  return [1, ...inner.filter((tick) => tick - 1 >= step / 2)];
}

/** Powers of ten, and 2 and 5 times them where few decades are shown; within one decade as on a linear axis. */
export function logTicks(low, high) {
  if (high / low < 8) return linearTicks(low, high, 5);
  const ticks = [];
  const decades = Math.log10(high / low);
  const factors = decades <= 2.5 ? [1, 2, 5] : [1];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++) {
    for (const factor of factors) {
      const tick = +(factor * 10 ** exponent).toPrecision(3);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

/** A function from values to positions, with its inverse. `kind` is linear or log. */
export function scale(kind, low, high, from, to) {
  const read = kind === 'log' ? Math.log : (value) => value;
  const write = kind === 'log' ? Math.exp : (value) => value;
  const start = read(low);
  const span = read(high) - start || 1;
  const position = (value) => from + (read(value) - start) / span * (to - from);
  position.invert = (at) => write(start + (at - from) / (to - from) * span);
  return position;
}

/** The element of sorted `values` nearest to `wanted`. */
export function nearest(values, wanted) {
  let best = values[0];
  for (const value of values) if (Math.abs(value - wanted) < Math.abs(best - wanted)) best = value;
  return best;
}

/** What an axis of `values` from zero, or from their least, shows: a little more than the largest. */
export function upTo(values) {
  const largest = Math.max(...values.filter((value) => Number.isFinite(value)), 0);
  return largest > 0 ? largest * 1.06 : 1;
}
