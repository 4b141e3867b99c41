// Numbers as people read them. Pure.

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 719,428 */
export function whole(value) { return WHOLE.format(value); }

/** At most `digits` significant digits, with separators: 1,230 or 0.0462. */
export function digits(value, digits = 3) {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15) return value.toExponential(digits - 1);
  return new Intl.NumberFormat('en', { maximumSignificantDigits: digits }).format(value);
}

const POWERS = [[1e12, 'trillion', 'T'], [1e9, 'billion', 'G'], [1e6, 'million', 'M'], [1e3, 'thousand', 'k']];

/** 719 thousand, 1.23 million; below ten thousand as it is: 1,155. */
export function spoken(value) {
  if (value >= 999.5 && value < 9999.5) return whole(value);
  for (const [unit, name] of POWERS) {
    // What rounds up to the next unit is told in it: 999,600 is 1 million.
    if (value >= unit * 0.9995) return `${digits(value / unit)} ${name}`;
  }
  return digits(value);
}

/** 719k, for ticks. */
export function short(value) {
  for (const [unit, , name] of POWERS) if (Math.abs(value) >= unit * 0.9995) return `${digits(value / unit)}${name}`;
  return digits(value);
}

/** Milliseconds in the unit that suits them: 323 µs, 12.3 ms, 4.1 s, 12 min. */
export function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1e-6) return '0';
  if (ms < 0.9995) return `${digits(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(ms)} ms`;
  if (ms < 120e3) return `${digits(ms / 1000)} s`;
  if (ms < 7200e3) return `${digits(ms / 60e3)} min`;
  return `${digits(ms / 3600e3)} h`;
}

/** 6.3 % */
export function percent(fraction, places = 1) {
  return fraction === null || fraction === undefined ? '–' : `${(100 * fraction).toFixed(places)} %`;
}

/** 38.7 GB */
export function gigabytes(value) { return `${digits(value)} GB`; }

/** 4.2 MB of a file. */
export function bytes(count) {
  return count >= 1e9 ? `${digits(count / 1e9)} GB` : count >= 1e6 ? `${digits(count / 1e6)} MB` : `${digits(count / 1e3)} kB`;
}

/** A number where the text is one; the text itself otherwise, so that the service can name what is wrong with it. */
export function number(text) {
  const trimmed = String(text ?? '').trim();
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

/** Several numbers, as "8, 16"; one alone as itself. */
export function numbers(text) {
  const parts = String(text ?? '').split(/[,;\s]+/).filter(Boolean).map(number);
  return parts.length > 1 ? parts : number(text);
}

/** Whether something stands in a field. */
export function given(text) { return String(text ?? '').trim() !== ''; }

/** "1 instance", "4 instances" */
export function count(value, one, many = `${one}s`) { return `${whole(value)} ${value === 1 ? one : many}`; }
